import type { AccessRequest } from "./access.js";
import type { RoleSessionCaller } from "./caller.js";
import type { StoredRole } from "./directory.js";
import type { SessionHolder, Sessions, TemporaryCredentials } from "./sessions.js";

/** For whom a service acts. */
export interface ServiceIdentity {
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  readonly accountId: string;
  /** The resource for which it acts, such as a trail: `aws:SourceArn`. */
  readonly sourceArn?: string;
}

/** Credentials for the parts of this system that call its own APIs. Never given to a client. */
export class ServiceCredentials {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Credentials of a ServiceCaller: resource policies alone decide what they open. */
  issueServiceCredentials(identity: ServiceIdentity & { readonly lifetimeSeconds: number }): TemporaryCredentials {
    const { service, accountId, sourceArn, lifetimeSeconds } = identity;
    const holder = { kind: "service" as const, service, accountId, ...(sourceArn !== undefined && { sourceArn }) };
    return this.#sessions.issue({ holder, lifetimeSeconds });
  }
}

/** What assuming a role asks of policies. A role that is not there is refused as one that trusts nobody. */
export function assumeRoleAccess(
  roleArn: string,
  role: StoredRole | undefined,
  conditions: Readonly<Record<string, string | readonly string[]>> = {},
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
  session: Omit<RoleSessionCaller, "kind" | "accountId" | "accessKeyId" | "roleName" | "roleId" | "roleArn" | "arn">,
): SessionHolder {
  const { accountId, roleId, roleName, roleArn } = role;
  return {
    kind: "role-session",
    ...{ accountId, roleId, roleName, roleArn },
    ...session,
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${session.sessionName}`,
  };
}
