import { CloudTrailClient, GetEventSelectorsCommand, PutEventSelectorsCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { json } from "@codemirror/lang-json";
import { useMemo, useState } from "react";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { selectorsInWords } from "../../texts/selectors-in-words.js";
import { texts } from "../../texts/trails.js";
import { type Sample, useLastHour } from "./last-hour.js";
import { readSelectors } from "./read-selectors.js";
import { selectorsIn } from "./read-trails.js";
import { SelectedCount } from "./selected-count.js";
import { SelectorsView } from "./selectors-view.js";
import { asAdvanced } from "./xray-selectors.js";

const words = texts.selectors;
const language = json();

/** What a trail selects, in words and JSON, with what that would have been, also while it is edited. */
export function TrailSelectorsSection({ name, isHome }: { name: string; isHome: boolean }) {
  const [editing, setEditing] = useState(false);
  const sample = useLastHour();
  const loaded = useLoaded(name, async (abortSignal) =>
    selectorsIn(
      await clientOf(CloudTrailClient).send(new GetEventSelectorsCommand({ TrailName: name }), { abortSignal }),
    ),
  );
  const selectors = loaded.value;
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            isHome &&
            selectors !== undefined &&
            !editing && <Button onClick={() => setEditing(true)}>{words.edit}</Button>
          }
        >
          {words.title}
        </Header>
      }
    >
      <FailureAlert failure={loaded.failure} retry={loaded.reload} />
      {loaded.loading && selectors === undefined && <StatusIndicator type="loading">{common.loading}</StatusIndicator>}
      {selectors !== undefined && !editing && (
        <SpaceBetween size="m">
          <SelectedCount selectors={selectors} sample={sample} />
          <SelectorsView selectors={selectors} />
        </SpaceBetween>
      )}
      {selectors !== undefined && editing && (
        <SelectorsEditor
          name={name}
          before={selectors}
          sample={sample}
          onClose={(isSaved) => {
            setEditing(false);
            if (isSaved) loaded.reload();
          }}
        />
      )}
    </Container>
  );
}

interface SelectorsEditorProps {
  readonly name: string;
  readonly before: TrailSelectors;
  readonly sample: Sample;
  readonly onClose: (isSaved: boolean) => void;
}

function SelectorsEditor({ name, before, sample, onClose }: SelectorsEditorProps) {
  const [text, setText] = useState(() => JSON.stringify(asAdvanced(before), null, 2));
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const read = useMemo(() => readSelectors(text), [text]);

  async function save() {
    if (typeof read === "string" || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const AdvancedEventSelectors = [...read.selectors];
      await clientOf(CloudTrailClient).send(new PutEventSelectorsCommand({ TrailName: name, AdvancedEventSelectors }));
      notify("success", words.saved);
      onClose(true);
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
    }
  }

  return (
    <SpaceBetween size="m">
      <FormField label={words.editor} description={words.editorHint} stretch>
        <CodeEditor value={text} onChange={setText} label={words.editor} language={language} onSubmit={save} />
      </FormField>
      {typeof read === "string" ? (
        <Alert type="warning">{read}</Alert>
      ) : (
        <SpaceBetween size="xs">
          <Box variant="awsui-key-label">{words.words}</Box>
          <ul>
            {selectorsInWords(read).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <SelectedCount selectors={read} sample={sample} />
        </SpaceBetween>
      )}
      <FailureAlert failure={failure} />
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={busy} disabled={typeof read === "string"} onClick={save}>
          {words.save}
        </Button>
        <Button variant="link" onClick={() => onClose(false)}>
          {common.cancel}
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
