import { GetAccessKeyLastUsedCommand, IAMClient, ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";

export interface AccessKeyShown {
  /** Undefined for the root user's. */
  readonly userName: string | undefined;
  readonly accessKeyId: string;
  readonly status: string;
  readonly createdMs: number;
  /** Undefined where who looks may not know; `null` where it was never used. */
  readonly lastUsed: { readonly timeMs: number; readonly service: string; readonly region: string } | null | undefined;
}

/** Keys of 20 users at a time; the root user's own come first, where the root user looks. */
export async function fetchAccessKeys(marker: string | undefined, isRoot: boolean, signal: AbortSignal) {
  const { Users = [], Marker } = await clientOf(IAMClient).send(
    new ListUsersCommand({ MaxItems: 20, Marker: marker }),
    { abortSignal: signal },
  );
  const names: (string | undefined)[] = Users.map(({ UserName }) => UserName);
  if (isRoot && marker === undefined) names.unshift(undefined);
  const items = await Promise.all(names.map((name) => keysOf(name, signal)));
  return { items: items.flat(), nextToken: Marker };
}

export async function keysOf(userName: string | undefined, signal: AbortSignal): Promise<readonly AccessKeyShown[]> {
  const iam = clientOf(IAMClient);
  const { AccessKeyMetadata = [] } = await iam.send(
    new ListAccessKeysCommand(userName === undefined ? {} : { UserName: userName }),
    { abortSignal: signal },
  );
  return Promise.all(
    AccessKeyMetadata.map(async ({ AccessKeyId = "", Status = "", CreateDate }) => ({
      userName,
      accessKeyId: AccessKeyId,
      status: Status,
      createdMs: CreateDate?.getTime() ?? 0,
      lastUsed: await lastUseOf(AccessKeyId, signal),
    })),
  );
}

async function lastUseOf(AccessKeyId: string, signal: AbortSignal): Promise<AccessKeyShown["lastUsed"]> {
  try {
    const { AccessKeyLastUsed } = await clientOf(IAMClient).send(new GetAccessKeyLastUsedCommand({ AccessKeyId }), {
      abortSignal: signal,
    });
    const { LastUsedDate, ServiceName = "", Region = "" } = AccessKeyLastUsed ?? {};
    return LastUsedDate === undefined ? null : { timeMs: LastUsedDate.getTime(), service: ServiceName, region: Region };
  } catch {
    signal.throwIfAborted();
    // The keys are shown all the same.
    return undefined;
  }
}
