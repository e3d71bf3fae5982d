import { CloudTrailClient, GenerateQueryCommand } from "@aws-sdk/client-cloudtrail";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { queryTexts } from "../../texts/query.js";

const texts = queryTexts.prompt;

/** Turns a sentence into a statement, by the service's own rules. */
export function PromptField({ storeId, onWritten }: { storeId: string; onWritten: (statement: string) => void }) {
  const [prompt, setPrompt] = useState("");
  const [problem, setProblem] = useState<Failure>();
  const [waiting, setWaiting] = useState(false);
  const misunderstood = problem?.code === "GenerateResponseException" ? problem.message : undefined;

  const ready = storeId !== "" && prompt.trim().length >= 3;

  const write = async () => {
    setWaiting(true);
    setProblem(undefined);
    try {
      const { QueryStatement = "" } = await clientOf(CloudTrailClient).send(
        new GenerateQueryCommand({ EventDataStores: [storeId], Prompt: prompt }),
      );
      onWritten(QueryStatement);
    } catch (thrown) {
      setProblem(failureOf(thrown));
    }
    setWaiting(false);
  };

  return (
    <>
      <FormField label={texts.label} description={texts.hint} errorText={misunderstood} stretch>
        <Grid gridDefinition={[{ colspan: { default: 12, s: 10 } }, { colspan: { default: 12, s: 2 } }]}>
          <Input
            value={prompt}
            placeholder={texts.placeholder}
            onChange={({ detail }) => setPrompt(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter" && ready) void write();
            }}
          />
          <Button loading={waiting} disabled={!ready} onClick={write}>
            {texts.write}
          </Button>
        </Grid>
      </FormField>
      {misunderstood === undefined && <FailureAlert failure={problem} />}
    </>
  );
}
