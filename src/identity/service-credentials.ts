import type { Clock } from "../environment.js";
import type { AccessRequest } from "./access.js";
import type { Authorizer } from "./authorizer.js";
import type { RoleSessionCaller, ServiceCaller } from "./caller.js";
import type { IdentityDirectory, StoredRole } from "./directory.js";
import type { SessionHolder, Sessions, TemporaryCredentials } from "./sessions.js";

/** A service may not assume this role: there is none, or its trust policy does not name the service. */
export class RoleNotAssumable extends Error {
  override readonly name = "RoleNotAssumable";
}

/** For whom a service acts. */
export interface ServiceIdentity {
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  readonly accountId: string;
  /** The resource for which it acts, such as a trail: `aws:SourceArn`. */
  readonly sourceArn?: string;
}

const roleLifetimeSecondsDefault = 3600;

/** Credentials for the parts of this system that call its own APIs. Never given to a client. */
export class ServiceCredentials {
  readonly #sessions: Sessions;
  readonly #directory: IdentityDirectory;
  readonly #authorizer: Authorizer;
  readonly #clock: Clock;

  constructor(parts: { sessions: Sessions; directory: IdentityDirectory; authorizer: Authorizer; clock: Clock }) {
    this.#sessions = parts.sessions;
    this.#directory = parts.directory;
    this.#authorizer = parts.authorizer;
    this.#clock = parts.clock;
  }

  /** Credentials of a ServiceCaller: resource policies alone decide what they open. */
  issueServiceCredentials(identity: ServiceIdentity & { readonly lifetimeSeconds: number }): TemporaryCredentials {
    const { service, accountId, sourceArn, lifetimeSeconds } = identity;
    const holder = { kind: "service" as const, service, accountId, ...(sourceArn !== undefined && { sourceArn }) };
    return this.#sessions.issue({ holder, lifetimeSeconds });
  }

  /**
   * Credentials of a role's session that a service made (`invokedBy`).
   *
   * @throws RoleNotAssumable, with IAM's words for it.
   */
  async assumeRoleAsService(
    identity: ServiceIdentity & {
      readonly roleArn: string;
      readonly roleSessionName: string;
      readonly region: string;
      readonly lifetimeSeconds?: number;
    },
  ): Promise<TemporaryCredentials> {
    const { service, accountId, sourceArn, roleArn, roleSessionName, region } = identity;
    const role = await this.#directory.role(roleArn);
    const caller: ServiceCaller = {
      kind: "service",
      accountId,
      accessKeyId: "",
      service,
      ...(sourceArn !== undefined && { sourceArn }),
    };
    const decision = await this.#authorizer.decide(caller, assumeRoleAccess(roleArn, role), {
      nowMs: this.#clock.nowMs(),
      region,
      sourceIpAddress: service,
      userAgent: service,
      secureTransport: true,
    });
    if (!decision.allowed || !role)
      throw new RoleNotAssumable(decision.allowed ? `There is no role ${roleArn}` : decision.message);
    const lifetimeSeconds = identity.lifetimeSeconds ?? roleLifetimeSecondsDefault;
    return this.#sessions.issue({
      holder: roleSessionHolder(role, { sessionName: roleSessionName, invokedBy: service }),
      lifetimeSeconds: Math.min(lifetimeSeconds, role.maxSessionSeconds),
    });
  }
}

/** What assuming a role asks of policies. A role that is not there is refused as one that trusts nobody. */
export function assumeRoleAccess(
  roleArn: string,
  role: StoredRole | undefined,
  conditions: Readonly<Record<string, string>> = {},
): AccessRequest {
  return {
    action: "sts:AssumeRole",
    resource: roleArn,
    ...(role && { resourceAccountId: role.accountId }),
    conditions,
    resourcePolicy: { required: true, ...(role && { document: role.trustPolicy }) },
  };
}

export function roleSessionHolder(
  role: StoredRole,
  session: Pick<RoleSessionCaller, "sessionName" | "invokedBy" | "sessionPolicies" | "sourceIdentity">,
): SessionHolder {
  const { accountId, roleId, roleName, roleArn } = role;
  return {
    kind: "role-session",
    ...{ accountId, roleId, roleName, roleArn },
    ...session,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session.sessionName}`,
  };
}
