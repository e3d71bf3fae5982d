import type { Selectable } from "kysely";
import { accountState, type KnownRule, knownRules } from "../../../audit/detection/account-rules.js";
import type { AlertConfiguration } from "../../../audit/detection/alert-configuration.js";
import { currentStateRow, stateOf, type TrailRow, type TrailState } from "../../../audit/trails.js";
import { managedPolicies } from "../../../identity/managed-policies.js";
import type { SettingsTables } from "../../../storage/settings/tables.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";

export interface TrailFacts {
  readonly row: TrailRow;
  readonly state: TrailState;
  /** What happened to it in each region. */
  readonly statuses: readonly Selectable<SettingsTables["trail_status"]>[];
}

/** A policy that gives somebody something. */
export interface PolicyInForce {
  /** ARN of a managed policy; of an inline one, its holder's ARN and its name. */
  readonly policy: string;
  readonly document: string;
  /** ARNs of the users, groups and roles that have it. */
  readonly holders: readonly string[];
}

/** What a scorecard is made from: the settings of an account at one moment. */
export interface AccountFacts {
  readonly accountId: string;
  readonly region: string;
  readonly nowMs: number;
  readonly trails: readonly TrailFacts[];
  readonly buckets: ReadonlyMap<string, Selectable<SettingsTables["s3_buckets"]>>;
  readonly keys: readonly Selectable<SettingsTables["kms_keys"]>[];
  /** ARN of the key that documents of traces are encrypted with, in this region; empty for none. */
  readonly traceKeyArn: string;
  readonly policies: readonly PolicyInForce[];
  readonly accessKeys: readonly AccessKeyFacts[];
  /** Users with a password. */
  readonly people: readonly PersonFacts[];
  /** Absent where the account has none of its own. */
  readonly passwordPolicy: Selectable<SettingsTables["iam_password_policies"]> | undefined;
  readonly installation: Installation;
  readonly rules: readonly KnownRule[];
  readonly alerts: AlertConfiguration;
  /** ARNs of the account's topics that somebody confirmed to listen to. */
  readonly heardTopics: ReadonlySet<string>;
}

/** How the service was started, as far as auditors ask. */
export interface Installation {
  /** Whether other machines reach its ports. */
  readonly isReachable: boolean;
  readonly speaksTls: boolean;
  /** Whether the key that seals all others lies in the data folder, beside what it seals. */
  readonly masterKeyIsBesideData: boolean;
}

export interface PersonFacts {
  readonly arn: string;
  readonly hasDevice: boolean;
  readonly lastUsedMs: number;
}

export interface AccessKeyFacts {
  readonly accessKeyId: string;
  /** ARN of the user, or of the account's root. */
  readonly owner: string;
  readonly isRoot: boolean;
  readonly active: boolean;
  readonly createdMs: number;
  readonly usedMs: number | undefined;
}

export async function readAccountFacts(
  queries: SettingsQueries,
  of: Pick<AccountFacts, "accountId" | "region" | "nowMs" | "installation">,
): Promise<AccountFacts> {
  const { accountId, region } = of;
  const { configuration } = await accountState(queries, accountId);
  const buckets = await queries.selectFrom("s3_buckets").selectAll().execute();
  const subscriptions = await queries
    .selectFrom("sns_subscriptions")
    .select("topic_arn")
    .where("account_id", "=", accountId)
    .where("confirmed", "=", 1)
    .execute();
  const encryption = await queries
    .selectFrom("xray_encryption")
    .select("key_arn")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .executeTakeFirst();
  return {
    ...of,
    trails: await trailsOf(queries, accountId),
    buckets: new Map(buckets.map((bucket) => [bucket.name, bucket])),
    keys: await queries
      .selectFrom("kms_keys")
      .selectAll()
      .where("account_id", "=", accountId)
      .where((or) => or.or([or("deletion_ms", "is", null), or("deletion_ms", ">", of.nowMs)]))
      .orderBy("key_id")
      .execute(),
    traceKeyArn: encryption?.key_arn ?? "",
    policies: await policiesOf(queries, accountId),
    accessKeys: await accessKeysOf(queries, accountId),
    people: await peopleOf(queries, accountId),
    passwordPolicy: await queries
      .selectFrom("iam_password_policies")
      .selectAll()
      .where("account_id", "=", accountId)
      .executeTakeFirst(),
    rules: await knownRules(queries, accountId),
    alerts: configuration,
    heardTopics: new Set(subscriptions.map((row) => row.topic_arn)),
  };
}

async function trailsOf(queries: SettingsQueries, accountId: string): Promise<TrailFacts[]> {
  const rows = await queries
    .selectFrom("trails")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("deleted_ms", "is", null)
    .orderBy("arn")
    .execute();
  return Promise.all(
    rows.map(async (row) => ({
      row,
      state: stateOf(await currentStateRow(queries, row.trail_id)),
      statuses: await queries.selectFrom("trail_status").selectAll().where("trail_id", "=", row.trail_id).execute(),
    })),
  );
}

async function policiesOf(queries: SettingsQueries, accountId: string): Promise<PolicyInForce[]> {
  const inline = await queries
    .selectFrom("iam_inline_policies as policy")
    .innerJoin("iam_entities as entity", "entity.entity_id", "policy.entity_id")
    .select(["policy.policy_name", "policy.document", "entity.arn"])
    .where("entity.account_id", "=", accountId)
    .execute();
  const attached = await queries
    .selectFrom("iam_attached_policies as attached")
    .innerJoin("iam_entities as entity", "entity.entity_id", "attached.entity_id")
    .select(["attached.policy_arn", "entity.arn"])
    .where("entity.account_id", "=", accountId)
    .orderBy("attached.policy_arn")
    .execute();
  const arns = [...new Set(attached.map((row) => row.policy_arn))];
  const managed = await managedPolicies(queries, accountId, arns);
  return [
    ...inline.map((row) => ({ policy: `${row.arn} ${row.policy_name}`, document: row.document, holders: [row.arn] })),
    ...managed.map(({ arn: policy, document }) => ({
      policy,
      document,
      holders: attached.filter((row) => row.policy_arn === policy).map((row) => row.arn),
    })),
  ];
}

async function accessKeysOf(queries: SettingsQueries, accountId: string): Promise<AccessKeyFacts[]> {
  const rows = await queries
    .selectFrom("iam_access_keys as key")
    .leftJoin("iam_entities as user", "user.entity_id", "key.owner_id")
    .leftJoin("iam_key_uses as use", "use.access_key_id", "key.access_key_id")
    .select(["key.access_key_id", "key.owner_id", "key.status", "key.created_ms", "user.arn", "use.used_ms"])
    .where("key.account_id", "=", accountId)
    .orderBy("key.access_key_id")
    .execute();
  return rows.map((row) => ({
    accessKeyId: row.access_key_id,
    owner: row.arn ?? `arn:aws:iam::${accountId}:root`,
    isRoot: row.owner_id === accountId,
    active: row.status === "Active",
    createdMs: row.created_ms,
    usedMs: row.used_ms ?? undefined,
  }));
}

async function peopleOf(queries: SettingsQueries, accountId: string): Promise<PersonFacts[]> {
  const rows = await queries
    .selectFrom("iam_passwords as password")
    .innerJoin("iam_entities as user", "user.entity_id", "password.user_id")
    .select(["user.arn", "user.entity_id", "password.last_used_ms", "password.changed_ms"])
    .where("user.account_id", "=", accountId)
    .orderBy("user.arn")
    .execute();
  const devices = await queries
    .selectFrom("iam_mfa_devices")
    .select("user_id")
    .where("account_id", "=", accountId)
    .where("enabled_ms", "is not", null)
    .execute();
  const holders = new Set(devices.map((device) => device.user_id));
  return rows.map((row) => ({
    arn: row.arn,
    hasDevice: holders.has(row.entity_id),
    lastUsedMs: row.last_used_ms ?? row.changed_ms,
  }));
}
