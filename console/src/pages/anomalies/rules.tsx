import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { type Failure, failureOf } from "../../api/failure.js";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { PagedTable } from "../../parts/paged-table.js";
import { notify } from "../../shell/notices.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { callDetection, type DetectionRule } from "./detection-api.js";
import { RuleEditor } from "./rule-editor.js";
import { SeverityText } from "./severity-text.js";

const texts = anomaliesTexts.rules;
/** Stands in the address for a rule that is not there yet. */
const newRule = "+";

/** Detection rules: which are on, and one of them to be tuned. */
export function Rules() {
  const { full } = useMoments();
  const [chosen, setChosen] = useUrlState("rule");
  const [ending, setEnding] = useState<DetectionRule>();
  const [failure, setFailure] = useState<Failure>();
  const rules = usePages<DetectionRule>("rules", async (NextToken, signal) => {
    const answer = await callDetection<{ DetectionRules: DetectionRule[]; NextToken?: string }>(
      "ListDetectionRules",
      NextToken === undefined ? {} : { NextToken },
      signal,
    );
    return { items: answer.DetectionRules, nextToken: answer.NextToken };
  });

  const put = async ({ RuleId, Title }: DetectionRule, Enabled: boolean) => {
    await callDetection("PutDetectionRule", { RuleId, Enabled });
    notify("success", texts.switched(Title, Enabled));
    rules.reload();
  };
  const toggle = async (rule: DetectionRule) => {
    setFailure(undefined);
    if (rule.Enabled) return setEnding(rule);
    try {
      await put(rule, true);
    } catch (problem) {
      setFailure(failureOf(problem));
    }
  };

  if (chosen !== "")
    return (
      <RuleEditor
        key={chosen}
        ruleId={chosen === newRule ? undefined : chosen}
        onClose={() => {
          setChosen("");
          rules.reload();
        }}
      />
    );
  return (
    <SpaceBetween size="s">
      <Button iconName="add-plus" onClick={() => setChosen(newRule)}>
        {texts.make}
      </Button>
      <FailureAlert failure={failure} />
      <PagedTable
        pages={rules}
        variant="borderless"
        contentDensity="compact"
        ariaLabels={{ tableLabel: texts.table }}
        items={rules.items}
        trackBy={(rule) => rule.RuleId}
        empty={<Box textAlign="center">{texts.none}</Box>}
        columnDefinitions={[
          {
            id: "state",
            header: texts.state,
            width: 110,
            cell: (rule) => (
              <Toggle checked={rule.Enabled} ariaLabel={texts.toggle(rule.Title)} onChange={() => toggle(rule)}>
                {rule.Enabled ? texts.on : texts.off}
              </Toggle>
            ),
          },
          {
            id: "title",
            header: texts.title,
            isRowHeader: true,
            cell: ({ RuleId, Title }) => (
              <Button variant="inline-link" ariaLabel={texts.edit(Title)} onClick={() => setChosen(RuleId)}>
                {Title}
              </Button>
            ),
          },
          { id: "severity", header: texts.severity, cell: (rule) => <SeverityText severity={rule.Severity} /> },
          { id: "origin", header: texts.origin, cell: ({ Origin }) => texts.origins[Origin] ?? Origin },
          {
            id: "changed",
            header: texts.changed,
            cell: ({ UpdatedTime, UpdatedBy }) =>
              UpdatedTime === undefined ? common.nothing : `${full(UpdatedTime * 1000)} ${UpdatedBy}`,
          },
        ]}
      />
      {ending !== undefined && (
        <ConfirmDialog
          header={texts.off2(ending.Title)}
          action={texts.switchOff}
          onClose={() => setEnding(undefined)}
          onConfirm={async () => {
            await put(ending, false);
            setEnding(undefined);
          }}
        >
          {texts.offBody(ending.Title)}
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}
