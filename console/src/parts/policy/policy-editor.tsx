import type { CompletionContext } from "@codemirror/autocomplete";
import { json } from "@codemirror/lang-json";
import type { Diagnostic } from "@codemirror/lint";
import type { PolicyKind } from "../../../../src/identity/policy/document.js";
import { policyTexts } from "../../texts/policies.js";
import { CodeEditor } from "../code-editor.js";
import { PolicyExplanation } from "./policy-explanation.js";
import { useKnownActions } from "./use-known-actions.js";
import "./policy-editor.css";

interface PolicyEditorProps {
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly kind?: PolicyKind;
  readonly label?: string;
}

const language = json();

/** A policy's JSON beside what it says in plain words. Without `onChange` it is only shown. */
export function PolicyEditor({ value, onChange, kind = "identity", label = policyTexts.editor }: PolicyEditorProps) {
  const actions = useKnownActions();
  return (
    <div className="policy-editor">
      <CodeEditor
        value={value}
        onChange={(text) => onChange?.(text)}
        label={label}
        language={language}
        readOnly={onChange === undefined}
        complete={(context) => completeAction(context, actions ?? [])}
        diagnose={diagnoseJson}
      />
      <PolicyExplanation text={value} kind={kind} actions={actions} />
    </div>
  );
}

function completeAction(context: CompletionContext, actions: readonly string[]) {
  const typed = context.matchBefore(/"[a-z-]+:?\w*/i);
  if (typed === null || typed.text.length < 2) return null;
  return {
    from: typed.from + 1,
    options: actions.map((label) => ({ label, type: "function" })),
    validFor: /^[\w:-]*$/,
  };
}

/** Where a text stops being JSON. What is wrong with the policy itself is said beside it. */
function diagnoseJson(text: string): Diagnostic[] {
  try {
    JSON.parse(text);
    return [];
  } catch (problem) {
    const { message } = problem as Error;
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
    const from = Math.max(0, Math.min(position, text.length - 1));
    return [{ from, to: Math.min(from + 1, text.length), severity: "error", message }];
  }
}
