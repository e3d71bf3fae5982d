import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { texts as all } from "../../texts/erasing.js";
import { type ErasureDraft, emptyDraft, problemOf } from "./erasures.js";

const texts = all.erasing;
const typeOptions = (["text", "number", "boolean"] as const).map((value) => ({ value, label: texts.types[value] }));

interface ErasureFormProps {
  readonly initial: ErasureDraft | undefined;
  readonly onCount: (draft: ErasureDraft) => Promise<void>;
}

/** Says which traces, and why. Nothing is erased from here: it only counts. */
export function ErasureForm({ initial, onCount }: ErasureFormProps) {
  const [draft, setDraft] = useState(initial ?? emptyDraft);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const set = (change: Partial<ErasureDraft>) => setDraft((now) => ({ ...now, ...change }));
  const problem = problemOf(draft);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (problem !== undefined || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await onCount(draft);
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  }

  return (
    <Container
      header={
        <Header variant="h2" description={texts.description}>
          {texts.header}
        </Header>
      }
    >
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          <FailureAlert failure={failure} />
          <SegmentedControl
            label={texts.by}
            selectedId={draft.by}
            onChange={({ detail }) => set({ by: detail.selectedId as ErasureDraft["by"] })}
            options={[
              { id: "annotation", text: texts.byAnnotation },
              { id: "traces", text: texts.byTraces },
            ]}
          />
          {draft.by === "traces" ? (
            <FormField label={texts.traceIds} constraintText={texts.traceIdsHint} stretch>
              <Textarea
                rows={4}
                spellcheck={false}
                value={draft.traceIds}
                onChange={({ detail }) => set({ traceIds: detail.value })}
              />
            </FormField>
          ) : (
            <ColumnLayout columns={3}>
              <FormField label={texts.key}>
                <Input value={draft.key} onChange={({ detail }) => set({ key: detail.value })} />
              </FormField>
              <FormField label={texts.value}>
                <Input value={draft.value} onChange={({ detail }) => set({ value: detail.value })} />
              </FormField>
              <FormField label={texts.type}>
                <Select
                  selectedOption={typeOptions.find(({ value }) => value === draft.type)!}
                  options={typeOptions}
                  onChange={({ detail }) => set({ type: detail.selectedOption.value as ErasureDraft["type"] })}
                />
              </FormField>
            </ColumnLayout>
          )}
          <ColumnLayout columns={2}>
            <FormField label={texts.reason} constraintText={texts.reasonHint}>
              <Input value={draft.reason} onChange={({ detail }) => set({ reason: detail.value })} />
            </FormField>
            <FormField
              label={
                <>
                  {texts.reference} <i>{texts.optional}</i>
                </>
              }
              constraintText={texts.referenceHint}
            >
              <Input value={draft.reference} onChange={({ detail }) => set({ reference: detail.value })} />
            </FormField>
          </ColumnLayout>
          {tried && problem !== undefined && <Alert type="error">{problem}</Alert>}
          <Button variant="primary" formAction="submit" loading={busy}>
            {texts.count}
          </Button>
        </SpaceBetween>
      </form>
    </Container>
  );
}
