import { CreateGroupCommand, type Group, UpdateGroupCommand, XRayClient } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { texts } from "../../texts/groups.js";
import { filterProblemOf } from "./filter-problems.js";

interface GroupDialogProps {
  /** The group to change; a new one if left out. */
  readonly group?: Group;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}

/** A group is made or changed. */
export function GroupDialog({ group, onClose, onSaved }: GroupDialogProps) {
  const words = texts.form;
  const [name, setName] = useState(group?.GroupName ?? "");
  const [filter, setFilter] = useState(group?.FilterExpression ?? "");
  const [insights, setInsights] = useState(group?.InsightsConfiguration?.InsightsEnabled ?? false);
  const [notifications, setNotifications] = useState(group?.InsightsConfiguration?.NotificationsEnabled ?? false);
  const isDefault = group?.GroupName === "Default";
  const nameProblem = name !== "" && !/^[A-Za-z0-9-]{1,32}$/.test(name) ? words.nameWrong : undefined;
  const filterProblem = isDefault || filter.trim() === "" ? undefined : filterProblemOf(filter)?.message;
  const isComplete = name !== "" && (isDefault || filter.trim() !== "");

  async function save() {
    const client = clientOf(XRayClient);
    const told = {
      ...(isDefault ? {} : { FilterExpression: filter }),
      InsightsConfiguration: { InsightsEnabled: insights, NotificationsEnabled: insights && notifications },
    };
    await (group
      ? client.send(new UpdateGroupCommand({ GroupName: name, ...told }))
      : client.send(new CreateGroupCommand({ GroupName: name, ...told })));
    onSaved(name);
  }

  return (
    <FormDialog
      header={group ? words.editTitle(name) : words.createTitle}
      action={words.save}
      size="large"
      ready={isComplete && nameProblem === undefined && filterProblem === undefined}
      onSubmit={save}
      onClose={onClose}
    >
      <SpaceBetween size="l">
        {group === undefined && (
          <FormField label={words.name} description={words.nameHint} errorText={nameProblem}>
            <Input value={name} autoComplete="off" onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        )}
        {isDefault ? (
          <Box color="text-body-secondary">{words.ofDefault}</Box>
        ) : (
          <FormField
            label={words.filter}
            description={words.filterHint}
            errorText={filterProblem}
            constraintText={filter.trim() === "" ? words.filterRequired : undefined}
            stretch
          >
            <CodeEditor
              value={filter}
              label={words.filter}
              placeholder={words.filterPlaceholder}
              onChange={setFilter}
              diagnose={diagnose}
            />
          </FormField>
        )}
        <Checkbox
          checked={insights}
          description={words.insightsHint}
          onChange={({ detail }) => setInsights(detail.checked)}
        >
          {words.insights}
        </Checkbox>
        <Checkbox
          checked={insights && notifications}
          disabled={!insights}
          description={words.notificationsHint}
          onChange={({ detail }) => setNotifications(detail.checked)}
        >
          {words.notifications}
        </Checkbox>
      </SpaceBetween>
    </FormDialog>
  );
}

function diagnose(text: string) {
  const problem = text.trim() === "" ? undefined : filterProblemOf(text);
  if (problem === undefined) return [];
  return [{ severity: "error" as const, message: problem.message, from: problem.from, to: problem.until }];
}
