import type {
  CreateAliasCommandInput,
  DeleteAliasCommandInput,
  ListAliasesCommandInput,
  ListAliasesResponse,
  UpdateAliasCommandInput,
} from "@aws-sdk/client-kms";
import { type EventResource, management } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { alreadyExists, invalidAliasName, limitExceeded, notFound } from "./errors.js";
import { accessTo, aliasArn, findKey, type KeyRow, requireNotPending, resourcesOf } from "./keys.js";
import { pageOf } from "./pages.js";

type Nothing = Record<string, never>;

/** AWS's quota. */
const aliasesPerKeyMax = 50;

/** Calls about aliases need leave for the alias (from identity policies) and for each key concerned. */
function aliasAccess(operationName: string, name: string, call: Call): AccessRequest {
  return { action: `kms:${operationName}`, resource: aliasArn(call, name) };
}

function resourcesOfAlias(name: unknown, call: Call): readonly EventResource[] {
  return typeof name === "string" ? [{ type: "AWS::KMS::Alias", name, arn: aliasArn(call, name) }] : [];
}

function checkAliasName(name: string): void {
  new Constraints().length("aliasName", name, { min: 1, max: 256 }).check();
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name))
    throw invalidAliasName(`Alias must start with the prefix "alias/" and hold letters, digits, '/', '_' and '-'.`);
  if (name.startsWith("alias/aws/")) throw invalidAliasName("Aliases that begin with alias/aws/ are reserved.");
}

function aliasQuery(settings: SettingsQueries, call: Call, name: string) {
  return settings
    .selectFrom("kms_aliases")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("name", "=", name);
}

async function requireAlias(settings: SettingsQueries, call: Call, name: string) {
  const alias = await aliasQuery(settings, call, name).executeTakeFirst();
  if (alias === undefined) throw notFound(`Alias ${aliasArn(call, name)} is not found.`);
  return alias;
}

async function requireRoom(tx: SettingsTransaction, key: KeyRow): Promise<void> {
  const aliases = await tx.selectFrom("kms_aliases").select("name").where("key_id", "=", key.key_id).execute();
  if (aliases.length >= aliasesPerKeyMax) throw limitExceeded(`A key can have ${aliasesPerKeyMax} aliases.`);
}

export const createAlias = (deps: KmsDeps) =>
  operation<CreateAliasCommandInput, Nothing>({
    name: "CreateAlias",
    readOnly: false,
    event: management,
    async access(input, call) {
      checkAliasName(input.AliasName!);
      const key = await findKey(deps.settings.read, call, input.TargetKeyId!, "no-alias");
      return [aliasAccess("CreateAlias", input.AliasName!, call), accessTo("CreateAlias", key, call)];
    },
    async execute(input, call) {
      const name = input.AliasName!;
      await call.commit(async (tx) => {
        const key = await findKey(tx, call, input.TargetKeyId!, "no-alias");
        if (key.account_id !== call.accountId) throw notFound(`Key '${key.key_id}' does not exist`);
        requireNotPending(key);
        if ((await aliasQuery(tx, call, name).executeTakeFirst()) !== undefined)
          throw alreadyExists(`An alias with the name ${aliasArn(call, name)} already exists`);
        await requireRoom(tx, key);
        await tx
          .insertInto("kms_aliases")
          .values({
            account_id: call.accountId,
            region: call.region,
            name,
            key_id: key.key_id,
            created_ms: call.nowMs,
            updated_ms: call.nowMs,
          })
          .execute();
      });
      return {};
    },
    resources: (input, call) => [
      ...resourcesOfAlias(input?.AliasName, call),
      ...resourcesOf(input?.TargetKeyId, undefined, call),
    ],
  });

export const updateAlias = (deps: KmsDeps) =>
  operation<UpdateAliasCommandInput, Nothing>({
    name: "UpdateAlias",
    readOnly: false,
    event: management,
    async access(input, call) {
      checkAliasName(input.AliasName!);
      const alias = await requireAlias(deps.settings.read, call, input.AliasName!);
      const former = await findKey(deps.settings.read, call, alias.key_id).catch(() => undefined);
      const key = await findKey(deps.settings.read, call, input.TargetKeyId!, "no-alias");
      return [
        aliasAccess("UpdateAlias", input.AliasName!, call),
        ...(former === undefined ? [] : [accessTo("UpdateAlias", former, call)]),
        accessTo("UpdateAlias", key, call),
      ];
    },
    async execute(input, call) {
      await call.commit(async (tx) => {
        const alias = await requireAlias(tx, call, input.AliasName!);
        const key = await findKey(tx, call, input.TargetKeyId!, "no-alias");
        if (key.account_id !== call.accountId) throw notFound(`Key '${key.key_id}' does not exist`);
        requireNotPending(key);
        if (key.key_id !== alias.key_id) await requireRoom(tx, key);
        await tx
          .updateTable("kms_aliases")
          .set({ key_id: key.key_id, updated_ms: call.nowMs })
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("name", "=", alias.name)
          .execute();
      });
      return {};
    },
    resources: (input, call) => [
      ...resourcesOfAlias(input?.AliasName, call),
      ...resourcesOf(input?.TargetKeyId, undefined, call),
    ],
  });

export const deleteAlias = (deps: KmsDeps) =>
  operation<DeleteAliasCommandInput, Nothing>({
    name: "DeleteAlias",
    readOnly: false,
    event: management,
    async access(input, call) {
      checkAliasName(input.AliasName!);
      const alias = await requireAlias(deps.settings.read, call, input.AliasName!);
      const key = await findKey(deps.settings.read, call, alias.key_id).catch(() => undefined);
      return [
        aliasAccess("DeleteAlias", input.AliasName!, call),
        ...(key === undefined ? [] : [accessTo("DeleteAlias", key, call)]),
      ];
    },
    async execute(input, call) {
      await call.commit(async (tx) => {
        const alias = await requireAlias(tx, call, input.AliasName!);
        await tx
          .deleteFrom("kms_aliases")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("name", "=", alias.name)
          .execute();
      });
      return {};
    },
    resources: (input, call) => resourcesOfAlias(input?.AliasName, call),
  });

export const listAliases = (deps: KmsDeps) =>
  operation<ListAliasesCommandInput, ListAliasesResponse>({
    name: "ListAliases",
    readOnly: true,
    event: management,
    access: () => [{ action: "kms:ListAliases", resource: "*" }],
    async execute(input, call) {
      const key =
        input.KeyId === undefined ? undefined : await findKey(deps.settings.read, call, input.KeyId, "no-alias");
      const rows = await deps.settings.read
        .selectFrom("kms_aliases")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .execute();
      const wanted = rows.filter((row) => key === undefined || row.key_id === key.key_id);
      const { items, ...paging } = pageOf(wanted, (row) => row.name, input, { limitMax: 100 });
      return {
        Aliases: items.map((row) => ({
          AliasName: row.name,
          AliasArn: aliasArn(call, row.name),
          TargetKeyId: row.key_id,
          CreationDate: new Date(row.created_ms),
          LastUpdatedDate: new Date(row.updated_ms),
        })),
        ...paging,
      };
    },
  });
