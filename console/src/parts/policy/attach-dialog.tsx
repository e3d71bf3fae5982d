import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import { notify } from "../../shell/notices.js";
import { policyTexts } from "../../texts/policies.js";
import { FormDialog } from "../form-dialog.js";
import { attach, type Entity } from "./entity-policies.js";
import { PolicyChooser } from "./policy-chooser.js";

/** Attaches managed policies to one user, group or role. */
export function AttachDialog({ entity, onClose }: { entity: Entity; onClose: (changed: boolean) => void }) {
  const [arns, setArns] = useState<readonly string[]>([]);
  const [begun, setBegun] = useState(false);
  return (
    <FormDialog
      header={policyTexts.entity.attach}
      action={policyTexts.attached.attach}
      ready={arns.length > 0}
      onClose={() => onClose(begun)}
      onSubmit={async () => {
        for (const arn of arns) {
          await attach(entity, arn);
          setBegun(true);
          // Where the next one fails, this one is not attached again.
          setArns((now) => now.filter((other) => other !== arn));
          notify("success", policyTexts.attached.attachedTo(arn.split("/").at(-1)!, entity.name));
        }
        onClose(true);
      }}
    >
      <FormField label={policyTexts.policies}>
        <PolicyChooser value={arns} onChange={setArns} label={policyTexts.policies} />
      </FormField>
    </FormDialog>
  );
}
