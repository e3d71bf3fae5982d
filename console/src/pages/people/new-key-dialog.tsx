import type { AccessKey } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { saveFile } from "../../parts/save-file.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";

const texts = peopleTexts.accessKeys;

/** A new key with its secret, which nobody will see again. */
export function NewKeyDialog({ accessKey, onClose }: { accessKey: AccessKey; onClose: () => void }) {
  const { AccessKeyId = "", SecretAccessKey = "", UserName = "" } = accessKey;
  return (
    <Modal
      visible
      header={texts.made}
      // What is shown once must not go away by a click beside it.
      onDismiss={({ detail }) => {
        if (detail.reason !== "overlay") onClose();
      }}
      closeAriaLabel={common.close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              iconName="download"
              onClick={() =>
                saveFile(
                  `${UserName}-access-key.csv`,
                  "text/csv",
                  // A secret that begins with `+` is no formula, and must stay as it is.
                  `${texts.file}\r\n${AccessKeyId},${SecretAccessKey}\r\n`,
                )
              }
            >
              {texts.saveFile}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {texts.ok}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{texts.once}</Alert>
        <Shown label={texts.id} value={AccessKeyId} />
        <Shown label={texts.secret} value={SecretAccessKey} />
      </SpaceBetween>
    </Modal>
  );
}

function Shown({ label, value }: { label: string; value: string }) {
  return (
    <FormField label={label}>
      <CopyToClipboard
        variant="inline"
        textToCopy={value}
        copyButtonAriaLabel={common.copy(label)}
        copySuccessText={common.copied}
        copyErrorText={common.notCopied}
      />
    </FormField>
  );
}
