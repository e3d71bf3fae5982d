import { CreateAliasCommand, CreateKeyCommand, EnableKeyRotationCommand, KMSClient } from "@aws-sdk/client-kms";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { failureOf } from "../../api/failure.js";
import { failureText } from "../../parts/failure-text.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { notify } from "../../shell/notices.js";
import { texts as all } from "../../texts/keys.js";

const texts = all.createDialog;

/** Creates a key that encrypts, with an alias and yearly rotation if wanted. */
export function CreateKeyDialog({ onClose, onCreated }: { onClose: () => void; onCreated: (keyId: string) => void }) {
  const [description, setDescription] = useState("");
  const [alias, setAlias] = useState("");
  const [rotates, setRotates] = useState(true);

  async function create() {
    const kms = clientOf(KMSClient);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: description }));
    const keyId = KeyMetadata?.KeyId ?? "";
    try {
      const name = alias.trim().replace(/^alias\//, "");
      if (name !== "") await kms.send(new CreateAliasCommand({ AliasName: `alias/${name}`, TargetKeyId: keyId }));
      if (rotates) await kms.send(new EnableKeyRotationCommand({ KeyId: keyId }));
      notify("success", texts.created);
    } catch (problem) {
      notify("error", texts.half(failureText(failureOf(problem))));
    }
    onCreated(keyId);
  }

  return (
    <FormDialog header={texts.header} action={texts.create} onSubmit={create} onClose={onClose}>
      <FormField label={texts.description}>
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      <FormField label={texts.alias} constraintText={texts.aliasHint}>
        <Input value={alias} onChange={({ detail }) => setAlias(detail.value)} />
      </FormField>
      <Checkbox checked={rotates} onChange={({ detail }) => setRotates(detail.checked)}>
        {texts.rotation}
      </Checkbox>
    </FormDialog>
  );
}
