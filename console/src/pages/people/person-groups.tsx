import { AddUserToGroupCommand, IAMClient, RemoveUserFromGroupCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { listCount } from "../../parts/list-count.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import { groupNames } from "./create-user-dialog.js";
import { GroupChooser } from "./group-chooser.js";
import { groupsOf } from "./groups-of.js";

const texts = peopleTexts.person;

/** The groups that a user is in. */
export function PersonGroups({ userName }: { userName: string }) {
  const iam = clientOf(IAMClient);
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [removed, setRemoved] = useState<string>();
  const groups = useLoaded(`groups ${userName}`, (signal) => groupsOf(userName, signal));
  const all = useLoaded(adding ? "all groups" : undefined, groupNames);
  const list = groups.value ?? [];
  return (
    <>
      <Table<string>
        items={list}
        trackBy={(name) => name}
        loading={groups.loading && groups.value === undefined}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.groupsTitle }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              {...listCount(groups.value)}
              actions={
                <Button
                  onClick={() => {
                    setChosen([]);
                    setAdding(true);
                  }}
                >
                  {texts.addGroup}
                </Button>
              }
            >
              {texts.groupsTitle}
            </Header>
            <FailureAlert failure={groups.failure} retry={groups.reload} />
          </SpaceBetween>
        }
        empty={<EmptyList failure={groups.failure} text={texts.noGroup} />}
        columnDefinitions={[
          {
            id: "name",
            header: peopleTexts.name,
            isRowHeader: true,
            cell: (name) => <ConsoleLink to={`/people/groups/${name}`}>{name}</ConsoleLink>,
          },
          {
            id: "remove",
            header: "",
            cell: (name) => (
              <Box textAlign="right">
                <Button
                  variant="inline-link"
                  ariaLabel={`${texts.removeGroup} ${name}`}
                  onClick={() => setRemoved(name)}
                >
                  {texts.removeGroup}
                </Button>
              </Box>
            ),
          },
        ]}
      />
      {adding && (
        <FormDialog
          header={texts.addGroup}
          action={texts.add}
          ready={chosen.length > 0}
          onClose={() => {
            setAdding(false);
            groups.reload();
          }}
          onSubmit={async () => {
            for (const GroupName of chosen) {
              await iam.send(new AddUserToGroupCommand({ UserName: userName, GroupName }));
              notify("success", texts.added(GroupName));
            }
            setAdding(false);
            groups.reload();
          }}
        >
          <FailureAlert failure={all.failure} retry={all.reload} />
          <FormField label={peopleTexts.create.groups}>
            <GroupChooser
              names={(all.value ?? []).filter((name) => !list.includes(name))}
              value={chosen}
              onChange={setChosen}
            />
          </FormField>
        </FormDialog>
      )}
      {removed !== undefined && (
        <ConfirmDialog
          header={peopleTexts.group_.removeTitle(userName, removed)}
          action={texts.removeGroup}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await iam.send(new RemoveUserFromGroupCommand({ UserName: userName, GroupName: removed }));
            notify("success", texts.removed(removed));
            setRemoved(undefined);
            groups.reload();
          }}
        >
          {peopleTexts.group_.removeBody}
        </ConfirmDialog>
      )}
    </>
  );
}
