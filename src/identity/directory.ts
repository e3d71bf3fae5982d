import type { Clock } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { BoundedCache } from "./bounded-cache.js";
import { managedPolicies, nothingAllowed } from "./managed-policies.js";
import type { PrincipalTags } from "./policy/call-values.js";
import { type CompiledPolicy, compilePolicyText } from "./policy/compile.js";
import type { PolicyKind } from "./policy/document.js";
import { RevisionWatch } from "./revision-watch.js";

/** A user or role with every policy that speaks of what it may do. */
export interface Profile {
  readonly identity: readonly CompiledPolicy[];
  readonly boundary?: CompiledPolicy;
  readonly tags: PrincipalTags;
}

export interface StoredAccessKey {
  readonly accountId: string;
  readonly status: "Active" | "Inactive";
  readonly sealedSecret: string;
  /** Absent for the root user's key. */
  readonly user?: { readonly userId: string; readonly userName: string; readonly arn: string };
}

export interface StoredRole {
  readonly accountId: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
}

/** AWS's default for roles that say nothing else. */
export const maxSessionSecondsDefault = 3600;

const profilesMax = 10_000;
const compiledPoliciesMax = 2_000;

/** Reads identities from the settings store and keeps what it made of them until they change. */
export class IdentityDirectory {
  readonly #settings: SettingsStore;
  readonly #watch: RevisionWatch;
  readonly #profiles = new BoundedCache<string, Profile>(profilesMax);
  readonly #compiled = new BoundedCache<string, CompiledPolicy>(compiledPoliciesMax);
  readonly #onChange: (() => void)[] = [() => this.#profiles.clear()];
  #generation = 0;

  constructor(settings: SettingsStore, clock: Clock) {
    this.#settings = settings;
    this.#watch = new RevisionWatch(settings, clock, () => {
      this.#generation++;
      for (const listener of this.#onChange) listener();
    });
  }

  /** To be called before anything kept is used; see `RevisionWatch.check`. */
  check(): Promise<void> | undefined {
    return this.#watch.check();
  }

  /** `listener` forgets what it made of identities. */
  onChange(listener: () => void): void {
    this.#onChange.push(listener);
  }

  /** Grows with every change: what was read under one generation may be kept only while it lasts. */
  get generation(): number {
    return this.#generation;
  }

  /** @returns undefined (also as a promise) for a user or role that is no more. */
  profile(entityId: string): Profile | Promise<Profile | undefined> {
    return this.#profiles.get(entityId) ?? this.#loadProfile(entityId);
  }

  /** @throws MalformedPolicy for a text that no API of ours would have stored. */
  compile(text: string, kind: PolicyKind): CompiledPolicy {
    const key = kind + text;
    const known = this.#compiled.get(key);
    if (known) return known;
    const compiled = compilePolicyText(text, kind);
    this.#compiled.set(key, compiled);
    return compiled;
  }

  async accessKey(accessKeyId: string): Promise<StoredAccessKey | undefined> {
    const row = await this.#settings.read
      .selectFrom("iam_access_keys as key")
      .leftJoin("iam_entities as user", "user.entity_id", "key.owner_id")
      .select(["key.account_id", "key.owner_id", "key.status", "key.sealed_secret", "user.name", "user.arn"])
      .where("key.access_key_id", "=", accessKeyId)
      .executeTakeFirst();
    if (!row) return undefined;
    const { account_id: accountId, owner_id: userId, status, sealed_secret: sealedSecret, name, arn } = row;
    if (userId === accountId) return { accountId, status, sealedSecret };
    if (name === null || arn === null) return undefined;
    return { accountId, status, sealedSecret, user: { userId, userName: name, arn } };
  }

  /** @returns undefined for a role that is not there. */
  async role(roleArn: string): Promise<StoredRole | undefined> {
    const row = await this.#settings.read
      .selectFrom("iam_entities")
      .select(["account_id", "entity_id", "name", "trust_policy", "max_session_seconds"])
      .where("arn", "=", roleArn)
      .where("kind", "=", "role")
      .where("account_id", "=", roleArn.split(":")[4] ?? "")
      .executeTakeFirst();
    if (!row) return undefined;
    return {
      accountId: row.account_id,
      roleId: row.entity_id,
      roleName: row.name,
      roleArn,
      trustPolicy: row.trust_policy ?? "",
      maxSessionSeconds: row.max_session_seconds ?? maxSessionSecondsDefault,
    };
  }

  /** The documents in force under these ARNs, for an account that may use them. One that is no more allows nothing. */
  async managedDocuments(accountId: string, policyArns: readonly string[]): Promise<string[]> {
    const found = await managedPolicies(this.#settings.read, accountId, policyArns);
    const documents = new Map(found.map(({ arn, document }) => [arn, document]));
    return policyArns.map((arn) => documents.get(arn) ?? nothingAllowed);
  }

  async #loadProfile(entityId: string): Promise<Profile | undefined> {
    const generation = this.#generation;
    const { read } = this.#settings;
    const entity = await read
      .selectFrom("iam_entities")
      .select(["account_id", "boundary_arn"])
      .where("entity_id", "=", entityId)
      .executeTakeFirst();
    if (!entity) return undefined;
    const groups = await read
      .selectFrom("iam_group_members")
      .select("group_id")
      .where("user_id", "=", entityId)
      .execute();
    const holders = [entityId, ...groups.map((group) => group.group_id)];
    const [inline, attached, tags] = await Promise.all([
      read.selectFrom("iam_inline_policies").select("document").where("entity_id", "in", holders).execute(),
      read.selectFrom("iam_attached_policies").select("policy_arn").where("entity_id", "in", holders).execute(),
      read.selectFrom("iam_tags").select(["tag_key", "tag_value"]).where("entity_id", "=", entityId).execute(),
    ]);
    const arns = [...new Set(attached.map((row) => row.policy_arn))];
    const managed = await this.managedDocuments(entity.account_id, arns);
    const boundary = entity.boundary_arn && (await this.managedDocuments(entity.account_id, [entity.boundary_arn]))[0];
    const documents = new Set([...inline.map((row) => row.document), ...managed]);
    const profile: Profile = {
      identity: [...documents].map((document) => this.compile(document, "identity")),
      ...(boundary && { boundary: this.compile(boundary, "identity") }),
      tags: Object.fromEntries(tags.map((tag) => [tag.tag_key, tag.tag_value])),
    };
    if (generation === this.#generation) this.#profiles.set(entityId, profile);
    return profile;
  }
}
