import {
  CancelKeyDeletionCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  KMSClient,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { act } from "../../parts/act.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";
import { KeyAliases } from "./key-aliases.js";
import { KeyPolicy } from "./key-policy.js";
import { fetchKey } from "./kms.js";
import { KeyState, rotationText } from "./kms-tab.js";
import { UnusableDialog } from "./unusable-dialog.js";

const texts = all.kms;

/** One key: how it stands, what may be done with it, its names and its policy. */
export function KeyPanel({ keyId, onLeave }: { keyId: string; onLeave: () => void }) {
  const moments = useMoments();
  const { value: key, failure, reload } = useLoaded(keyId, (signal) => fetchKey(keyId, keyId, signal));
  const [asking, setAsking] = useState<"disable" | "delete">();
  /** A second press would do it twice: a key may be rotated only so often. */
  const [busy, setBusy] = useState(false);
  if (key === undefined) return failure ? <FailureAlert failure={failure} retry={reload} /> : <Spinner size="large" />;
  const kms = clientOf(KMSClient);
  const KeyId = keyId;
  const { metadata, rotation, aliases = [] } = key;
  const state = metadata?.KeyState;
  const isRotating = rotation?.KeyRotationEnabled === true;
  const run = async (done: string, work: () => Promise<unknown>) => {
    setBusy(true);
    await act(done, work);
    setBusy(false);
    reload();
  };

  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button onClick={onLeave}>{texts.back}</Button>
                {state === "Disabled" && (
                  <Button
                    disabled={busy}
                    onClick={() => run(texts.enabled, () => kms.send(new EnableKeyCommand({ KeyId })))}
                  >
                    {texts.enable}
                  </Button>
                )}
                {state === "Enabled" && (
                  <Button
                    disabled={busy}
                    onClick={() => run(texts.rotated, () => kms.send(new RotateKeyOnDemandCommand({ KeyId })))}
                  >
                    {texts.rotateNow}
                  </Button>
                )}
                {state === "Enabled" && <Button onClick={() => setAsking("disable")}>{texts.disable}</Button>}
                {state === "PendingDeletion" ? (
                  <Button
                    variant="primary"
                    disabled={busy}
                    onClick={() =>
                      run(texts.deletionCancelled, () => kms.send(new CancelKeyDeletionCommand({ KeyId })))
                    }
                  >
                    {texts.cancelDeletion}
                  </Button>
                ) : (
                  <Button onClick={() => setAsking("delete")}>{texts.deletion}</Button>
                )}
              </SpaceBetween>
            }
          >
            {aliases[0] ?? keyId}
          </Header>
        }
      >
        <SpaceBetween size="m">
          <FailureAlert failure={key.failure} retry={reload} />
          <KeyValuePairs
            columns={3}
            items={[
              { label: texts.state, value: <KeyState of={key} /> },
              { label: texts.arn, value: metadata?.Arn ?? keyId },
              { label: texts.description, value: metadata?.Description || common.nothing },
              {
                label: texts.created,
                value: metadata?.CreationDate ? moments.full(metadata.CreationDate) : common.nothing,
              },
              { label: texts.rotation, value: rotationText(key) },
              {
                label: texts.nextRotation,
                value: rotation?.NextRotationDate ? moments.full(rotation.NextRotationDate) : common.nothing,
              },
            ]}
          />
          {state === "Enabled" && rotation !== undefined && (
            <Toggle
              checked={isRotating}
              disabled={busy}
              onChange={({ detail }) =>
                run(texts.rotationSwitched(detail.checked), () =>
                  detail.checked
                    ? kms.send(new EnableKeyRotationCommand({ KeyId }))
                    : kms.send(new DisableKeyRotationCommand({ KeyId })),
                )
              }
            >
              {texts.rotationToggle}
            </Toggle>
          )}
        </SpaceBetween>
      </Container>
      <KeyAliases keyId={keyId} aliases={aliases} onChanged={reload} />
      <KeyPolicy keyId={keyId} />
      {asking !== undefined && (
        <UnusableDialog
          shown={key}
          how={asking}
          onClose={() => setAsking(undefined)}
          onDone={() => {
            setAsking(undefined);
            reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}
