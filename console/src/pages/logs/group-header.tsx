import {
  CloudWatchLogsClient,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { logsTexts } from "../../texts/logs.js";
import { retentionText } from "./group-list.js";

const texts = logsTexts.retention;
/** What AWS lets one choose. */
const choices = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** A group's name, and for how long it keeps its events, to be changed. Asks where events would be lost. */
export function GroupHeader({ group }: { group: string }) {
  const [asked, setAsked] = useState<number>();
  const [failure, setFailure] = useState<Failure>();
  const described = useLoaded(`group ${group}`, async (abortSignal) => {
    const { logGroups = [] } = await clientOf(CloudWatchLogsClient).send(
      new DescribeLogGroupsCommand({ logGroupIdentifiers: [group] }),
      { abortSignal },
    );
    return { days: logGroups[0]?.retentionInDays };
  });
  const now = described.value?.days;

  const put = async (days: number | undefined) => {
    const logs = clientOf(CloudWatchLogsClient);
    if (days === undefined) await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: group }));
    else await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: days }));
    notify("success", texts.changed(group, retentionText(days)));
    described.reload();
  };
  const choose = async (days: number | undefined) => {
    setFailure(undefined);
    if (days !== undefined && days < (now ?? Number.POSITIVE_INFINITY)) return setAsked(days);
    try {
      await put(days);
    } catch (problem) {
      setFailure(failureOf(problem));
    }
  };
  const options = [undefined, ...choices].map((days) => ({ value: String(days ?? ""), label: retentionText(days) }));

  return (
    <SpaceBetween size="s">
      <Header
        variant="h1"
        actions={
          <FormField label={texts.label}>
            <Select
              options={options}
              disabled={described.value === undefined}
              placeholder={common.nothing}
              selectedOption={
                described.value ? (options.find(({ value }) => value === String(now ?? "")) ?? null) : null
              }
              onChange={({ detail }) =>
                choose(detail.selectedOption.value ? Number(detail.selectedOption.value) : undefined)
              }
            />
          </FormField>
        }
      >
        {group}
      </Header>
      <FailureAlert failure={failure ?? described.failure} />
      {asked !== undefined && (
        <ConfirmDialog
          header={texts.shorter}
          action={texts.shorten}
          onClose={() => setAsked(undefined)}
          onConfirm={async () => {
            await put(asked);
            setAsked(undefined);
          }}
        >
          {texts.shorterBody(group, texts.days(asked))}
        </ConfirmDialog>
      )}
    </SpaceBetween>
  );
}
