import { IAMClient, ListRolesCommand, type Role } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FindTable } from "../../parts/find-table.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { readableDocument } from "../../parts/policy/entity-policies.js";
import { explainPolicy } from "../../parts/policy/policy-in-words.js";
import { common } from "../../texts/common.js";
import { roleTexts as texts } from "../../texts/roles.js";
import { CreateRoleDialog } from "./create-role-dialog.js";

/** Roles, and who may assume each of them. */
export default function RolesPage() {
  const { full } = useMoments();
  const [creating, setCreating] = useState(false);
  const roles = usePages<Role>(
    "roles",
    async (Marker, signal) => {
      const page = await clientOf(IAMClient).send(new ListRolesCommand({ Marker }), { abortSignal: signal });
      return { items: page.Roles ?? [], nextToken: page.Marker };
    },
    { untilItems: 500 },
  );
  return (
    <>
      <FindTable<Role>
        title={texts.title}
        description={texts.description}
        pages={roles}
        trackBy={({ RoleName }) => RoleName ?? ""}
        findBy={({ RoleName, Description }) => `${RoleName} ${Description ?? ""}`}
        findLabel={texts.find}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            {texts.create.button}
          </Button>
        }
        empty={<NothingHere text={texts.empty} hint={texts.emptyHint} />}
        columns={[
          {
            id: "name",
            header: texts.name,
            sortingField: "RoleName",
            isRowHeader: true,
            cell: ({ RoleName }) => <ConsoleLink to={`/roles/${RoleName}`}>{RoleName}</ConsoleLink>,
          },
          { id: "trust", header: texts.trusts, minWidth: 360, cell: (role) => trustInWords(role) },
          {
            id: "session",
            header: texts.session,
            sortingField: "MaxSessionDuration",
            cell: ({ MaxSessionDuration = 3600 }) => texts.hours(Number((MaxSessionDuration / 3600).toFixed(1))),
          },
          {
            id: "created",
            header: texts.created,
            sortingField: "CreateDate",
            cell: ({ CreateDate }) => (CreateDate ? full(CreateDate) : common.nothing),
          },
        ]}
      />
      {creating && (
        <CreateRoleDialog
          onClose={(changed) => {
            setCreating(false);
            if (changed) roles.reload();
          }}
        />
      )}
    </>
  );
}

function trustInWords({ AssumeRolePolicyDocument }: Role): string {
  const explained = explainPolicy(readableDocument(AssumeRolePolicyDocument), "trust");
  if ("problem" in explained) return explained.problem;
  return explained.statements.map(({ sentence }) => sentence).join(" ");
}
