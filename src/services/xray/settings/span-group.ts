import type { Ids } from "../../../environment.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { Caller } from "../../../identity/caller.js";
import { compilePolicyText } from "../../../identity/policy/compile.js";
import { evaluate } from "../../../identity/policy/evaluate.js";
import { mergePolicies } from "../../../identity/policy/merge-policies.js";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { spanGroupName } from "../../../tracing/otel/traces-of-spans.js";
import type { Call } from "../../operation.js";
import { invalidRequest } from "../errors.js";

export const spanStreamName = "default";
/** Of a group that is made here; an existing one keeps its own. */
const retentionDays = 30;

/** AWS's own words. */
export const logsNotPermitted =
  "XRay does not have permission to call PutLogEvents on the aws/spans Log Group. Please verify that your CloudWatch Logs Resource Policies are configured correctly";

function groupArn({ accountId, region }: Scope): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${spanGroupName}`;
}

/** What who sends spans to CloudWatch Logs must be allowed to do there (AWS CloudWatch User Guide). */
export function spanGroupAccess(scope: Scope): AccessRequest[] {
  return ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutRetentionPolicy"].map((action) => ({
    action,
    resource: `${groupArn(scope)}:log-stream:${action === "logs:CreateLogStream" ? spanStreamName : ""}`,
  }));
}

/** Whether the resource policies of CloudWatch Logs let X-Ray write spans, now. */
export async function mayPutSpans(queries: SettingsQueries, scope: Scope, nowMs: number): Promise<boolean> {
  const { accountId, region } = scope;
  const rows = await queries
    .selectFrom("logs_resource_policies")
    .select("document")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .execute();
  if (rows.length === 0) return false;
  const caller: Caller = {
    kind: "service",
    accountId,
    accessKeyId: "",
    service: "xray.amazonaws.com",
    sourceArn: `arn:aws:xray:${region}:${accountId}:*`,
  };
  const document = mergePolicies(rows.map((row) => row.document));
  const access: AccessRequest = {
    action: "logs:PutLogEvents",
    resource: `${groupArn(scope)}:log-stream:${spanStreamName}`,
    resourcePolicy: { document, required: false },
  };
  const context = { nowMs, region, sourceIpAddress: caller.service, secureTransport: true };
  const policies = { identity: [], resource: compilePolicyText(document, "resource"), tags: {} };
  return evaluate(caller, access, context, policies).allowed;
}

/** Makes the log group and stream, as far as they are not there. */
export async function createSpanGroup(tx: SettingsTransaction, call: Call, ids: Ids): Promise<void> {
  const existing = await findSpanGroup(tx, call);
  const groupId = existing?.group_id ?? ids.uuid();
  if (existing === undefined)
    await tx
      .insertInto("log_groups")
      .values({
        account_id: call.accountId,
        region: call.region,
        name: spanGroupName,
        group_id: groupId,
        created_ms: call.nowMs,
        retention_days: retentionDays,
        deletion_protected: 0,
        tags: "{}",
      })
      .execute();
  const deletion = await tx
    .selectFrom("log_deletions")
    .select("group_id")
    .where("group_id", "=", groupId)
    .where("stream_name", "=", spanStreamName)
    .executeTakeFirst();
  // Its end would take the new stream's events along.
  if (deletion !== undefined)
    throw invalidRequest(`The former log stream ${spanStreamName} is still being deleted: try again in a minute`);
  await tx
    .insertInto("log_streams")
    .values({ group_id: groupId, name: spanStreamName, created_ms: call.nowMs })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function findSpanGroup(queries: SettingsQueries | SettingsTransaction, { accountId, region }: Scope) {
  return queries
    .selectFrom("log_groups")
    .select("group_id")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("name", "=", spanGroupName)
    .executeTakeFirst();
}

export async function hasSpanStream(queries: SettingsQueries, groupId: string): Promise<boolean> {
  const stream = await queries
    .selectFrom("log_streams")
    .select("name")
    .where("group_id", "=", groupId)
    .where("name", "=", spanStreamName)
    .executeTakeFirst();
  return stream !== undefined;
}
