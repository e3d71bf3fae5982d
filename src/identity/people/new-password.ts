import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { brokenRule, type PasswordRules } from "./password-rules.js";
import type { Passwords } from "./passwords.js";

/** Most earlier passwords that a policy can ask to remember. Source: the IAM model, `passwordReusePreventionType`. */
export const reusePreventionMax = 24;

/** A new password does not keep the account's rules; the message says which, and never the password. */
export class PasswordRefused extends Error {}

export interface PasswordOwner {
  readonly accountId: string;
  readonly userId: string;
  readonly userName: string;
}

/**
 * Checks a password that a user is to have and hashes it, which takes time: before the transaction that stores it.
 *
 * @returns the sealed hash.
 * @throws PasswordRefused; TooManyAttempts
 */
export async function hashNewPassword(
  queries: SettingsQueries,
  passwords: Passwords,
  rules: PasswordRules,
  user: PasswordOwner,
  password: string,
): Promise<string> {
  const broken = brokenRule(rules, password, user);
  if (broken !== undefined) throw new PasswordRefused(broken);
  const { userId } = user;
  for (const sealed of await rememberedHashes(queries, userId, rules.reusePrevention))
    if (await passwords.matches({ userId, sealed }, password))
      throw new PasswordRefused("Password has been used before: the account's policy prevents its reuse");
  return passwords.hash(userId, password);
}

/** The present one and those before it. */
async function rememberedHashes(queries: SettingsQueries, userId: string, count: number): Promise<string[]> {
  if (count === 0) return [];
  const present = await queries
    .selectFrom("iam_passwords")
    .select("sealed_hash")
    .where("user_id", "=", userId)
    .execute();
  const earlier = await queries
    .selectFrom("iam_earlier_passwords")
    .select("sealed_hash")
    .where("user_id", "=", userId)
    .orderBy("replaced_ms", "desc")
    .limit(count)
    .execute();
  return [...present, ...earlier].slice(0, count).map((row) => row.sealed_hash);
}

/** Replaces the password of a user who has one. @returns false if there is none. */
export async function replacePassword(
  tx: SettingsTransaction,
  userId: string,
  next: { readonly sealedHash: string; readonly resetRequired: boolean; readonly nowMs: number },
): Promise<boolean> {
  const present = await tx
    .selectFrom("iam_passwords")
    .select("sealed_hash")
    .where("user_id", "=", userId)
    .executeTakeFirst();
  if (!present) return false;
  await tx
    .insertInto("iam_earlier_passwords")
    .values({
      earlier_id: `${userId}/${next.nowMs}`,
      user_id: userId,
      replaced_ms: next.nowMs,
      sealed_hash: present.sealed_hash,
    })
    .execute();
  const beyond = await tx
    .selectFrom("iam_earlier_passwords")
    .select("replaced_ms")
    .where("user_id", "=", userId)
    .orderBy("replaced_ms", "desc")
    .offset(reusePreventionMax)
    .limit(1)
    .executeTakeFirst();
  if (beyond)
    await tx
      .deleteFrom("iam_earlier_passwords")
      .where("user_id", "=", userId)
      .where("replaced_ms", "<=", beyond.replaced_ms)
      .execute();
  await tx
    .updateTable("iam_passwords")
    .set({
      sealed_hash: next.sealedHash,
      changed_ms: next.nowMs,
      reset_required: next.resetRequired ? 1 : 0,
    })
    .where("user_id", "=", userId)
    .execute();
  return true;
}
