import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useEffect, useRef, useState } from "react";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { callDetection, type TestedRule } from "./detection-api.js";

const texts = anomaliesTexts.editor;
const choices = [1, 3, 7, 30, 90];

/** What a rule's text would have found in the days before now. It keeps nothing and alerts nobody. */
export function RuleReplay({ ruleId, text }: { ruleId: string | undefined; text: string }) {
  const { full, zone } = useMoments();
  const [days, setDays] = useState(7);
  const [answer, setAnswer] = useState<{ of: string; tested: TestedRule }>();
  const [failure, setFailure] = useState<Failure>();
  const [running, setRunning] = useState(false);
  const control = useRef<AbortController>(undefined);
  useEffect(() => () => control.current?.abort(), []);
  const question = JSON.stringify([text, days]);
  const tested = answer?.tested;

  const test = async () => {
    const made = new AbortController();
    control.current = made;
    setRunning(true);
    setFailure(undefined);
    try {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const input = { RuleText: text, StartTime: nowSeconds - days * 86_400, EndTime: nowSeconds };
      const found = await callDetection<TestedRule>(
        "TestDetectionRule",
        ruleId ? { RuleId: ruleId, ...input } : input,
        made.signal,
      );
      setAnswer({ of: question, tested: found });
    } catch (problem) {
      if (!wasAborted(problem)) setFailure(failureOf(problem));
    }
    setRunning(false);
  };
  const options = choices.map((each) => ({ value: String(each), label: texts.daysOf(each) }));

  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="s" alignItems="end">
        <FormField label={texts.days}>
          <Select
            options={options}
            selectedOption={options.find(({ value }) => value === String(days)) ?? null}
            onChange={({ detail }) => setDays(Number(detail.selectedOption.value))}
          />
        </FormField>
        <Button loading={running} disabled={text === ""} onClick={test}>
          {texts.test}
        </Button>
        {running && <Button onClick={() => control.current?.abort()}>{common.cancel}</Button>}
      </SpaceBetween>
      <FailureAlert failure={failure} />
      {answer !== undefined && answer.of !== question && <Alert type="info">{texts.stale}</Alert>}
      {tested !== undefined && (
        <Alert type={tested.FindingCount > 0 ? "warning" : "info"}>
          {tested.FindingCount > 0
            ? texts.wouldFind(tested.FindingCount, tested.MatchedEvents, tested.ScannedEvents)
            : texts.wouldFindNothing(tested.ScannedEvents)}
          {!tested.Complete && ` ${texts.incomplete(full((tested.ScannedFromTime ?? 0) * 1000))}`}
        </Alert>
      )}
      {tested !== undefined && tested.Findings.length > 0 && (
        <Table
          variant="borderless"
          contentDensity="compact"
          wrapLines
          header={<Header variant="h3">{texts.found}</Header>}
          ariaLabels={{ tableLabel: texts.found }}
          items={tested.Findings}
          columnDefinitions={[
            {
              id: "time",
              header: `${texts.time} (${zone})`,
              isRowHeader: true,
              cell: ({ Time }) => full(new Date(Time)),
            },
            { id: "caller", header: anomaliesTexts.findings.caller, cell: ({ Caller }) => Caller },
            { id: "event", header: anomaliesTexts.findings.event, cell: ({ EventName }) => EventName },
            { id: "from", header: anomaliesTexts.findings.from, cell: ({ SourceIPAddress }) => SourceIPAddress },
            { id: "detail", header: anomaliesTexts.findings.detail, cell: ({ Detail = common.nothing }) => Detail },
          ]}
        />
      )}
    </SpaceBetween>
  );
}
