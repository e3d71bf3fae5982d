import { DisableKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { texts as all } from "../../texts/keys.js";
import { findKeyUses } from "./key-uses.js";
import type { KeyShown } from "./kms.js";

const texts = all.unusable;

interface UnusableDialogProps {
  readonly shown: KeyShown;
  readonly how: "disable" | "delete";
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks before a key can be used no more, and names what becomes unreadable with it. */
export function UnusableDialog({ shown, how, onClose, onDone }: UnusableDialogProps) {
  const moments = useMoments();
  const [days, setDays] = useState("30");
  const { value, failure } = useLoaded(`uses ${shown.keyId}`, (signal) => findKeyUses(namesOf(shown), signal));
  const isDeletion = how === "delete";

  async function confirm() {
    const kms = clientOf(KMSClient);
    const KeyId = shown.keyId;
    if (isDeletion) {
      const { DeletionDate } = await kms.send(
        new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: Number(days) }),
      );
      notify("success", texts.deleted(DeletionDate === undefined ? "" : moments.full(DeletionDate)));
    } else {
      await kms.send(new DisableKeyCommand({ KeyId }));
      notify("success", all.kms.disabled);
    }
    onDone();
  }

  return (
    <ConfirmDialog
      header={isDeletion ? texts.deleteHeader : texts.disableHeader}
      action={isDeletion ? texts.delete : all.kms.disable}
      onConfirm={confirm}
      onClose={onClose}
      {...(isDeletion && { typed: { text: texts.confirmWord, label: texts.confirm } })}
    >
      <SpaceBetween size="s">
        <div>{isDeletion ? texts.deleteBody : texts.disableBody}</div>
        <FailureAlert failure={failure} />
        {value === undefined && failure === undefined && (
          <StatusIndicator type="loading">{texts.looking}</StatusIndicator>
        )}
        {value !== undefined && (
          <>
            <ul>
              {value.uses.map(({ kind, name }) => (
                <li key={`${kind} ${name}`}>{kind === "xray" ? texts.xray : texts[kind](name)}</li>
              ))}
              {value.notLooked.map(({ what, code }) => (
                <li key={what}>{texts.notLooked(texts.what[what], code)}</li>
              ))}
            </ul>
            <div>{value.uses.length + value.notLooked.length === 0 ? texts.none : texts.also}</div>
          </>
        )}
        {isDeletion && (
          <FormField label={texts.days} constraintText={texts.daysHint}>
            <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
          </FormField>
        )}
      </SpaceBetween>
    </ConfirmDialog>
  );
}

/** Every way in which settings may name the key. */
function namesOf({ keyId, metadata, aliases = [] }: KeyShown): ReadonlySet<string> {
  const arn = metadata?.Arn ?? "";
  const aliasArns = aliases.map((alias) => arn.replace(/key\/.*$/, alias));
  return new Set([keyId, arn, ...aliases, ...aliasArns].filter((name) => name !== ""));
}
