import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { attach } from "../../parts/policy/entity-policies.js";
import { PolicyChooser } from "../../parts/policy/policy-chooser.js";
import { PolicyExplanation } from "../../parts/policy/policy-explanation.js";
import { notify } from "../../shell/notices.js";
import { roleTexts } from "../../texts/roles.js";
import { SessionSelect } from "./session-select.js";
import { type Trusted, trustDocument } from "./trust-document.js";
import { TrustedForm } from "./trusted-form.js";

const texts = roleTexts.create;

/** A role with whom it trusts and what it may, in one go. */
export function CreateRoleDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [trusted, setTrusted] = useState<Trusted>();
  const [seconds, setSeconds] = useState(3600);
  const [arns, setArns] = useState<readonly string[]>([]);
  const [made, setMade] = useState(false);
  const document = trusted && trustDocument(trusted);
  return (
    <FormDialog
      header={texts.button}
      action={texts.button}
      size="large"
      ready={name.trim() !== "" && document !== undefined}
      onClose={() => onClose(made)}
      onSubmit={async () => {
        const RoleName = name.trim();
        if (!made)
          await clientOf(IAMClient).send(
            new CreateRoleCommand({
              RoleName,
              AssumeRolePolicyDocument: document,
              MaxSessionDuration: seconds,
            }),
          );
        // What was done before something failed is not done again.
        setMade(true);
        for (const arn of arns) await attach({ kind: "role", name: RoleName }, arn);
        notify("success", texts.done(RoleName));
        onClose(true);
        navigate(`/roles/${RoleName}`);
      }}
    >
      <SpaceBetween size="m">
        <FormField label={roleTexts.name}>
          <Input
            value={name}
            autoFocus
            autoComplete="off"
            disabled={made}
            onChange={({ detail }) => setName(detail.value)}
          />
        </FormField>
        <TrustedForm onChange={setTrusted} />
        {document !== undefined && <PolicyExplanation text={document} kind="trust" />}
        <FormField label={texts.rights}>
          <PolicyChooser value={arns} onChange={setArns} label={texts.rights} />
        </FormField>
        <FormField label={roleTexts.session}>
          <SessionSelect seconds={seconds} onChange={setSeconds} />
        </FormField>
      </SpaceBetween>
    </FormDialog>
  );
}
