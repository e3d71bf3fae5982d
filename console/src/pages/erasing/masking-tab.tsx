import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/erasing.js";
import { RuleDialog } from "./rule-dialog.js";
import { draftOf, emptyDraft, type RuleDraft, type RuleShown, readyMade, targetsInWords } from "./rules.js";

const texts = all.masking;

/** The masking rules of the account and region. */
export function MaskingTab() {
  const moments = useMoments();
  const rules = useLoaded("rules", (signal) =>
    callExtension<{ MaskingRules: readonly RuleShown[] }>("xray", "GetMaskingRules", {}, { signal }),
  );
  const [draft, setDraft] = useState<RuleDraft>();
  const [removing, setRemoving] = useState<string>();

  async function remove(name: string) {
    await callExtension("xray", "DeleteMaskingRule", { RuleName: name });
    notify("success", texts.removed(name));
    setRemoving(undefined);
    rules.reload();
  }

  return (
    <>
      <Table
        header={
          <Header
            variant="h2"
            description={texts.description}
            counter={rules.value && `(${rules.value.MaskingRules.length})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <ButtonDropdown
                  items={Object.entries(texts.readyMade).map(([id, text]) => ({ id, text }))}
                  onItemClick={({ detail }) => setDraft(readyMade[detail.id as keyof typeof readyMade])}
                >
                  {texts.ready}
                </ButtonDropdown>
                <Button variant="primary" onClick={() => setDraft(emptyDraft)}>
                  {texts.add}
                </Button>
              </SpaceBetween>
            }
          >
            {texts.header}
          </Header>
        }
        items={rules.value?.MaskingRules ?? []}
        trackBy="RuleName"
        loading={rules.loading && rules.value === undefined}
        loadingText={common.loading}
        wrapLines
        empty={
          rules.failure === undefined ? texts.empty : <FailureAlert failure={rules.failure} retry={rules.reload} />
        }
        columnDefinitions={[
          { id: "name", header: texts.name, isRowHeader: true, cell: ({ RuleName }) => RuleName },
          {
            id: "looksFor",
            header: texts.looksFor,
            cell: (rule) => targetsInWords(rule).map((target) => <Box key={target}>{target}</Box>),
          },
          { id: "instead", header: texts.instead, cell: ({ Replacement }) => texts.replacements[Replacement] },
          {
            id: "modified",
            header: `${texts.modified} (${moments.zone})`,
            cell: ({ ModifiedAt = 0 }) => moments.full(ModifiedAt * 1000),
          },
          {
            id: "actions",
            header: texts.actions,
            cell: (rule) => (
              <SpaceBetween direction="horizontal" size="xxs">
                <Button
                  variant="inline-link"
                  ariaLabel={texts.editRule(rule.RuleName)}
                  onClick={() => setDraft(draftOf(rule))}
                >
                  {texts.edit}
                </Button>
                <Button
                  variant="inline-link"
                  ariaLabel={texts.removeRule(rule.RuleName)}
                  onClick={() => setRemoving(rule.RuleName)}
                >
                  {texts.remove}
                </Button>
              </SpaceBetween>
            ),
          },
        ]}
      />
      {draft !== undefined && (
        <RuleDialog
          initial={draft}
          isTaken={(name) => rules.value?.MaskingRules.some(({ RuleName }) => RuleName === name) === true}
          onClose={() => setDraft(undefined)}
          onSaved={(name) => {
            notify("success", texts.saved(name));
            setDraft(undefined);
            rules.reload();
          }}
        />
      )}
      {removing !== undefined && (
        <ConfirmDialog
          header={texts.removeHeader}
          action={texts.remove}
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(undefined)}
        >
          {texts.removeBody(removing)}
        </ConfirmDialog>
      )}
    </>
  );
}
