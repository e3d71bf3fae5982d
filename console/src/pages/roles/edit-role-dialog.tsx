import { IAMClient, UpdateRoleCommand } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { roleTexts } from "../../texts/roles.js";
import { SessionSelect } from "./session-select.js";

interface EditRoleDialogProps {
  readonly roleName: string;
  readonly description: string;
  readonly seconds: number;
  readonly onClose: () => void;
}

/** Changes a role's description and how long its sessions may last. */
export function EditRoleDialog({
  roleName,
  description: before,
  seconds: secondsBefore,
  onClose,
}: EditRoleDialogProps) {
  const [description, setDescription] = useState(before);
  const [seconds, setSeconds] = useState(secondsBefore);
  return (
    <FormDialog
      header={roleTexts.role.editTitle(roleName)}
      action={common.save}
      onClose={onClose}
      onSubmit={async () => {
        await clientOf(IAMClient).send(
          new UpdateRoleCommand({ RoleName: roleName, Description: description, MaxSessionDuration: seconds }),
        );
        notify("success", roleTexts.role.editDone(roleName));
        onClose();
      }}
    >
      <SpaceBetween size="m">
        <FormField label={roleTexts.role.descriptionOf}>
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
        <FormField label={roleTexts.session}>
          <SessionSelect seconds={seconds} onChange={setSeconds} />
        </FormField>
      </SpaceBetween>
    </FormDialog>
  );
}
