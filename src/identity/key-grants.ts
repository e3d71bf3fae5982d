import type { Selectable } from "kysely";
import type { KmsTables } from "../storage/settings/tables/kms.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import type { Caller } from "./caller.js";
import type { EncryptionContext } from "./key-ciphertext.js";
import { compilePrincipal, type PrincipalMatch } from "./policy/principal.js";

export type GrantRow = Selectable<KmsTables["kms_grants"]>;

/** What a grant can permit on a symmetric encryption key. */
export const grantOperations = [
  "CreateGrant",
  "Decrypt",
  "DescribeKey",
  "Encrypt",
  "GenerateDataKey",
  "GenerateDataKeyWithoutPlaintext",
  "ReEncryptFrom",
  "ReEncryptTo",
  "RetireGrant",
] as const;
export type GrantedOperation = (typeof grantOperations)[number];

/** As JSON in `kms_grants.constraints`. */
export interface GrantConstraints {
  readonly EncryptionContextEquals?: Readonly<Record<string, string>>;
  readonly EncryptionContextSubset?: Readonly<Record<string, string>>;
}

/** What a caller wants to do under a grant. */
export interface GrantQuestion {
  readonly operation: GrantedOperation;
  readonly context: EncryptionContext;
  /** CreateGrant only: a grant made under another may permit no more than that. */
  readonly child?: { readonly operations: readonly string[]; readonly constraints: GrantConstraints };
}

/**
 * How a grant of the key names the caller, if one permits what is asked; then it counts as if the key's policy allowed it.
 * Grants are never cached: one that was revoked permits nothing from that moment, in any process.
 */
export async function grantedAs(
  queries: SettingsQueries | SettingsTransaction,
  keyId: string,
  caller: Caller,
  question: GrantQuestion,
): Promise<PrincipalMatch | undefined> {
  const names = namesOf(caller);
  if (names.length === 0) return undefined;
  const rows = await queries
    .selectFrom("kms_grants")
    .selectAll()
    .where("key_id", "=", keyId)
    .where("grantee", "in", names)
    .execute();
  const permitting = rows.filter((row) => permits(row, question)).map(({ grantee }) => grantee);
  return permitting.length === 0 ? undefined : compilePrincipal({ AWS: permitting })(caller);
}

/** How the grant lets the caller end it: as its retiring principal, as a grantee that may, or as the account that made it. */
export function mayRetireAs(grant: GrantRow, caller: Caller): PrincipalMatch | undefined {
  const names = [`arn:aws:iam::${grant.account_id}:root`];
  if (grant.retiring !== null) names.push(grant.retiring);
  if (operationsOf(grant).includes("RetireGrant")) names.push(grant.grantee);
  return compilePrincipal({ AWS: names })(caller);
}

export function operationsOf(grant: Pick<GrantRow, "operations">): GrantedOperation[] {
  return JSON.parse(grant.operations);
}

export function constraintsOf(grant: Pick<GrantRow, "constraints">): GrantConstraints {
  return JSON.parse(grant.constraints);
}

function permits(grant: GrantRow, { operation, context, child }: GrantQuestion): boolean {
  const operations: readonly string[] = operationsOf(grant);
  if (!operations.includes(operation)) return false;
  // These have no encryption context of their own.
  if (operation === "DescribeKey" || operation === "RetireGrant") return true;
  const constraints = constraintsOf(grant);
  if (operation !== "CreateGrant") return holds(constraints, context ?? {});
  return (
    child?.operations.every((each) => operations.includes(each)) === true && isAsStrict(child.constraints, constraints)
  );
}

function holds({ EncryptionContextEquals: equals, EncryptionContextSubset: subset }: GrantConstraints, context: Pairs) {
  return (
    (equals === undefined || (includes(context, equals) && includes(equals, context))) &&
    (subset === undefined || includes(context, subset))
  );
}

type Pairs = Readonly<Record<string, string>>;

function includes(all: Pairs, some: Pairs): boolean {
  return Object.entries(some).every(([key, value]) => Object.hasOwn(all, key) && all[key] === value);
}

function isAsStrict(child: GrantConstraints, parent: GrantConstraints): boolean {
  const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = parent;
  const own = child.EncryptionContextEquals;
  if (equals !== undefined && !(own !== undefined && includes(own, equals) && includes(equals, own))) return false;
  return (
    subset === undefined ||
    (own !== undefined && includes(own, subset)) ||
    (child.EncryptionContextSubset !== undefined && includes(child.EncryptionContextSubset, subset))
  );
}

/** Every way in which a grant may name the caller. */
function namesOf(caller: Caller): string[] {
  switch (caller.kind) {
    case "root":
      return [caller.arn, caller.accountId];
    case "user":
      return [caller.arn, `arn:aws:iam::${caller.accountId}:root`, caller.accountId];
    case "role-session":
      return [caller.arn, caller.roleArn, `arn:aws:iam::${caller.accountId}:root`, caller.accountId];
    default:
      return [];
  }
}
