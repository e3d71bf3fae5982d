import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { callDetection, type WholeRule } from "./detection-api.js";
import { RuleReplay } from "./rule-replay.js";

const texts = anomaliesTexts.editor;

/** A rule's text, replayed over the past before it holds. Without an id: a new one. */
export function RuleEditor({ ruleId, onClose }: { ruleId: string | undefined; onClose: () => void }) {
  const { full } = useMoments();
  const [id, setId] = useState(ruleId ?? "");
  const [edited, setEdited] = useState<string>();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const rule = useLoaded(ruleId, (signal) => callDetection<WholeRule>("GetDetectionRule", { RuleId: ruleId }, signal));
  const text = edited ?? rule.value?.RuleText ?? (ruleId === undefined ? texts.template : "");
  const { Origin, Learning, LearningUntil } = rule.value ?? {};

  const save = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await callDetection("PutDetectionRule", { RuleId: id, RuleText: text });
      notify("success", texts.saved(id));
      onClose();
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
    }
  };

  return (
    <SpaceBetween size="m">
      <Header
        variant="h2"
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            {Origin === "EDITED" && <Button onClick={() => setAsking(true)}>{texts.reset}</Button>}
            {Origin === "OWN" && <Button onClick={() => setAsking(true)}>{texts.remove}</Button>}
            <Button variant="link" onClick={onClose}>
              {common.cancel}
            </Button>
            <Button variant="primary" loading={busy} disabled={id.trim() === "" || text.trim() === ""} onClick={save}>
              {texts.save}
            </Button>
          </SpaceBetween>
        }
      >
        {ruleId === undefined ? texts.new : texts.header(ruleId)}
      </Header>
      <FailureAlert failure={rule.failure} retry={rule.reload} />
      <FailureAlert failure={failure} />
      {Learning && (
        <Box color="text-body-secondary">
          {LearningUntil === undefined ? texts.learning : texts.learningUntil(full(LearningUntil * 1000))}
        </Box>
      )}
      {ruleId === undefined && (
        <FormField label={texts.id} constraintText={texts.idHint}>
          <Input value={id} onChange={({ detail }) => setId(detail.value.trim())} />
        </FormField>
      )}
      <FormField label={texts.text} stretch>
        <CodeEditor value={text} onChange={setEdited} label={texts.text} />
      </FormField>
      <RuleReplay ruleId={ruleId} text={text} />
      {asking && ruleId !== undefined && (
        <ConfirmDialog
          header={Origin === "OWN" ? texts.removeHeader(ruleId) : texts.resetHeader(ruleId)}
          action={Origin === "OWN" ? texts.remove : texts.reset}
          onClose={() => setAsking(false)}
          onConfirm={async () => {
            await callDetection("DeleteDetectionRule", { RuleId: ruleId });
            notify("success", texts.removed(ruleId));
            onClose();
          }}
        >
          {Origin === "OWN" ? texts.removeBody : texts.resetBody}
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}
