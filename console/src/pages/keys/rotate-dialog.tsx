import { type AccessKey, CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";
import type { AccessKeyShown } from "./access-keys.js";

const texts = all.access;

interface RotateDialogProps {
  readonly old: AccessKeyShown;
  /** The user has as many keys as there can be. */
  readonly isFull: boolean;
  readonly onClose: () => void;
}

/** Makes a second key, shows its secret once, and deactivates the old one when its user has changed over. */
export function RotateDialog({ old, isFull, onClose }: RotateDialogProps) {
  const [made, setMade] = useState<AccessKey>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const user = old.userName ?? "";

  async function run(work: () => Promise<void>) {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }

  const make = () =>
    run(async () => {
      const { AccessKey } = await clientOf(IAMClient).send(new CreateAccessKeyCommand({ UserName: user }));
      setMade(AccessKey);
    });
  const deactivate = () =>
    run(async () => {
      await clientOf(IAMClient).send(
        new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: old.accessKeyId, Status: "Inactive" }),
      );
      notify("success", texts.deactivated(old.accessKeyId));
      onClose();
    });

  return (
    <Modal
      visible
      header={texts.rotateHeader}
      // What is shown once must not go away by a click beside it.
      onDismiss={({ detail }) => {
        if (made === undefined || detail.reason !== "overlay") onClose();
      }}
      closeAriaLabel={common.close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {made === undefined ? common.cancel : texts.later}
            </Button>
            {made === undefined ? (
              <Button variant="primary" loading={busy} disabled={isFull} onClick={() => void make()}>
                {texts.make}
              </Button>
            ) : (
              <Button variant="primary" loading={busy} onClick={() => void deactivate()}>
                {texts.deactivateOld(old.accessKeyId)}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} />
        {isFull && made === undefined ? (
          <Alert type="warning">{texts.rotateTwo(user)}</Alert>
        ) : (
          <Box>{texts.rotateBody(old.accessKeyId, user)}</Box>
        )}
        {made !== undefined && (
          <Alert type="info">
            <SpaceBetween size="s">
              <Box>{texts.shownOnce}</Box>
              <KeyValuePairs
                items={[
                  {
                    label: texts.accessKeyId,
                    value: <Copied text={made.AccessKeyId ?? ""} what={texts.accessKeyId} />,
                  },
                  { label: texts.secret, value: <Copied text={made.SecretAccessKey ?? ""} what={texts.secret} /> },
                ]}
              />
            </SpaceBetween>
          </Alert>
        )}
      </SpaceBetween>
    </Modal>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToDisplay={text}
      textToCopy={text}
      copyButtonAriaLabel={common.copy(what)}
      copySuccessText={common.copied}
      copyErrorText={common.notCopied}
    />
  );
}
