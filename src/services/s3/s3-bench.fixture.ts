import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recorder } from "../../audit/recorder.js";
import { systemEnvironment } from "../../environment.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Caller } from "../../identity/caller.js";
import { openVault } from "../../identity/open-vault.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { evaluate } from "../../identity/policy/evaluate.js";
import { openFolderObjectStore } from "../../storage/objects/folder-object-store.js";
import { openSqliteSettings } from "../../storage/settings/sqlite-settings.js";
import type { Call } from "../operation.js";
import { ServiceError } from "../service-error.js";
import { s3Service } from "./service.js";

export const account = "111122223333";
export const root: Caller = {
  kind: "root",
  accountId: account,
  accessKeyId: "AKIA",
  arn: `arn:aws:iam::${account}:root`,
};

export function user(name: string, accountId = account): Caller {
  const arn = `arn:aws:iam::${accountId}:user/${name}`;
  return { kind: "user", accountId, accessKeyId: "AKIA", userName: name, userId: "AIDA", arn };
}

export const cloudTrail: Caller = {
  kind: "service",
  accountId: account,
  accessKeyId: "",
  service: "cloudtrail.amazonaws.com",
  sourceArn: `arn:aws:cloudtrail:us-east-1:${account}:trail/t`,
};

/** A record of a call to KMS that S3 made. */
export type RecordedEvent = Record<string, unknown> & { readonly userIdentity: Record<string, unknown> };

export interface CallOptions {
  readonly as?: Caller;
  /** Identity policy of the caller. */
  readonly policy?: string;
  readonly region?: string;
}

/** S3 over real stores; every call is decided by the real policy evaluation, as the gateway would have it. */
export async function openS3() {
  const folder = await mkdtemp(join(tmpdir(), "s3-"));
  const environment = systemEnvironment;
  const settings = await openSqliteSettings({ path: join(folder, "settings.db"), environment });
  const objects = await openFolderObjectStore({ folder: join(folder, "objects"), environment });
  const vault = await openVault({ dataFolder: folder, environment });
  const records: RecordedEvent[] = [];
  const recorder: Recorder = {
    record: async ({ record }) => void records.push(JSON.parse(record)),
    recordWith: async () => undefined,
  };
  const service = s3Service({ settings, objects, vault, objectVault: vault, recorder, environment });
  const notes: Record<string, unknown>[] = [];

  async function run(
    name: string,
    input: object,
    { as = root, policy, region = "us-east-1" }: CallOptions = {},
  ): // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
  Promise<any> {
    const operation = service.operations.find((one) => one.name === name);
    if (operation === undefined) throw new Error(`${name} is not offered`);
    const may = async (access: AccessRequest) => {
      const { document } = access.resourcePolicy ?? {};
      return evaluate(as, access, { nowMs: 0, region, sourceIpAddress: "127.0.0.1", secureTransport: false }, {
        identity: policy === undefined ? [] : [compilePolicyText(policy, "identity")],
        ...(document === undefined ? {} : { resource: compilePolicyText(document, "resource") }),
        tags: {},
      } as Parameters<typeof evaluate>[3]).allowed;
    };
    const demand = async (access: AccessRequest) => {
      if (!(await may(access))) throw new ServiceError("AccessDenied", access.action, { httpStatus: 403 });
    };
    const call: Call = {
      requestId: "r",
      nowMs: environment.clock.nowMs(),
      region,
      caller: as,
      accountId: as.kind === "anonymous" ? account : as.accountId,
      sourceIpAddress: "127.0.0.1",
      userAgent: "test",
      host: "localhost",
      secureTransport: false,
      identified: () => undefined,
      commit: (change) => settings.transact(change),
      visibleRows: () => undefined,
      demand,
      may,
      exposes: () => {},
      note: (facts) => void notes.push({ ...facts }),
    };
    for (const access of await operation.access(input, call)) await demand(access);
    return operation.execute(input, call);
  }

  const close = async () => {
    await objects.close();
    await settings.close();
  };
  return { run, close, service, objects, notes, settings, vault, environment, records, folder };
}

export type S3Bench = Awaited<ReturnType<typeof openS3>>;
