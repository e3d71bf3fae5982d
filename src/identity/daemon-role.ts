import { createHash } from "node:crypto";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { daemonWritePolicyArn } from "./aws-managed-policies.js";
import type { RoleSessionCaller } from "./caller.js";
import { base32, newUniqueId } from "./identity-ids.js";
import { bumpIdentityRevision } from "./revision-watch.js";

/** The role in which the daemon port writes what applications send it without credentials. */
export interface DaemonRole {
  readonly accountId: string;
  readonly roleId: string;
  readonly roleName: string;
  readonly roleArn: string;
}

const roleName = "DosimeterDaemonRole";
const trustPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "xray-daemon.dosimeter" }, Action: "sts:AssumeRole" }],
});

/** Makes the role where it is not there. One that is keeps the policies it was given since. */
export async function ensureDaemonRole(options: {
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly accountId: string;
}): Promise<DaemonRole> {
  const { settings, environment, accountId } = options;
  const roleArn = `arn:aws:iam::${accountId}:role/${roleName}`;
  const roleId = await settings.transact(async (tx) => {
    const stored = await tx
      .selectFrom("iam_entities")
      .select("entity_id")
      .where("account_id", "=", accountId)
      .where("kind", "=", "role")
      .where("name_lower", "=", roleName.toLowerCase())
      .executeTakeFirst();
    if (stored) return stored.entity_id;
    const id = newUniqueId(environment.ids, "AROA");
    await tx
      .insertInto("iam_entities")
      .values({
        entity_id: id,
        account_id: accountId,
        kind: "role",
        name: roleName,
        name_lower: roleName.toLowerCase(),
        path: "/",
        arn: roleArn,
        created_ms: environment.clock.nowMs(),
        boundary_arn: null,
        description: "What applications send to the X-Ray daemon port is written in this role.",
        max_session_seconds: 3600,
        trust_policy: trustPolicy,
      })
      .execute();
    await tx
      .insertInto("iam_attached_policies")
      .values({ entity_id: id, account_id: accountId, policy_arn: daemonWritePolicyArn })
      .execute();
    await bumpIdentityRevision(tx);
    return id;
  });
  return { accountId, roleId, roleName, roleArn };
}

/**
 * The caller that a door vouches for where senders prove nothing. Its access key id is the same after every start and
 * opens nothing.
 */
export function daemonCaller(role: DaemonRole, sessionName: "xray-daemon" | "otlp"): RoleSessionCaller {
  const digest = createHash("sha256")
    .update(sessionName === "otlp" ? `${role.roleId}/otlp` : role.roleId)
    .digest();
  return {
    kind: "role-session",
    ...role,
    accessKeyId: `ASIA${base32(digest.subarray(0, 16))}`,
    sessionName,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.roleName}/${sessionName}`,
  };
}
