import { CreateGroupCommand, type Group, IAMClient, ListGroupsCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FindTable } from "../../parts/find-table.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { attach } from "../../parts/policy/entity-policies.js";
import { PolicyChooser } from "../../parts/policy/policy-chooser.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";

const texts = peopleTexts.group_;

/** Groups of users. */
export function GroupsTab() {
  const { full } = useMoments();
  const [creating, setCreating] = useState(false);
  const groups = usePages<Group>(
    "groups",
    async (Marker, signal) => {
      const page = await clientOf(IAMClient).send(new ListGroupsCommand({ Marker }), { abortSignal: signal });
      return { items: page.Groups ?? [], nextToken: page.Marker };
    },
    { untilItems: 1000 },
  );
  return (
    <>
      <FindTable<Group>
        title={peopleTexts.groups}
        headingTag="h2"
        pages={groups}
        trackBy={({ GroupName }) => GroupName ?? ""}
        findBy={({ GroupName }) => GroupName ?? ""}
        findLabel={peopleTexts.findGroup}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            {texts.create}
          </Button>
        }
        empty={<NothingHere text={texts.empty} hint={texts.emptyHint} />}
        columns={[
          {
            id: "name",
            header: peopleTexts.name,
            sortingField: "GroupName",
            isRowHeader: true,
            cell: ({ GroupName }) => <ConsoleLink to={`/people/groups/${GroupName}`}>{GroupName}</ConsoleLink>,
          },
          {
            id: "created",
            header: peopleTexts.created,
            sortingField: "CreateDate",
            cell: ({ CreateDate }) => (CreateDate ? full(CreateDate) : common.nothing),
          },
        ]}
      />
      {creating && (
        <CreateGroupDialog
          onClose={(changed) => {
            setCreating(false);
            if (changed) groups.reload();
          }}
        />
      )}
    </>
  );
}

function CreateGroupDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const [name, setName] = useState("");
  const [made, setMade] = useState(false);
  const [arns, setArns] = useState<readonly string[]>([]);
  return (
    <FormDialog
      header={texts.createTitle}
      action={texts.create}
      ready={name.trim() !== ""}
      onClose={() => onClose(made)}
      onSubmit={async () => {
        // What was done before something failed is not done again.
        if (!made) await clientOf(IAMClient).send(new CreateGroupCommand({ GroupName: name.trim() }));
        setMade(true);
        for (const arn of arns) await attach({ kind: "group", name: name.trim() }, arn);
        notify("success", texts.created(name.trim()));
        onClose(true);
      }}
    >
      <SpaceBetween size="m">
        <FormField label={peopleTexts.name}>
          <Input value={name} autoFocus disabled={made} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
        <FormField label={peopleTexts.create.may}>
          <PolicyChooser value={arns} onChange={setArns} label={peopleTexts.create.may} />
        </FormField>
      </SpaceBetween>
    </FormDialog>
  );
}
