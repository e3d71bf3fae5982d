import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { useLoaded } from "../../api/use-loaded.js";
import { usePages } from "../../api/use-pages.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FindTable } from "../../parts/find-table.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { common } from "../../texts/common.js";
import { peopleTexts as texts } from "../../texts/people.js";
import { CreateUserDialog } from "./create-user-dialog.js";
import type { Credentials } from "./credential-report.js";
import { KeyAge } from "./key-age.js";
import { type ListedUser, loadCredentials, loadUsers } from "./load-users.js";

type Row = ListedUser & { readonly credentials?: Credentials | undefined };

/** Users, and how each of them signs in. */
export function UsersTab() {
  const { full } = useMoments();
  const [creating, setCreating] = useState(false);
  const users = usePages<ListedUser>("users", loadUsers, { untilItems: 1000 });
  const report = useLoaded("report", loadCredentials);
  const rows = useMemo(
    () => users.items.map((user): Row => ({ ...user, credentials: report.value?.get(user.name) })),
    [users.items, report.value],
  );
  const reload = () => {
    users.reload();
    report.reload();
  };
  const columns: TableProps.ColumnDefinition<Row>[] = [
    {
      id: "name",
      header: texts.name,
      sortingField: "name",
      isRowHeader: true,
      cell: ({ name }) => <ConsoleLink to={`/people/${name}`}>{name}</ConsoleLink>,
    },
    { id: "groups", header: texts.group, cell: ({ groups }) => groups?.join(", ") || common.nothing },
    {
      id: "password",
      header: texts.password,
      sortingComparator: (left, right) =>
        Number(left.credentials?.hasPassword) - Number(right.credentials?.hasPassword),
      cell: ({ credentials }) =>
        credentials === undefined ? common.nothing : credentials.hasPassword ? texts.yes : texts.noPassword,
    },
    {
      id: "mfa",
      header: texts.mfa,
      sortingComparator: (left, right) => Number(left.credentials?.hasMfa) - Number(right.credentials?.hasMfa),
      cell: ({ credentials }) => <SecondFactor credentials={credentials} />,
    },
    {
      id: "keys",
      header: texts.keys,
      sortingComparator: (left, right) => oldestMs(left) - oldestMs(right),
      cell: ({ credentials }) =>
        credentials === undefined || credentials.keys.length === 0 ? (
          common.nothing
        ) : (
          <SpaceBetween size="xxs">
            {credentials.keys.map(({ made, active }) => (
              <KeyAge key={Number(made)} made={made} active={active} />
            ))}
          </SpaceBetween>
        ),
    },
    {
      id: "activity",
      header: texts.lastActivity,
      sortingComparator: (left, right) =>
        Number(left.credentials?.lastActivity ?? 0) - Number(right.credentials?.lastActivity ?? 0),
      cell: ({ credentials }) =>
        credentials === undefined
          ? common.nothing
          : credentials.lastActivity === undefined
            ? texts.never
            : full(credentials.lastActivity),
    },
  ];
  return (
    <SpaceBetween size="m">
      <FailureAlert failure={report.failure} retry={report.reload} />
      {users.items.some(({ groups }) => groups === undefined) && <Box>{texts.noGroups}</Box>}
      <FindTable<Row>
        title={texts.users}
        headingTag="h2"
        pages={{ ...users, items: rows, reload }}
        columns={columns}
        trackBy={({ name }) => name}
        findBy={({ name, groups = [] }) => [name, ...groups].join(" ")}
        findLabel={texts.find}
        actions={
          <Button variant="primary" onClick={() => setCreating(true)}>
            {texts.create.button}
          </Button>
        }
        empty={<NothingHere text={texts.empty} hint={texts.emptyHint} />}
      />
      {creating && (
        <CreateUserDialog
          onClose={(changed) => {
            setCreating(false);
            if (changed) reload();
          }}
        />
      )}
    </SpaceBetween>
  );
}

/** Nobody who has no password needs a second factor for it. */
function SecondFactor({ credentials }: { credentials: Credentials | undefined }) {
  if (credentials === undefined) return common.nothing;
  if (credentials.hasMfa) return <StatusIndicator>{texts.yes}</StatusIndicator>;
  if (!credentials.hasPassword) return common.nothing;
  return <StatusIndicator type="warning">{texts.withoutMfa}</StatusIndicator>;
}

function oldestMs({ credentials }: Row): number {
  return Math.min(...(credentials?.keys ?? []).map(({ made }) => Number(made)), Number.MAX_SAFE_INTEGER);
}
