import { CreateAliasCommand, CreateKeyCommand, EnableKeyRotationCommand, KMSClient } from "@aws-sdk/client-kms";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";

const texts = all.createDialog;

/** Creates a key that encrypts, with an alias and yearly rotation if wanted. */
export function CreateKeyDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (keyId: string) => void }) {
  const [description, setDescription] = useState("");
  const [alias, setAlias] = useState("");
  const [rotates, setRotates] = useState(true);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function create(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const kms = clientOf(KMSClient);
    let keyId: string;
    try {
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: description }));
      keyId = KeyMetadata?.KeyId ?? "";
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
      return;
    }
    try {
      const name = alias.trim().replace(/^alias\//, "");
      if (name !== "") await kms.send(new CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId: keyId }));
      if (rotates) await kms.send(new EnableKeyRotationCommand({ KeyId: keyId }));
      notify("success", texts.created);
    } catch (problem) {
      notify("error", texts.half(failureOf(problem).message));
    }
    onCreated(keyId);
  }

  return (
    <Modal visible header={texts.header} onDismiss={onClose} closeAriaLabel={common.close}>
      <form onSubmit={create}>
        <SpaceBetween size="m">
          <FailureAlert failure={failure} />
          <FormField label={texts.description}>
            <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
          <FormField label={texts.alias} constraintText={texts.aliasHint}>
            <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
          </FormField>
          <Checkbox checked={rotates} onChange={({ detail }) => setRotates(detail.checked)}>
            {texts.rotation}
          </Checkbox>
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy}>
                {texts.create}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
