import type { Clock } from "../environment.js";
import { BoundedCache } from "./bounded-cache.js";
import type { Caller } from "./caller.js";
import type { Credentials, FoundCredential } from "./credentials.js";
import type { IdentityDirectory, StoredAccessKey } from "./directory.js";
import { accessKeyContext } from "./sealed-columns.js";
import type { Session, Sessions } from "./sessions.js";
import type { Vault } from "./vault.js";

const keysMax = 10_000;
const sessionsMax = 10_000;

const unknown: FoundCredential = { kind: "unknown" };
const invalidToken: FoundCredential = { kind: "invalid-token" };
const expired: FoundCredential = { kind: "expired" };
const inactive: FoundCredential = { kind: "inactive" };

interface KnownSession {
  readonly accessKeyId: string;
  readonly expiresMs: number;
  readonly found: FoundCredential;
}

/** Access keys of the settings store, and temporary ones of their tokens. Unknown keys are never kept: a flood of them displaces nobody. */
export class StoredCredentials implements Credentials {
  readonly #directory: IdentityDirectory;
  readonly #sessions: Sessions;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #keys = new BoundedCache<string, FoundCredential>(keysMax);
  readonly #knownSessions = new BoundedCache<string, KnownSession>(sessionsMax);

  constructor(parts: { directory: IdentityDirectory; sessions: Sessions; vault: Vault; clock: Clock }) {
    this.#directory = parts.directory;
    this.#sessions = parts.sessions;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
    this.#directory.onChange(() => {
      this.#keys.clear();
      this.#knownSessions.clear();
    });
  }

  find(accessKeyId: string, sessionToken: string | undefined): FoundCredential | Promise<FoundCredential> {
    const waiting = this.#directory.check();
    if (waiting) return waiting.then(() => this.#find(accessKeyId, sessionToken));
    return this.#find(accessKeyId, sessionToken);
  }

  #find(accessKeyId: string, sessionToken: string | undefined): FoundCredential | Promise<FoundCredential> {
    if (sessionToken !== undefined) return this.#findSession(accessKeyId, sessionToken);
    if (accessKeyId.startsWith("ASIA")) return invalidToken;
    return this.#keys.get(accessKeyId) ?? this.#loadKey(accessKeyId);
  }

  #findSession(accessKeyId: string, sessionToken: string): FoundCredential | Promise<FoundCredential> {
    const known = this.#knownSessions.get(sessionToken);
    if (known) {
      if (known.accessKeyId !== accessKeyId) return invalidToken;
      return known.expiresMs <= this.#clock.nowMs() ? expired : known.found;
    }
    const session = this.#sessions.open(accessKeyId, sessionToken);
    if (!session) return invalidToken;
    if (session.expiresMs <= this.#clock.nowMs()) return expired;
    const keep = (caller: Caller): FoundCredential => {
      const found: FoundCredential = { kind: "found", secretAccessKey: session.secretAccessKey, caller };
      this.#knownSessions.set(sessionToken, { accessKeyId, expiresMs: session.expiresMs, found });
      return found;
    };
    return session.policyArns.length === 0 ? keep(session.caller) : this.#withPolicies(session, keep);
  }

  async #withPolicies(session: Session, keep: (caller: Caller) => FoundCredential): Promise<FoundCredential> {
    const generation = this.#directory.generation;
    const { caller, policyArns, secretAccessKey } = session;
    if (caller.kind === "service") return invalidToken;
    const documents = await this.#directory.managedDocuments(caller.accountId, policyArns);
    const narrowed = { ...caller, sessionPolicies: [...(caller.sessionPolicies ?? []), ...documents] };
    if (generation === this.#directory.generation) return keep(narrowed);
    return { kind: "found", secretAccessKey, caller: narrowed };
  }

  async #loadKey(accessKeyId: string): Promise<FoundCredential> {
    const generation = this.#directory.generation;
    const key = await this.#directory.accessKey(accessKeyId);
    if (!key) return unknown;
    const found: FoundCredential =
      key.status === "Active"
        ? {
            kind: "found",
            secretAccessKey: this.#vault.open(key.sealedSecret, accessKeyContext(accessKeyId)).toString("utf8"),
            caller: callerOf(accessKeyId, key),
          }
        : inactive;
    if (generation === this.#directory.generation) this.#keys.set(accessKeyId, found);
    return found;
  }
}

function callerOf(accessKeyId: string, { accountId, user }: StoredAccessKey): Caller {
  if (user) return { kind: "user", accountId, accessKeyId, ...user };
  return { kind: "root", accountId, accessKeyId, arn: `arn:aws:iam::${accountId}:root` };
}
