import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo } from "react";
import type { PolicyKind } from "../../../../src/identity/policy/document.js";
import { policyTexts } from "../../texts/policies.js";
import { explainPolicy } from "./policy-in-words.js";
import "./policy-editor.css";

interface PolicyExplanationProps {
  readonly text: string;
  readonly kind: PolicyKind;
  readonly actions?: readonly string[] | undefined;
}

/** Each statement of a policy as a sentence, and what to be warned of. */
export function PolicyExplanation({ text, kind, actions }: PolicyExplanationProps) {
  const explained = useMemo(() => explainPolicy(text, kind, actions), [text, kind, actions]);
  if ("problem" in explained)
    return (
      <Alert type="error" header={policyTexts.refused}>
        {explained.problem}
      </Alert>
    );
  return (
    <section aria-label={policyTexts.inWords}>
      {explained.statements.map(({ effect, sentence, warnings }, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: a statement is its place in the policy.
          key={index}
          className={effect === "Deny" ? "policy-statement policy-statement-deny" : "policy-statement"}
        >
          <Box variant="small">{policyTexts.statement(index + 1)}</Box>
          <Box>{sentence}</Box>
          {warnings.map((warning) => (
            <StatusIndicator key={warning} type="warning">
              {warning}
            </StatusIndicator>
          ))}
        </div>
      ))}
    </section>
  );
}
