import type { RetireGrantCommandInput, RevokeGrantCommandInput } from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { keyAccessAs } from "../../identity/key-access.js";
import { type GrantRow, mayRetireAs } from "../../identity/key-grants.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { validationError } from "../service-error.js";
import { stopIfDryRun } from "./crypto-rules.js";
import type { KmsDeps } from "./deps.js";
import { invalidGrantId, notFound } from "./errors.js";
import { grantIdOf } from "./grant-tokens.js";
import { accessedKey, accessTo, findKey, findKeyOfCiphertext, type KeyRow, resourcesOf } from "./keys.js";

type Nothing = Record<string, never>;

/** Whoever rules the key ends a grant so, against the will of its grantee. */
export const revokeGrant = (deps: KmsDeps) =>
  operation<RevokeGrantCommandInput, Nothing>({
    name: "RevokeGrant",
    readOnly: false,
    event: management,
    async access(input, call) {
      new Constraints().length("grantId", input.GrantId, { min: 1, max: 128 }).check();
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      return [accessTo("RevokeGrant", key, call, { "kms:GrantIsForAWSResource": "false" })];
    },
    async execute(input, call) {
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      if (input.DryRun) {
        await findGrant(deps.settings.read, key, input.GrantId!);
        stopIfDryRun(true);
      }
      await call.commit(async (tx) => remove(tx, await findGrant(tx, key, input.GrantId!)));
      return {};
    },
    resources: (input, call) => resourcesOf(input?.KeyId, undefined, call),
  });

/** Who was given a grant, or was named for it, ends it so when it has served. */
export const retireGrant = (deps: KmsDeps) =>
  operation<RetireGrantCommandInput, Nothing>({
    name: "RetireGrant",
    readOnly: false,
    event: management,
    async access(input, call) {
      const { key, grant } = await named(deps, call, input);
      // The key's policy has no say in this, only the grant and identity policies.
      const granted = mayRetireAs(grant, call.caller);
      const access = keyAccessAs(granted, accessedKey(key), call, { operation: "RetireGrant" });
      return [{ ...access, resourcePolicy: { required: true, ...(granted && { granted }) } }];
    },
    async execute(input, call) {
      const { grant } = await named(deps, call, input);
      stopIfDryRun(input.DryRun);
      await call.commit((tx) => remove(tx, grant));
      return {};
    },
    recordedRequest: (input) => ({ keyId: input?.KeyId, grantId: input?.GrantId }),
    resources: (input, call) => resourcesOf(input?.KeyId, undefined, call),
  });

/** The grant that a token names, or a key with a grant id. @throws ServiceError */
async function named(
  deps: KmsDeps,
  call: Call,
  input: RetireGrantCommandInput,
): Promise<{ key: KeyRow; grant: GrantRow }> {
  const { GrantToken, GrantId, KeyId } = input;
  const { read } = deps.settings;
  if (GrantToken !== undefined) {
    if (GrantId !== undefined || KeyId !== undefined)
      throw validationError("Specify either a grant token, or a key ARN with a grant id.");
    new Constraints().length("grantToken", GrantToken, { min: 1, max: 8192 }).check();
    const grant_id = grantIdOf(deps.vault, GrantToken);
    const grant = await read.selectFrom("kms_grants").selectAll().where("grant_id", "=", grant_id).executeTakeFirst();
    const key = grant && (await findKeyOfCiphertext(read, call, grant.key_id));
    if (grant === undefined || key === undefined) throw notFound("The grant of the token does not exist.");
    return { key, grant };
  }
  if (GrantId === undefined || KeyId === undefined)
    throw validationError("Specify either a grant token, or a key ARN with a grant id.");
  new Constraints().length("grantId", GrantId, { min: 1, max: 128 }).check();
  const key = await findKey(read, call, KeyId, "no-alias");
  return { key, grant: await findGrant(read, key, GrantId) };
}

async function findGrant(
  queries: SettingsQueries | SettingsTransaction,
  { key_id }: KeyRow,
  grantId: string,
): Promise<GrantRow> {
  if (!/^[0-9a-f]{64}$/.test(grantId)) throw invalidGrantId("The grant id is not valid.");
  const grant = await queries
    .selectFrom("kms_grants")
    .selectAll()
    .where("grant_id", "=", grantId)
    .where("key_id", "=", key_id)
    .executeTakeFirst();
  if (grant === undefined) throw notFound(`Grant ${grantId} does not exist.`);
  return grant;
}

async function remove(tx: SettingsTransaction, { grant_id }: GrantRow): Promise<void> {
  await tx.deleteFrom("kms_grants").where("grant_id", "=", grant_id).execute();
}
