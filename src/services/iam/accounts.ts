import { management } from "../../audit/event.js";
import { replaceRootKey } from "../../identity/root-keys.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { extensionRoute } from "../extension-route.js";
import type { ForeignRoute } from "../foreign-route.js";
import { type Call, operation } from "../operation.js";
import { accessDenied } from "../service-error.js";
import type { IamDeps } from "./iam-deps.js";
import { entityAlreadyExists, iamValidationError, limitExceeded, noSuchEntity } from "./iam-errors.js";

const accountsMax = 1_000;

interface AccountInput {
  readonly AccountId?: unknown;
}

interface AccountKey {
  readonly AccountId: string;
  readonly AccessKeyId: string;
  /** Told once. */
  readonly SecretAccessKey: string;
}

/**
 * Extensions of ours: further accounts in this installation. An account is there once its root user has a key; everything
 * that is stored is an account's from the start. Only the root user of the first account may: no policy gives it away.
 */
export const createAccount = (deps: IamDeps): ForeignRoute =>
  accountOperation<AccountKey>(deps, "CreateAccount", false, (input, call) => {
    const given = input.AccountId === undefined ? undefined : accountIdOf(input);
    return call.commit(async (tx) => {
      const known = await accountIds(tx);
      if (known.length >= accountsMax) throw limitExceeded(`Cannot exceed quota for Accounts: ${accountsMax}`);
      let accountId = given ?? randomAccountId(deps);
      while (given === undefined && known.includes(accountId)) accountId = randomAccountId(deps);
      if (known.includes(accountId)) throw entityAlreadyExists(`The account ${accountId} already exists.`);
      return keyOf(accountId, await replaceRootKey(tx, accountId, deps));
    });
  });

/** For an account whose root key was lost or told to somebody: the old one is gone at once. */
export const replaceAccountKey = (deps: IamDeps): ForeignRoute =>
  accountOperation<AccountKey>(deps, "ReplaceAccountKey", false, (input, call) => {
    const accountId = accountIdOf(input);
    if (accountId === deps.homeAccountId)
      throw iamValidationError("The first account's root key is the installation's: replace it in the settings.");
    return call.commit(async (tx) => {
      if (!(await accountIds(tx)).includes(accountId)) throw noSuchEntity(`There is no account ${accountId}.`);
      return keyOf(accountId, await replaceRootKey(tx, accountId, deps));
    });
  });

export const listAccounts = (deps: IamDeps): ForeignRoute =>
  accountOperation(deps, "ListAccounts", true, async () => ({ AccountIds: await accountIds(deps.settings.read) }));

function accountOperation<Output extends object>(
  deps: IamDeps,
  name: string,
  readOnly: boolean,
  execute: (input: AccountInput, call: Call) => Promise<Output>,
): ForeignRoute {
  return extensionRoute(
    operation<AccountInput, Output>({
      name,
      readOnly,
      event: management,
      access: (_input, { caller }) => {
        if (caller.kind !== "root" || caller.accountId !== deps.homeAccountId || caller.sessionIssuedMs !== undefined)
          throw accessDenied(`${name} is for the root user of the installation's first account alone.`);
        return [{ action: `iam:${name}`, resource: "*" }];
      },
      execute,
      recordedRequest: ({ AccountId }) =>
        typeof AccountId === "string" ? { accountId: AccountId.slice(0, 64) } : null,
      recordedResponse: (output) =>
        "AccessKeyId" in output && "AccountId" in output
          ? { accountId: output.AccountId, accessKeyId: output.AccessKeyId }
          : null,
    }),
  );
}

function keyOf(accountId: string, key: Awaited<ReturnType<typeof replaceRootKey>>): AccountKey {
  return { AccountId: accountId, AccessKeyId: key.accessKeyId, SecretAccessKey: key.secretAccessKey };
}

function accountIdOf({ AccountId }: AccountInput): string {
  if (typeof AccountId !== "string" || !/^\d{12}$/.test(AccountId))
    throw iamValidationError("AccountId must be a text of 12 digits.");
  return AccountId;
}

async function accountIds(queries: SettingsQueries): Promise<string[]> {
  const rows = await queries
    .selectFrom("iam_access_keys")
    .select("account_id")
    .whereRef("owner_id", "=", "account_id")
    .orderBy("account_id")
    .execute();
  return rows.map((row) => row.account_id);
}

/** 12 digits, the first not 0: so it looks like AWS's and like no made-up default. */
function randomAccountId({ environment }: IamDeps): string {
  const number = Number(environment.ids.bytes(6).readUIntBE(0, 6)) % 900_000_000_000;
  return String(100_000_000_000 + number);
}
