import { GetServiceGraphCommand, XRayClient } from "@aws-sdk/client-xray";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import type { CompletionSource } from "@codemirror/autocomplete";
import type { Diagnostic } from "@codemirror/lint";
import { useRef } from "react";
import { useLocation } from "wouter";
import { toTraceId } from "../../../../src/tracing/trace-id.js";
import { clientOf } from "../../api/clients.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useDraft } from "../../parts/use-draft.js";
import type { ChosenPeriod, Period } from "../../parts/use-period.js";
import { tracesTexts } from "../../texts/traces.js";
import { suggestionsFor } from "./completions.js";
import { problemOf } from "./filter-edit.js";
import { periodDaysMax } from "./search.js";
import type { Vocabulary } from "./statistics.js";
import "./filter-field.css";

const texts = tracesTexts.filter;

interface FilterFieldProps {
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  readonly period: ChosenPeriod;
  readonly known: Vocabulary;
  /** Searches anew with what there is. */
  readonly again: () => void;
}

/** Filter and period of a search. What is written is asked for on Enter; a trace's id opens the trace. */
export function FilterField({ filter, setFilter, period, known, again }: FilterFieldProps) {
  const [draft, setDraft] = useDraft(filter);
  const [, navigate] = useLocation();
  const complete = useCompletion(known, period);
  const problem = problemOf(draft);

  const change = (text: string) => {
    const traceId = toTraceId(text.trim());
    if (traceId !== undefined) navigate(`/traces/${traceId}`);
    else setDraft(text);
  };
  const submit = () => {
    if (problem !== undefined) return;
    if (draft.trim() === filter) again();
    else setFilter(draft.trim());
  };
  const diagnose = (text: string): Diagnostic[] => {
    const found = problemOf(text);
    return found === undefined ? [] : [{ ...found, severity: "error" }];
  };

  return (
    <div className="filter-field">
      <FormField label={texts.label} description={texts.hint} errorText={problem?.message} stretch>
        <CodeEditor
          singleLine
          value={draft}
          onChange={change}
          onSubmit={submit}
          label={texts.label}
          placeholder={texts.placeholder}
          complete={complete}
          diagnose={diagnose}
        />
      </FormField>
      <div className="filter-field-line">
        <PeriodPicker period={period} daysMax={periodDaysMax} />
        <Button variant="primary" iconName="search" onClick={submit} disabled={problem !== undefined}>
          {texts.search}
        </Button>
        {filter !== "" && <Button onClick={() => setFilter("")}>{texts.clear}</Button>}
      </div>
    </div>
  );
}

/** Completes with what the traces found have, and with the services of the period, asked for when first needed. */
function useCompletion(known: Vocabulary, period: ChosenPeriod): CompletionSource {
  const services = useRef<{ period: string; names: Promise<readonly string[]> }>(undefined);
  return async (context) => {
    if (services.current?.period !== period.text)
      services.current = { period: period.text, names: serviceNames(period.resolve()) };
    const names = await services.current.names;
    const found = suggestionsFor(context.state.sliceDoc(0, context.pos), {
      ...known,
      services: [...new Set([...known.services, ...names])].sort(),
    });
    if (found === undefined || (found.from === context.pos && !context.explicit && context.pos === 0)) return null;
    const types = { keyword: "keyword", operator: "operator", name: "class", value: "constant" } as const;
    return {
      from: found.from,
      options: found.options.map(({ label, kind }) => ({ label, type: types[kind] })),
      // After a dot or a quote other words are meant.
      validFor: /^\w*$/,
    };
  };
}

const serviceHoursMax = 6;

/** Who may not read the graph completes with what the traces have: a word less is no failure of the page. */
async function serviceNames({ start, end }: Period): Promise<readonly string[]> {
  const from = new Date(Math.max(start.getTime(), end.getTime() - serviceHoursMax * 3_600_000));
  try {
    const { Services } = await clientOf(XRayClient).send(new GetServiceGraphCommand({ StartTime: from, EndTime: end }));
    return (Services ?? []).flatMap(({ Name }) => Name ?? []);
  } catch {
    return [];
  }
}
