import { type EvaluationResult, IAMClient, SimulateCustomPolicyCommand } from "@aws-sdk/client-iam";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type FormEvent, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { policyTexts } from "../../texts/policies.js";
import { FailureAlert } from "../failure-alert.js";
import { useKnownActions } from "./use-known-actions.js";

const texts = policyTexts.check;

/** Asks the simulator what a document would say to one call. */
export function WouldAllow({ document }: { document: string }) {
  const actions = useKnownActions();
  const [action, setAction] = useState("xray:GetTraceSummaries");
  const [resource, setResource] = useState("*");
  const [context, setContext] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [answer, setAnswer] = useState<{ readonly to: string; readonly result: EvaluationResult | undefined }>();
  const given = Object.entries(context).filter(([, value]) => value !== "");
  const question = JSON.stringify([document, action, resource, given]);
  // What was said of another document or call is not said of this one.
  const result = answer?.to === question ? answer.result : undefined;

  async function check(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const { EvaluationResults } = await clientOf(IAMClient).send(
        new SimulateCustomPolicyCommand({
          PolicyInputList: [document],
          ActionNames: [action.trim()],
          ResourceArns: [resource.trim() || "*"],
          ContextEntries: given.map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyValues: [value],
            ContextKeyType: "string",
          })),
        }),
      );
      const [found] = EvaluationResults ?? [];
      setAnswer({ to: question, result: found });
      const missing = (found?.MissingContextValues ?? []).filter((key) => !(key in context));
      if (missing.length > 0) setContext({ ...context, ...Object.fromEntries(missing.map((key) => [key, ""])) });
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }

  const keys = Object.keys(context);
  return (
    <Container
      header={
        <Header variant="h2" description={texts.description}>
          {texts.title}
        </Header>
      }
    >
      <form onSubmit={check}>
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField label={texts.action} description={texts.actionHint}>
              <Autosuggest
                value={action}
                onChange={({ detail }) => setAction(detail.value)}
                options={(actions ?? []).map((value) => ({ value }))}
                virtualScroll
              />
            </FormField>
            <FormField label={texts.resource} description={texts.resourceHint}>
              <Input value={resource} onChange={({ detail }) => setResource(detail.value)} />
            </FormField>
          </ColumnLayout>
          {keys.length > 0 && <Box>{texts.missing}</Box>}
          {keys.map((key) => (
            <FormField key={key} label={key}>
              <Input
                value={context[key] ?? ""}
                onChange={({ detail }) => setContext({ ...context, [key]: detail.value })}
              />
            </FormField>
          ))}
          <Button formAction="submit" loading={busy}>
            {texts.button}
          </Button>
          <FailureAlert failure={failure} />
          {result !== undefined && (
            <output>
              <Decision result={result} />
            </output>
          )}
        </SpaceBetween>
      </form>
    </Container>
  );
}

function Decision({ result }: { result: EvaluationResult }) {
  const decision = result.EvalDecision ?? "implicitDeny";
  const lines = (result.MatchedStatements ?? []).map(({ StartPosition }) => texts.line(StartPosition?.Line ?? 1));
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={decision === "allowed" ? "success" : "error"}>{texts[decision]}</StatusIndicator>
      {lines.length > 0 && <Box>{texts.by(lines)}</Box>}
    </SpaceBetween>
  );
}
