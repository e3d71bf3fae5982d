import {
  type AccessKey,
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import { KeyAge } from "./key-age.js";
import { NewKeyDialog } from "./new-key-dialog.js";

interface Key extends AccessKeyMetadata {
  readonly lastUsed?: { readonly time: Date; readonly service: string } | undefined;
}

const texts = peopleTexts.accessKeys;
const keysMax = 2;

/** Access keys of a user; without a name the root user's, which can only be looked at. */
export function KeysPanel({ userName }: { userName?: string }) {
  const { full } = useMoments();
  const iam = clientOf(IAMClient);
  const of = userName === undefined ? {} : { UserName: userName };
  const [made, setMade] = useState<AccessKey>();
  const [deleted, setDeleted] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const keys = useLoaded(`keys ${userName}`, async (signal) => {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand(of), { abortSignal: signal });
    return Promise.all(AccessKeyMetadata.map((key) => withLastUse(key, signal)));
  });
  const list = keys.value ?? [];

  async function attempt(work: () => Promise<void>) {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
      keys.reload();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }
  const create = () => attempt(async () => setMade((await iam.send(new CreateAccessKeyCommand(of))).AccessKey));
  const setStatus = (AccessKeyId: string, Status: "Active" | "Inactive") =>
    attempt(async () => {
      await iam.send(new UpdateAccessKeyCommand({ ...of, AccessKeyId, Status }));
      notify("success", texts.changed(AccessKeyId, Status));
    });

  return (
    <>
      <Table<Key>
        items={list}
        trackBy="AccessKeyId"
        loading={keys.loading && keys.value === undefined}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.title }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              {...listCount(keys.value)}
              description={
                userName === undefined ? texts.rootHint : list.length >= keysMax ? texts.limit : texts.rotateHint
              }
              actions={
                userName === undefined ? undefined : (
                  <Button onClick={create} loading={busy} disabled={keys.value === undefined || list.length >= keysMax}>
                    {list.length === 1 ? texts.rotate : texts.create}
                  </Button>
                )
              }
            >
              {texts.title}
            </Header>
            <FailureAlert failure={keys.failure} retry={keys.reload} />
            <FailureAlert failure={failure} />
          </SpaceBetween>
        }
        empty={<EmptyList failure={keys.failure} text={texts.none} />}
        columnDefinitions={[
          { id: "id", header: texts.id, isRowHeader: true, cell: ({ AccessKeyId }) => AccessKeyId },
          {
            id: "state",
            header: texts.state,
            cell: ({ Status }) =>
              Status === "Active" ? (
                <StatusIndicator>{texts.active}</StatusIndicator>
              ) : (
                <StatusIndicator type="stopped">{texts.isInactive}</StatusIndicator>
              ),
          },
          {
            id: "age",
            header: texts.age,
            cell: ({ CreateDate, Status }) =>
              CreateDate ? <KeyAge made={CreateDate} active={Status === "Active"} /> : common.nothing,
          },
          {
            id: "used",
            header: texts.lastUsed,
            cell: ({ lastUsed }) =>
              lastUsed === undefined ? peopleTexts.never : `${full(lastUsed.time)}, ${lastUsed.service}`,
          },
          {
            id: "actions",
            header: "",
            cell: ({ AccessKeyId = "", Status }) =>
              userName === undefined ? null : (
                <SpaceBetween direction="horizontal" size="s">
                  <Button
                    variant="inline-link"
                    ariaLabel={`${Status === "Active" ? texts.deactivate : texts.activate} ${AccessKeyId}`}
                    onClick={() => setStatus(AccessKeyId, Status === "Active" ? "Inactive" : "Active")}
                  >
                    {Status === "Active" ? texts.deactivate : texts.activate}
                  </Button>
                  <Button
                    variant="inline-link"
                    ariaLabel={`${texts.delete} ${AccessKeyId}`}
                    onClick={() => setDeleted(AccessKeyId)}
                  >
                    {texts.delete}
                  </Button>
                </SpaceBetween>
              ),
          },
        ]}
      />
      {made !== undefined && <NewKeyDialog accessKey={made} onClose={() => setMade(undefined)} />}
      {deleted !== undefined && (
        <ConfirmDialog
          header={texts.deleteTitle(deleted)}
          action={texts.delete}
          onClose={() => setDeleted(undefined)}
          onConfirm={async () => {
            await iam.send(new DeleteAccessKeyCommand({ ...of, AccessKeyId: deleted }));
            notify("success", texts.deleted(deleted));
            setDeleted(undefined);
            keys.reload();
          }}
        >
          {texts.deleteBody}
        </ConfirmDialog>
      )}
    </>
  );
}

/** Who may list keys, and not ask when they were used, sees the keys. */
async function withLastUse(key: AccessKeyMetadata, signal: AbortSignal): Promise<Key> {
  try {
    const { AccessKeyLastUsed } = await clientOf(IAMClient).send(
      new GetAccessKeyLastUsedCommand({ AccessKeyId: key.AccessKeyId }),
      { abortSignal: signal },
    );
    const { LastUsedDate: time, ServiceName: service = "" } = AccessKeyLastUsed ?? {};
    return { ...key, lastUsed: time && { time, service } };
  } catch (problem) {
    if (failureOf(problem).kind === "denied") return key;
    throw problem;
  }
}
