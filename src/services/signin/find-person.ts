import type { UserCaller } from "../../identity/caller.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import type { ConsoleLoginInput } from "./login-input.js";

/** Who somebody says to be, as far as there is such a user and such a password. */
export interface Person {
  readonly accountId: string;
  /** The account whose record has the attempt: the home account for one that is not there. */
  readonly recordedIn: string;
  readonly user?: Pick<UserCaller, "accountId" | "userId" | "userName" | "arn">;
  readonly password?: { readonly sealed_hash: string; readonly changed_ms: number; readonly reset_required: number };
}

export async function findPerson(
  queries: SettingsQueries,
  input: ConsoleLoginInput,
  homeAccountId: string,
): Promise<Person> {
  const { Account: account, UserName } = input;
  const alias = await queries
    .selectFrom("iam_account_aliases")
    .select("account_id")
    .where("alias", "=", account)
    .executeTakeFirst();
  const accountId = alias?.account_id ?? account;
  const row = await queries
    .selectFrom("iam_entities as user")
    .leftJoin("iam_passwords as password", "password.user_id", "user.entity_id")
    .select(["entity_id", "name", "arn", "sealed_hash", "changed_ms", "reset_required"])
    .where("account_id", "=", accountId)
    .where("kind", "=", "user")
    .where("name_lower", "=", UserName.toLowerCase())
    .executeTakeFirst();
  const anybody = await queries
    .selectFrom("iam_entities")
    .select("entity_id")
    .where("account_id", "=", accountId)
    .executeTakeFirst();
  const recordedIn = alias || anybody ? accountId : homeAccountId;
  if (!row) return { accountId, recordedIn };
  const { sealed_hash, changed_ms, reset_required } = row;
  return {
    accountId,
    recordedIn,
    user: { accountId, userId: row.entity_id, userName: row.name, arn: row.arn },
    ...(sealed_hash !== null && {
      password: { sealed_hash, changed_ms: changed_ms!, reset_required: reset_required! },
    }),
  };
}
