import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import type { Scorecard } from "../../../../src/audit/scorecard.js";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { texts } from "../../texts/scorecard.js";
import { CheckRow } from "./check-row.js";
import { byArea, scorecardSentence } from "./scorecard.js";
import "./scorecard.css";

/** How the account stands against what auditors ask, and how to mend what falls short. */
export default function ScorecardPage() {
  const { value, failure, loading, reload } = useLoaded("scorecard", (signal) =>
    callExtension<Scorecard>("cloudtrail", "GetScorecard", {}, { signal }),
  );
  const [shown, setShown] = useUrlState("show");

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={texts.subtitle}
          actions={
            <div className="scorecard-screen-only">
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" loading={loading} onClick={reload}>
                  {texts.again}
                </Button>
                <Button onClick={() => print()} disabled={value === undefined}>
                  {texts.print}
                </Button>
              </SpaceBetween>
            </div>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={failure} retry={reload} />
        {value === undefined && loading && <Spinner size="large" />}
        {value !== undefined && (
          <SpaceBetween size="l">
            <Standing card={value} />
            <div className="scorecard-screen-only">
              <Toggle checked={shown === "failed"} onChange={({ detail }) => setShown(detail.checked ? "failed" : "")}>
                {texts.onlyFailed}
              </Toggle>
            </div>
            {byArea(value.Checks).map(({ area, checks, passed, judged }) => {
              const listed = checks.filter(({ Status }) => shown !== "failed" || Status === "FAILED");
              return (
                <Container
                  key={area}
                  header={
                    <Header variant="h2" counter={texts.areaCounter(passed, judged)}>
                      {texts.areas[area] ?? area}
                    </Header>
                  }
                >
                  {listed.map((check) => (
                    <CheckRow key={check.CheckId} check={check} />
                  ))}
                  {listed.length === 0 && <Box color="text-body-secondary">{texts.allGood}</Box>}
                </Container>
              );
            })}
          </SpaceBetween>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Standing({ card }: { card: Scorecard }) {
  const moments = useMoments();
  const judged = card.Passed + card.Failed;
  const time = `${moments.full(card.CheckedTime * 1000)} ${moments.zone}`;
  return (
    <Container>
      <SpaceBetween size="s">
        <Box variant="h2">{scorecardSentence(card)}</Box>
        <ProgressBar
          value={judged === 0 ? 100 : (100 * card.Passed) / judged}
          label={texts.progress(card.Passed, judged)}
          additionalInfo={texts.checked(time, card.AccountId, card.Region)}
        />
      </SpaceBetween>
    </Container>
  );
}
