import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useLoaded } from "../../api/use-loaded.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { policyTexts } from "../../texts/policies.js";
import { FailureAlert } from "../failure-alert.js";
import { FormDialog } from "../form-dialog.js";
import { useEdit } from "../use-edit.js";
import { type Entity, inlineDocument, putInline } from "./entity-policies.js";
import { newPolicyDocument } from "./new-policy-document.js";
import { PolicyEditor } from "./policy-editor.js";

interface InlinePolicyDialogProps {
  readonly entity: Entity;
  /** Empty for a new one. */
  readonly policyName: string;
  readonly onClose: (changed: boolean) => void;
}

const texts = policyTexts.entity;

/** Edits an inline policy, or writes a new one. */
export function InlinePolicyDialog({ entity, policyName, onClose }: InlinePolicyDialogProps) {
  const isNew = policyName === "";
  const present = useLoaded(isNew ? undefined : policyName, (signal) => inlineDocument(entity, policyName, signal));
  const [name, setName] = useState(policyName);
  const { value: document, write } = useEdit(isNew ? newPolicyDocument : present.value);
  return (
    <FormDialog
      header={texts.inlineTitle(policyName)}
      action={common.save}
      size="max"
      ready={name.trim() !== "" && document !== undefined && document.trim() !== ""}
      onClose={() => onClose(false)}
      onSubmit={async () => {
        await putInline(entity, name.trim(), document ?? "");
        notify("success", texts.saved(name.trim()));
        onClose(true);
      }}
    >
      {isNew && (
        <FormField label={policyTexts.name} description={texts.inlineHint}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      )}
      <FailureAlert failure={present.failure} retry={present.reload} />
      {document !== undefined && (
        <Box>
          <PolicyEditor value={document} onChange={write} />
        </Box>
      )}
    </FormDialog>
  );
}
