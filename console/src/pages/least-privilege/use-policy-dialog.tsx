import { CreatePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { entityAddress } from "../../parts/policy/entity-address.js";
import {
  attach,
  attachedPolicies,
  compactDocument,
  detach,
  type Entity,
  inlinePolicies,
  removeInline,
} from "../../parts/policy/entity-policies.js";
import { notify } from "../../shell/notices.js";
import { leastTexts } from "../../texts/least-privilege.js";

interface UsePolicyDialogProps {
  readonly entity: Entity;
  readonly documents: readonly string[];
  /** Takes all others away. */
  readonly replace: boolean;
  readonly onClose: () => void;
}

const texts = leastTexts.use;

/** Puts drafts in force as policies of the account: the new ones first, so that nothing needed is missing in between. */
export function UsePolicyDialog({ entity, documents, replace, onClose }: UsePolicyDialogProps) {
  const [, navigate] = useLocation();
  const [name, setName] = useState(`${entity.name}-needed`);
  const present = useLoaded(replace ? "present" : undefined, async (signal) => ({
    attached: await attachedPolicies(entity, signal),
    inline: await inlinePolicies(entity, signal),
  }));
  const names = documents.map((_document, index) => (documents.length === 1 ? name : `${name}-${index + 1}`));
  const lost = [...(present.value?.attached.map((policy) => policy.name) ?? []), ...(present.value?.inline ?? [])];
  const made = useRef(new Map<string, string>());
  const [begun, setBegun] = useState(false);

  /** Makes each once, also where a later step failed and the dialog is sent again. */
  async function create(PolicyName: string, PolicyDocument: string) {
    if (!made.current.has(PolicyName)) {
      const { Policy } = await clientOf(IAMClient).send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
      made.current.set(PolicyName, Policy?.Arn ?? "");
      setBegun(true);
    }
    await attach(entity, made.current.get(PolicyName)!);
  }

  return (
    <FormDialog
      header={replace ? texts.replaceTitle(entity.name) : texts.attachTitle(entity.name)}
      action={replace ? texts.replace : texts.attach}
      ready={name.trim() !== "" && (!replace || present.value !== undefined)}
      onClose={onClose}
      onSubmit={async () => {
        for (const [index, document] of documents.entries()) await create(names[index]!, compactDocument(document));
        if (replace && present.value !== undefined) {
          // Sent again after a failure, some are gone already. What was not named here stays.
          const attached = new Set((await attachedPolicies(entity)).map(({ arn }) => arn));
          for (const { arn } of present.value.attached) if (attached.has(arn)) await detach(entity, arn);
          const inline = new Set(await inlinePolicies(entity));
          for (const other of present.value.inline) if (inline.has(other)) await removeInline(entity, other);
        }
        notify("success", texts.done(entity.name));
        navigate(entityAddress(entity));
      }}
    >
      <SpaceBetween size="m">
        {replace ? <Alert type="warning">{texts.replaceBody}</Alert> : <Box>{texts.attachBody(entity.name)}</Box>}
        <FailureAlert failure={present.failure} retry={present.reload} />
        {lost.length > 0 && (
          <FormField label={texts.lost}>
            {lost.map((other) => (
              <Box key={other}>{other}</Box>
            ))}
          </FormField>
        )}
        <FormField label={texts.policyName}>
          <Input value={name} disabled={begun} onChange={({ detail }) => setName(detail.value.trim())} />
        </FormField>
      </SpaceBetween>
    </FormDialog>
  );
}
