import { CloudTrailClient, StartQueryCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useMemo, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useUrlState } from "../../api/use-url-state.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { StatementEditor } from "../../parts/sql/statement-editor.js";
import { useQuery } from "../../parts/sql/use-query.js";
import { useStore, useStores } from "../../parts/sql/use-stores.js";
import { queryTexts } from "../../texts/query.js";
import { sqlTexts } from "../../texts/sql.js";
import { CreateStoreDialog } from "./create-store-dialog.js";
import { History } from "./history.js";
import { PromptField } from "./prompt-field.js";
import { Results } from "./results.js";
import { Samples } from "./samples.js";

/** SQL over event data stores. The address holds the statement and the query that was run of it. */
export default function QueryPage() {
  const [address, setAddress] = useUrlState("sql");
  const [queryId, setQueryId] = useUrlState("query");
  const [chosen, setChosen] = useUrlState("store");
  const [tab, setTab] = useUrlState("tab", "results");
  /** What was written or chosen, over the address that there was; what was emptied by hand stays empty. */
  const [draft, setDraft] = useState<{ readonly text: string; readonly over: string }>();
  const [making, setMaking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [starting, setStarting] = useState(false);
  const stores = useStores();
  const listed = stores.value ?? [];
  const followed = useQuery(queryId === "" ? undefined : { QueryId: queryId });
  // A link to a query shows what was asked.
  const begun = draft?.over === address ? draft.text : address || followed.query?.QueryString;
  const storeId = chosen || listed.find(({ id }) => begun?.includes(id))?.id || listed[0]?.id || "";
  const statement = begun ?? (storeId === "" || queryId !== "" ? "" : queryTexts.editor.example(storeId));
  const store = useStore(storeId);
  const kinds = useMemo(
    () => new Map(store.value === undefined ? [] : [[store.value.storeId, store.value.kind]]),
    [store.value],
  );

  const write = (text: string) => setDraft({ text, over: address });
  const choose = (id: string) => {
    if (begun !== undefined && storeId !== "") write(begun.replaceAll(storeId, id));
    setChosen(id);
  };
  const take = (text: string) => {
    write(text);
    setTab("results");
  };
  const run = async () => {
    if (statement.trim() === "" || starting) return;
    setStarting(true);
    setFailure(undefined);
    try {
      const { QueryId = "" } = await clientOf(CloudTrailClient).send(
        new StartQueryCommand({ QueryStatement: statement }),
      );
      // What was written since stays.
      setDraft((now) => (now === undefined || now.text === statement ? undefined : { ...now, over: statement }));
      setAddress(statement);
      setQueryId(QueryId);
      setTab("results");
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setStarting(false);
  };

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={queryTexts.description}
          actions={<Button onClick={() => setMaking(true)}>{queryTexts.store.make}</Button>}
        >
          {queryTexts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={stores.failure} retry={stores.reload} />
        {stores.value?.length === 0 && <NoStore onMake={() => setMaking(true)} />}
        <Container>
          <SpaceBetween size="m">
            <FormField label={queryTexts.store.label} description={queryTexts.store.hint}>
              <Select
                placeholder={queryTexts.store.placeholder}
                options={listed.map(({ id, name }) => ({ value: id, label: name, description: id }))}
                selectedOption={optionOf(storeId, listed)}
                statusType={stores.loading ? "loading" : "finished"}
                empty={queryTexts.store.none}
                onChange={({ detail }) => choose(detail.selectedOption.value ?? "")}
              />
            </FormField>
            <PromptField storeId={storeId} onWritten={take} />
            <FormField label={sqlTexts.editor.label} constraintText={sqlTexts.editor.hint} stretch>
              <StatementEditor value={statement} onChange={write} onRun={run} stores={listed} kinds={kinds} />
            </FormField>
            <FailureAlert failure={failure} />
            <Button variant="primary" loading={starting} disabled={statement.trim() === ""} onClick={run}>
              {queryTexts.editor.run}
            </Button>
          </SpaceBetween>
        </Container>
        <Tabs
          variant="container"
          ariaLabel={queryTexts.tabs.label}
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            {
              id: "results",
              label: queryTexts.tabs.results,
              content: <Results queryId={queryId} followed={followed} />,
            },
            { id: "samples", label: queryTexts.tabs.samples, content: <Samples storeId={storeId} onUse={take} /> },
            {
              id: "history",
              label: queryTexts.tabs.history,
              content: (
                <History
                  storeId={storeId}
                  onOpen={(id, text) => {
                    take(text);
                    setQueryId(id);
                  }}
                />
              ),
            },
          ]}
        />
      </SpaceBetween>
      {making && (
        <CreateStoreDialog
          onClose={() => setMaking(false)}
          onMade={(id) => {
            setMaking(false);
            stores.reload();
            choose(id);
          }}
        />
      )}
    </ContentLayout>
  );
}

function optionOf(storeId: string, listed: readonly { id: string; name: string }[]) {
  if (storeId === "") return null;
  return { value: storeId, label: listed.find(({ id }) => id === storeId)?.name ?? storeId };
}

function NoStore({ onMake }: { onMake: () => void }) {
  return (
    <Container>
      <Box textAlign="center" padding="m">
        <Box variant="strong">{queryTexts.store.none}</Box>
        <Box variant="p">{queryTexts.store.noneBody}</Box>
        <Button variant="primary" onClick={onMake}>
          {queryTexts.store.make}
        </Button>
      </Box>
    </Container>
  );
}
