import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, type ReactNode, useState } from "react";
import { useSession } from "../../api/use-session.js";
import { texts } from "../../texts/exposure.js";
import { problemOf, type Question } from "./question.js";

/** As high as a label, so that the button stands beside the fields. */
const blank = "\u00a0";

const empty: Record<Question["kind"], Question> = {
  trace: { kind: "trace", traceId: "" },
  caller: { kind: "caller", caller: "" },
  annotation: { kind: "annotation", key: "", value: "" },
};

interface QuestionFormProps {
  readonly question: Question;
  readonly onAsk: (question: Question) => void;
  /** Stands under the question. */
  readonly children: ReactNode;
}

/** One question of three. It is put when it is asked, not at each letter: each is a recorded call. */
export function QuestionForm({ question, onAsk, children }: QuestionFormProps) {
  const [draft, setDraft] = useState(question);
  const [asked, setAsked] = useState(false);
  const problem = problemOf(draft);

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (problem === undefined) onAsk(draft);
  }

  return (
    <Container>
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          <SegmentedControl
            label={texts.ask}
            selectedId={draft.kind}
            onChange={({ detail }) => {
              setAsked(false);
              const next = empty[detail.selectedId as Question["kind"]];
              setDraft(next.kind === question.kind ? question : next);
            }}
            options={(["trace", "caller", "annotation"] as const).map((id) => ({ id, text: texts.tabs[id] }))}
          />
          <Box color="text-body-secondary">{texts.hints[draft.kind]}</Box>
          <Fields
            draft={draft}
            setDraft={setDraft}
            error={asked && (problem === "trace" || problem === "caller") ? texts.problems[problem] : ""}
          />
          {children}
        </SpaceBetween>
      </form>
    </Container>
  );
}

function Fields({ draft, setDraft, error }: { draft: Question; setDraft: (draft: Question) => void; error: string }) {
  const { person } = useSession();
  const button = (
    <FormField label={<span aria-hidden>{blank}</span>}>
      <Button variant="primary" formAction="submit" disabled={problemOf(draft) === "empty"}>
        {texts.askButton}
      </Button>
    </FormField>
  );
  if (draft.kind === "annotation")
    return (
      <Grid gridDefinition={[{ colspan: 3 }, { colspan: 6 }, { colspan: 3 }]}>
        <FormField label={texts.key} stretch>
          <Input
            value={draft.key}
            placeholder={texts.keyExample}
            onChange={({ detail }) => setDraft({ ...draft, key: detail.value.trim() })}
          />
        </FormField>
        <FormField label={texts.value} stretch>
          <Input
            value={draft.value}
            placeholder={texts.valueExample}
            onChange={({ detail }) => setDraft({ ...draft, value: detail.value })}
          />
        </FormField>
        {button}
      </Grid>
    );
  return (
    <Grid gridDefinition={[{ colspan: 9 }, { colspan: 3 }]}>
      {draft.kind === "trace" ? (
        <FormField label={texts.traceId} errorText={error} stretch>
          <Input
            value={draft.traceId}
            placeholder={texts.traceIdExample}
            onChange={({ detail }) => setDraft({ kind: "trace", traceId: detail.value.trim() })}
          />
        </FormField>
      ) : (
        <FormField label={texts.caller} constraintText={texts.callerHint} errorText={error} stretch>
          <Input
            value={draft.caller}
            placeholder={texts.callerExample(person?.accountId ?? "")}
            onChange={({ detail }) => setDraft({ kind: "caller", caller: detail.value.trim() })}
          />
        </FormField>
      )}
      {button}
    </Grid>
  );
}
