import type { Environment } from "../environment.js";
import type { FederatedUserCaller, RoleSessionCaller, RootCaller, ServiceCaller, UserCaller } from "./caller.js";
import { newAccessKeyId, newSecretAccessKey } from "./identity-ids.js";
import type { Vault } from "./vault.js";

/** As the SDKs take them. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

type Sessionless<Caller> = Omit<Caller, "accessKeyId" | "sessionIssuedMs">;

/** Who the credentials speak for. */
export type SessionHolder =
  | Sessionless<RootCaller>
  | Sessionless<UserCaller>
  | Sessionless<RoleSessionCaller>
  | Sessionless<FederatedUserCaller>
  | Sessionless<ServiceCaller>;

export interface Session {
  readonly secretAccessKey: string;
  readonly expiresMs: number;
  readonly caller: RootCaller | UserCaller | RoleSessionCaller | FederatedUserCaller | ServiceCaller;
  /** Managed policies that narrow the session; their documents are looked up when it is used. */
  readonly policyArns: readonly string[];
}

/** Longest token that is looked at, and made. Clients send it in a header. */
export const sessionTokenLengthMax = 12_288;

/**
 * Temporary credentials that no store holds: the token itself, sealed by the vault, says all there is to say, so every
 * process with the same master key knows them. The access key id is the seal's context: a token fits its own only.
 */
export class Sessions {
  readonly #vault: Vault;
  readonly #environment: Environment;

  constructor(vault: Vault, environment: Environment) {
    this.#vault = vault;
    this.#environment = environment;
  }

  issue(options: {
    readonly holder: SessionHolder;
    readonly lifetimeSeconds: number;
    readonly policyArns?: readonly string[];
  }): TemporaryCredentials {
    const { ids, clock } = this.#environment;
    const nowMs = clock.nowMs();
    const accessKeyId = newAccessKeyId(ids, "ASIA");
    const secretAccessKey = newSecretAccessKey(ids);
    // AWS knows whole seconds only: the client must not think the credentials live longer than they do.
    const expiresMs = Math.floor(nowMs / 1000 + options.lifetimeSeconds) * 1000;
    const content: Session = {
      secretAccessKey,
      expiresMs,
      caller: { ...options.holder, accessKeyId, sessionIssuedMs: nowMs } as Session["caller"],
      policyArns: options.policyArns ?? [],
    };
    const sessionToken = this.#vault.seal(Buffer.from(JSON.stringify(content)), contextOf(accessKeyId));
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiresMs) };
  }

  /** @returns undefined if the token is not one of ours for this access key. Says nothing of whether it expired. */
  open(accessKeyId: string, sessionToken: string): Session | undefined {
    if (sessionToken.length > sessionTokenLengthMax) return undefined;
    try {
      return JSON.parse(this.#vault.open(sessionToken, contextOf(accessKeyId)).toString("utf8")) as Session;
    } catch {
      return undefined;
    }
  }
}

function contextOf(accessKeyId: string): string {
  return `session:${accessKeyId}`;
}
