import {
  CloudTrailClient,
  type Trail,
  UpdateTrailCommand,
  type UpdateTrailCommandInput,
} from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/trails.js";

const words = texts.editDialog;

type TextField =
  | "S3BucketName"
  | "S3KeyPrefix"
  | "CloudWatchLogsLogGroupArn"
  | "CloudWatchLogsRoleArn"
  | "SnsTopicName"
  | "KmsKeyId";
type Switch = "EnableLogFileValidation" | "IsMultiRegionTrail" | "IncludeGlobalServiceEvents";
type Settings = Record<TextField, string> & Record<Switch, boolean>;

const fields: readonly { name: TextField; label: string; hint?: string }[] = [
  { name: "S3BucketName", label: words.bucket },
  { name: "S3KeyPrefix", label: words.prefix },
  { name: "CloudWatchLogsLogGroupArn", label: words.group, hint: words.groupHint },
  { name: "CloudWatchLogsRoleArn", label: words.role },
  { name: "SnsTopicName", label: words.topic },
  { name: "KmsKeyId", label: words.key },
];
const switches: readonly { name: Switch; label: string }[] = [
  { name: "EnableLogFileValidation", label: words.validation },
  { name: "IsMultiRegionTrail", label: words.multiRegion },
  { name: "IncludeGlobalServiceEvents", label: words.global },
];

interface TrailEditProps {
  readonly trail: Trail;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Changes a trail's settings; only what was changed is sent, so that only that is tried anew. */
export function TrailEdit({ trail, onClose, onSaved }: TrailEditProps) {
  const before = settingsOf(trail);
  const [settings, setSettings] = useState(before);
  const changes = changesOf(before, settings);

  async function save() {
    await clientOf(CloudTrailClient).send(new UpdateTrailCommand({ Name: trail.Name, ...changes }));
    onSaved();
  }

  return (
    <FormDialog
      size="large"
      header={words.header(trail.Name ?? "")}
      action={common.save}
      ready={Object.keys(changes).length > 0}
      onSubmit={save}
      onClose={onClose}
    >
      <Box color="text-body-secondary">{words.hint}</Box>
      {fields.map(({ name, label, hint }) => (
        <FormField key={name} label={label} constraintText={hint}>
          <Input value={settings[name]} onChange={({ detail }) => setSettings({ ...settings, [name]: detail.value })} />
        </FormField>
      ))}
      {switches.map(({ name, label }) => (
        <Checkbox
          key={name}
          checked={settings[name]}
          onChange={({ detail }) => setSettings({ ...settings, [name]: detail.checked })}
        >
          {label}
        </Checkbox>
      ))}
    </FormDialog>
  );
}

function settingsOf(trail: Trail): Settings {
  return {
    S3BucketName: trail.S3BucketName ?? "",
    S3KeyPrefix: trail.S3KeyPrefix ?? "",
    CloudWatchLogsLogGroupArn: trail.CloudWatchLogsLogGroupArn ?? "",
    CloudWatchLogsRoleArn: trail.CloudWatchLogsRoleArn ?? "",
    SnsTopicName: trail.SnsTopicARN ?? "",
    KmsKeyId: trail.KmsKeyId ?? "",
    EnableLogFileValidation: trail.LogFileValidationEnabled === true,
    IsMultiRegionTrail: trail.IsMultiRegionTrail === true,
    IncludeGlobalServiceEvents: trail.IncludeGlobalServiceEvents === true,
  };
}

function changesOf(before: Settings, after: Settings): Partial<UpdateTrailCommandInput> {
  const changed = Object.entries(after).filter(([name, value]) => before[name as keyof Settings] !== value);
  const changes: Partial<UpdateTrailCommandInput> = Object.fromEntries(changed);
  const { CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn } = after;
  // The service takes the two together.
  return changes.CloudWatchLogsLogGroupArn !== undefined || changes.CloudWatchLogsRoleArn !== undefined
    ? { ...changes, CloudWatchLogsLogGroupArn, CloudWatchLogsRoleArn }
    : changes;
}
