import {
  AddUserToGroupCommand,
  DeleteGroupCommand,
  GetGroupCommand,
  IAMClient,
  RemoveUserFromGroupCommand,
  type User,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FindTable } from "../../parts/find-table.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { EntityChooser } from "../../parts/policy/entity-chooser.js";
import { type Entity, removeAllPolicies } from "../../parts/policy/entity-policies.js";
import { EntityPoliciesPanel } from "../../parts/policy/entity-policies-panel.js";
import { everyPage } from "../../parts/policy/every-page.js";
import { notify } from "../../shell/notices.js";
import { peopleTexts } from "../../texts/people.js";

const texts = peopleTexts.group_;

/** One group of users: who is in it, and what it lets them do. */
export default function GroupPage() {
  const name = useParams()["name"] ?? "";
  const [, navigate] = useLocation();
  const iam = clientOf(IAMClient);
  const [adding, setAdding] = useState(false);
  const [chosen, setChosen] = useState<Entity>();
  const [removed, setRemoved] = useState<string>();
  const [deleting, setDeleting] = useState(false);
  const members = usePages<User>(
    `group ${name}`,
    async (marker, signal) => {
      const { items, next } = await membersOf(name, marker, signal);
      return { items, nextToken: next };
    },
    { untilItems: 500 },
  );
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={<Button onClick={() => setDeleting(true)}>{texts.delete}</Button>}>
          {texts.title(name)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FindTable<User>
          title={texts.members}
          headingTag="h2"
          pages={members}
          trackBy={({ UserName }) => UserName ?? ""}
          findBy={({ UserName }) => UserName ?? ""}
          findLabel={peopleTexts.findGroup}
          actions={
            <Button
              onClick={() => {
                setChosen(undefined);
                setAdding(true);
              }}
            >
              {texts.addMember}
            </Button>
          }
          empty={<EmptyList failure={members.failure} text={texts.noMembers} />}
          columns={[
            {
              id: "name",
              header: peopleTexts.name,
              sortingField: "UserName",
              isRowHeader: true,
              cell: ({ UserName }) => <ConsoleLink to={`/people/${UserName}`}>{UserName}</ConsoleLink>,
            },
            {
              id: "remove",
              header: "",
              cell: ({ UserName }) => (
                <Box textAlign="right">
                  <Button
                    variant="inline-link"
                    ariaLabel={`${texts.remove} ${UserName}`}
                    onClick={() => setRemoved(UserName)}
                  >
                    {texts.remove}
                  </Button>
                </Box>
              ),
            },
          ]}
        />
        <EntityPoliciesPanel entity={{ kind: "group", name }} />
      </SpaceBetween>
      {adding && (
        <FormDialog
          header={texts.addMember}
          action={peopleTexts.person.add}
          ready={chosen !== undefined}
          onClose={() => setAdding(false)}
          onSubmit={async () => {
            await iam.send(new AddUserToGroupCommand({ GroupName: name, UserName: chosen?.name }));
            notify("success", texts.memberAdded(chosen?.name ?? ""));
            setAdding(false);
            members.reload();
          }}
        >
          <EntityChooser kinds={["user"]} value={chosen} onChange={setChosen} label={texts.whom} />
        </FormDialog>
      )}
      {removed !== undefined && (
        <ConfirmDialog
          header={texts.removeTitle(removed, name)}
          action={texts.remove}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            await iam.send(new RemoveUserFromGroupCommand({ GroupName: name, UserName: removed }));
            notify("success", texts.memberRemoved(removed));
            setRemoved(undefined);
            members.reload();
          }}
        >
          {texts.removeBody}
        </ConfirmDialog>
      )}
      {deleting && (
        <ConfirmDialog
          header={texts.deleteTitle(name)}
          action={texts.delete}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            for (const { UserName } of await everyPage((Marker) => membersOf(name, Marker)))
              await iam.send(new RemoveUserFromGroupCommand({ GroupName: name, UserName }));
            await removeAllPolicies({ kind: "group", name });
            await iam.send(new DeleteGroupCommand({ GroupName: name }));
            notify("success", texts.deleted(name));
            navigate("/people?tab=groups");
          }}
        >
          {texts.deleteBody}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

async function membersOf(GroupName: string, Marker: string | undefined, signal?: AbortSignal) {
  const page = await clientOf(IAMClient).send(new GetGroupCommand({ GroupName, Marker }), {
    ...(signal && { abortSignal: signal }),
  });
  return { items: page.Users ?? [], next: page.Marker };
}
