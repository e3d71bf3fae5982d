import { type AccessKey, CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
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
  const user = old.userName ?? "";

  const make = async () => {
    const { AccessKey } = await clientOf(IAMClient).send(new CreateAccessKeyCommand({ UserName: user }));
    setMade(AccessKey);
  };
  const deactivate = async () => {
    await clientOf(IAMClient).send(
      new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: old.accessKeyId, Status: "Inactive" }),
    );
    notify("success", texts.deactivated(old.accessKeyId));
    onClose();
  };

  return (
    <FormDialog
      header={texts.rotateHeader}
      action={made === undefined ? texts.make : texts.deactivateOld(old.accessKeyId)}
      cancel={made === undefined ? common.cancel : texts.later}
      ready={made !== undefined || !isFull}
      onSubmit={made === undefined ? make : deactivate}
      onClose={onClose}
    >
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
    </FormDialog>
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
