import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import List from "@cloudscape-design/components/list";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { CommandLine } from "../../parts/command-line.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { saveFile } from "../../parts/save-file.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/events.js";
import { checkProof, type InclusionProof, type ProofStep, proofFile } from "./check-proof.js";

const words = texts.proof;
/** Heads are signed every 10 seconds, unless the service is set otherwise. */
const retryMs = 3000;
const triesMax = 20;
const indicators: Record<ProofStep["outcome"], StatusIndicatorProps.Type> = {
  holds: "success",
  fails: "error",
  unchecked: "warning",
};

interface Checked {
  readonly proof: InclusionProof;
  readonly verifierKey: string;
  readonly steps: readonly ProofStep[];
}

/** Fetches the proof of a record, checks it here, and says what holds. */
export function ProofSection({ eventId, record }: { eventId: string; record: string }) {
  const [waiting, setWaiting] = useState(false);
  const loaded = useLoaded<Checked>(eventId, async (signal) => {
    const proof = await patiently(() => fetchProof(eventId, signal), { signal, onWait: () => setWaiting(true) });
    const { VerifierKey: verifierKey } = await callExtension<{ VerifierKey: string }>(
      "cloudtrail",
      "GetTransparencyKey",
      {},
      { signal },
    );
    const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
    return { proof, verifierKey, steps: await checkProof({ eventId, record, proof, verifierKey }, subtle) };
  });
  const checked = loaded.value;
  const fileName = `${eventId}.tlog-proof`;

  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" loading={loaded.loading} onClick={loaded.reload}>
                {words.again}
              </Button>
              <Button
                iconName="download"
                disabled={checked === undefined}
                onClick={() => checked && saveFile(fileName, "text/plain", proofFile({ proof: checked.proof, record }))}
              >
                {words.save}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      {checked !== undefined ? (
        <ProofResult
          checked={checked}
          command={`node bin/dosimeter.cjs verify --proof ${fileName} --key '${checked.verifierKey}'`}
        />
      ) : loaded.failure !== undefined ? (
        <FailureAlert failure={loaded.failure} retry={loaded.reload} />
      ) : (
        <StatusIndicator type="loading">{waiting ? words.waiting : words.checking}</StatusIndicator>
      )}
    </Container>
  );
}

function ProofResult({ checked, command }: { checked: Checked; command: string }) {
  const { verifierKey, steps } = checked;
  return (
    <SpaceBetween size="m">
      <Verdict checked={checked} />
      <List
        ariaLabel={words.title}
        items={[...steps]}
        renderItem={({ name, outcome }) => ({
          id: name,
          content: (
            <StatusIndicator type={indicators[outcome]} iconAriaLabel={words.outcomes[outcome]}>
              {words.steps[name]}
            </StatusIndicator>
          ),
          ...(outcome !== "holds" && { secondaryContent: words.outcomes[outcome] }),
        })}
      />
      <Box>
        <Box variant="awsui-key-label">{words.key}</Box>
        <Box variant="code">{verifierKey}</Box>
        <Box color="text-body-secondary" fontSize="body-s">
          {words.keyHint}
        </Box>
      </Box>
      <Box>
        <Box color="text-body-secondary" fontSize="body-s">
          {words.trust}
        </Box>
        <CommandLine command={command} />
      </Box>
    </SpaceBetween>
  );
}

function Verdict({ checked: { proof, verifierKey, steps } }: { checked: Checked }) {
  if (steps.some(({ outcome }) => outcome === "fails"))
    return (
      <Alert type="error" header={words.broken}>
        {words.brokenBody}
      </Alert>
    );
  if (steps.some(({ outcome }) => outcome === "unchecked"))
    return (
      <Alert type="warning" header={words.unsigned}>
        {words.unsignedBody}
      </Alert>
    );
  return (
    <Alert type="success" header={words.holds}>
      {words.holdsBody(proof.LeafIndex, proof.TreeSize, verifierKey.split("+")[0] ?? common.nothing)}
    </Alert>
  );
}

function fetchProof(eventId: string, signal: AbortSignal): Promise<InclusionProof> {
  return callExtension<InclusionProof>("cloudtrail", "GetInclusionProof", { EventId: eventId }, { signal });
}

/** A record gets its place, and a signed head that has it, some seconds after it was made. */
async function patiently<Result>(
  ask: () => Promise<Result>,
  { signal, onWait }: { signal: AbortSignal; onWait: () => void },
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (problem) {
      if ((problem as Error).name !== "ResourceNotFoundException" || tries === triesMax) throw problem;
      onWait();
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      signal.throwIfAborted();
    }
  }
}
