import {
  CloudTrailClient,
  type Trail,
  UpdateTrailCommand,
  type UpdateTrailCommandInput,
} from "@aws-sdk/client-cloudtrail";
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
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const changes = changesOf(before, settings);

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      await clientOf(CloudTrailClient).send(new UpdateTrailCommand({ Name: trail.Name, ...changes }));
      onSaved();
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
    }
  }

  return (
    <Modal
      visible
      size="large"
      header={words.header(trail.Name ?? "")}
      onDismiss={onClose}
      closeAriaLabel={common.close}
    >
      <form onSubmit={save}>
        <SpaceBetween size="m">
          <Box color="text-body-secondary">{words.hint}</Box>
          {fields.map(({ name, label, hint }) => (
            <FormField key={name} label={label} constraintText={hint}>
              <Input
                value={settings[name]}
                onChange={({ detail }) => setSettings({ ...settings, [name]: detail.value })}
              />
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
          <FailureAlert failure={failure} />
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy} disabled={Object.keys(changes).length === 0}>
                {common.save}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
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
