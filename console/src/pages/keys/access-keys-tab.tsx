import { DeleteAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { useSession } from "../../api/use-session.js";
import { act } from "../../parts/act.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { keyAge } from "../../parts/key-age.js";
import { pagesCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { PagedTable } from "../../parts/paged-table.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";
import { type AccessKeyShown, fetchAccessKeys } from "./access-keys.js";
import { RotateDialog } from "./rotate-dialog.js";

const texts = all.access;

/** Access keys of all users: how old, when last used, and what to do about it. */
export function AccessKeysTab() {
  const { person, role } = useSession();
  const isRoot = (role ?? person)?.arn.endsWith(":root") === true;
  const moments = useMoments();
  const keys = usePages<AccessKeyShown>("access keys", (marker, signal) => fetchAccessKeys(marker, isRoot, signal));
  const [asking, setAsking] = useState<{ readonly what: "rotate" | "delete"; readonly key: AccessKeyShown }>();
  const nowMs = Date.now();
  const usedText = ({ lastUsed }: AccessKeyShown) =>
    lastUsed === undefined ? common.nothing : lastUsed === null ? texts.never : moments.full(lastUsed.timeMs);

  async function setStatus({ userName, accessKeyId }: AccessKeyShown, Status: "Active" | "Inactive") {
    const done = Status === "Active" ? texts.activated(accessKeyId) : texts.deactivated(accessKeyId);
    await act(done, () =>
      clientOf(IAMClient).send(new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId, Status })),
    );
    keys.reload();
  }

  async function remove({ userName, accessKeyId }: AccessKeyShown) {
    await clientOf(IAMClient).send(new DeleteAccessKeyCommand({ UserName: userName, AccessKeyId: accessKeyId }));
    notify("success", texts.deleted(accessKeyId));
    setAsking(undefined);
    keys.reload();
  }

  function choose(key: AccessKeyShown, id: string) {
    if (id === "rotate" || id === "delete") setAsking({ what: id, key });
    else void setStatus(key, id as "Active" | "Inactive");
  }

  return (
    <>
      <PagedTable
        header={
          <Header variant="h2" description={texts.description} {...pagesCount(keys)}>
            {texts.header}
          </Header>
        }
        pages={keys}
        items={keys.items}
        empty={texts.empty}
        trackBy="accessKeyId"
        wrapLines
        columnDefinitions={[
          { id: "user", header: texts.user, cell: ({ userName }) => userName ?? texts.root },
          { id: "key", header: texts.key, isRowHeader: true, cell: ({ accessKeyId }) => accessKeyId },
          {
            id: "status",
            header: texts.status,
            cell: ({ status }) => (
              <StatusIndicator type={status === "Active" ? "success" : "stopped"}>
                {texts.statuses[status] ?? status}
              </StatusIndicator>
            ),
          },
          {
            id: "age",
            header: texts.age,
            cell: (key) => {
              const { days, isOld } = ageOf(key, nowMs);
              return <Judged text={texts.days(days)} problem={isOld ? texts.tooOld : undefined} />;
            },
          },
          {
            id: "used",
            header: `${texts.lastUsed} (${moments.zone})`,
            cell: (key) => (
              <>
                <Judged text={usedText(key)} problem={ageOf(key, nowMs).isUnused ? texts.unused : undefined} />
                {key.lastUsed && (
                  <Box color="text-body-secondary" fontSize="body-s">
                    {texts.with(key.lastUsed.service, key.lastUsed.region)}
                  </Box>
                )}
              </>
            ),
          },
          {
            id: "actions",
            header: texts.actions,
            cell: (key) =>
              key.userName === undefined ? (
                common.nothing
              ) : (
                <ButtonDropdown
                  variant="icon"
                  ariaLabel={texts.actionsOf(key.accessKeyId)}
                  expandToViewport
                  items={[
                    { id: "rotate", text: texts.rotate },
                    key.status === "Active"
                      ? { id: "Inactive", text: texts.deactivate }
                      : { id: "Active", text: texts.activate },
                    { id: "delete", text: texts.delete },
                  ]}
                  onItemClick={({ detail }) => choose(key, detail.id)}
                />
              ),
          },
        ]}
      />
      {asking?.what === "rotate" && (
        <RotateDialog
          old={asking.key}
          isFull={keys.items.filter(({ userName }) => userName === asking.key.userName).length > 1}
          onClose={() => {
            setAsking(undefined);
            keys.reload();
          }}
        />
      )}
      {asking?.what === "delete" && (
        <ConfirmDialog
          header={texts.deleteHeader}
          action={texts.deleteAction}
          onConfirm={() => remove(asking.key)}
          onClose={() => setAsking(undefined)}
        >
          {texts.deleteBody(asking.key.accessKeyId, asking.key.userName ?? texts.root, usedText(asking.key))}
        </ConfirmDialog>
      )}
    </>
  );
}

const ageOf = ({ lastUsed, ...key }: AccessKeyShown, nowMs: number) =>
  keyAge({ ...key, lastUsedMs: lastUsed === null ? null : lastUsed?.timeMs }, nowMs);

function Judged({ text, problem }: { text: string; problem: string | undefined }) {
  if (problem === undefined) return <Box>{text}</Box>;
  return <StatusIndicator type="warning">{`${text}, ${problem}`}</StatusIndicator>;
}
