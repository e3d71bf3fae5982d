import {
  CloudTrailClient,
  GetInsightSelectorsCommand,
  type InsightSelector,
  type InsightType,
  PutInsightSelectorsCommand,
  type SourceEventCategory,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useEdit } from "../../parts/use-edit.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/trails.js";

const words = texts.insights;
const types = [
  { type: "ApiCallRateInsight", label: words.rate },
  { type: "ApiErrorRateInsight", label: words.errors },
] as const;
const categories = [
  { category: "Management", label: words.management },
  { category: "Data", label: words.data },
] as const;

/** `ApiCallRateInsight Data` */
type Watched = ReadonlySet<string>;

/** Which rates are watched for this trail. */
export function TrailInsights({ name, isHome }: { name: string; isHome: boolean }) {
  const loaded = useLoaded(name, (abortSignal) => watchedBy(name, abortSignal));
  const draft = useEdit(loaded.value);
  const { value: watched } = draft;
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  async function save() {
    if (watched === undefined) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const input = { TrailName: name, InsightSelectors: selectorsOf(watched) };
      await clientOf(CloudTrailClient).send(new PutInsightSelectorsCommand(input));
      notify("success", words.saved);
      draft.markSaved(watched);
      loaded.reload();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }

  const isChanged = draft.isOpen && [...(watched ?? [])].sort().join() !== [...(loaded.value ?? [])].sort().join();
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.description}
          actions={
            isHome && (
              <Button disabled={!isChanged} loading={busy} onClick={save}>
                {words.save}
              </Button>
            )
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={loaded.failure} retry={loaded.reload} />
        <FailureAlert failure={failure} />
        {loaded.loading && watched === undefined && <StatusIndicator type="loading">{common.loading}</StatusIndicator>}
        {watched !== undefined && (
          <ColumnLayout columns={2}>
            {types.map(({ type, label }) => (
              <SpaceBetween key={type} size="xs">
                <Box variant="awsui-key-label">{label}</Box>
                {categories.map(({ category, label: of }) => (
                  <Checkbox
                    key={category}
                    checked={watched.has(`${type} ${category}`)}
                    disabled={!isHome}
                    ariaLabel={`${label}: ${of}`}
                    onChange={({ detail }) => {
                      const next = new Set(watched);
                      if (detail.checked) next.add(`${type} ${category}`);
                      else next.delete(`${type} ${category}`);
                      draft.write(next);
                    }}
                  >
                    {of}
                  </Checkbox>
                ))}
              </SpaceBetween>
            ))}
          </ColumnLayout>
        )}
      </SpaceBetween>
    </Container>
  );
}

async function watchedBy(name: string, abortSignal: AbortSignal): Promise<Watched> {
  try {
    const { InsightSelectors = [] } = await clientOf(CloudTrailClient).send(
      new GetInsightSelectorsCommand({ TrailName: name }),
      { abortSignal },
    );
    return new Set(
      InsightSelectors.flatMap(({ InsightType, EventCategories }) =>
        (EventCategories ?? ["Management"]).map((category) => `${InsightType} ${category}`),
      ),
    );
  } catch (problem) {
    // AWS's way to say: none.
    if ((problem as Error).name === "InsightNotEnabledException") return new Set();
    throw problem;
  }
}

function selectorsOf(watched: Watched): InsightSelector[] {
  return types.flatMap(({ type }) => {
    const EventCategories = categories
      .map(({ category }) => category as SourceEventCategory)
      .filter((category) => watched.has(`${type} ${category}`));
    return EventCategories.length === 0 ? [] : [{ InsightType: type as InsightType, EventCategories }];
  });
}
