import type * as Iam from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import { management } from "../../../audit/event.js";
import { readAskedAccess } from "../../../identity/asked-access.js";
import type { Caller } from "../../../identity/caller.js";
import type { IdentityTables } from "../../../storage/settings/tables/identity.js";
import { type Call, operation } from "../../operation.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { noSuchEntity } from "../iam-errors.js";
import { askedIn } from "../least-privilege/period-input.js";
import { reportAccess, reportedResource } from "./reported-resource.js";

export type ReportJob = Selectable<IdentityTables["iam_access_reports"]>;

/** A report can be read for so long. */
const keptMs = 7 * 86_400_000;
/** As far as AWS looks back. */
const trackedMs = 400 * 86_400_000;

/** A report is read from the record as it was when it was asked for, each time it is looked at. */
export const generateServiceLastAccessedDetails = (deps: IamDeps) =>
  operation<Iam.GenerateServiceLastAccessedDetailsRequest, Iam.GenerateServiceLastAccessedDetailsResponse>({
    name: "GenerateServiceLastAccessedDetails",
    readOnly: true,
    event: management,
    access: (input, call) => reportAccess(deps, call, input.Arn, "GenerateServiceLastAccessedDetails"),
    execute: async ({ Arn, Granularity }, call) => {
      new IamConstraints()
        .required("arn", Arn)
        .length("arn", Arn, { min: 20, max: 2048 })
        .oneOf("granularity", Granularity, ["SERVICE_LEVEL", "ACTION_LEVEL"])
        .check("ValidationError");
      await reportedResource(deps.settings.read, call.accountId, Arn!);
      const jobId = deps.environment.ids.uuid();
      return call.commit(async (tx) => {
        await tx
          .deleteFrom("iam_access_reports")
          .where("created_ms", "<", call.nowMs - keptMs)
          .execute();
        await tx
          .insertInto("iam_access_reports")
          .values({
            job_id: jobId,
            account_id: call.accountId,
            caller_id: callerId(call.caller),
            resource_arn: Arn!,
            granularity: Granularity ?? "SERVICE_LEVEL",
            created_ms: call.nowMs,
          })
          .execute();
        return { JobId: jobId };
      });
    },
  });

/** Only who asked for a report may read it. @throws ServiceError ValidationError, NoSuchEntity */
export async function requireJob(deps: IamDeps, call: Call, jobId: string | undefined): Promise<ReportJob> {
  new IamConstraints().required("jobId", jobId).length("jobId", jobId, { min: 36, max: 36 }).check("ValidationError");
  const job = await deps.settings.read
    .selectFrom("iam_access_reports")
    .selectAll()
    .where("job_id", "=", jobId!)
    .where("account_id", "=", call.accountId)
    .where("caller_id", "=", callerId(call.caller))
    .executeTakeFirst();
  if (!job || job.created_ms < call.nowMs - keptMs) throw noSuchEntity(`Job ${jobId} does not exist.`);
  return job;
}

function callerId(caller: Caller): string {
  if (caller.kind === "user") return caller.userId;
  if (caller.kind === "role-session") return caller.roleId;
  return caller.kind === "root" ? caller.accountId : "";
}

/** That an entity asked for an action, allowed or not. */
export interface Attempt {
  readonly entityId: string;
  readonly action: string;
  readonly timeMs: number;
  readonly region: string;
}

/** The last attempts until a report was asked for, one an entity and action. */
export async function attemptsOf(deps: IamDeps, job: ReportJob, principalIds: readonly string[]): Promise<Attempt[]> {
  const groups = await askedIn(deps, {
    accountId: job.account_id,
    principalIds,
    fromMs: job.created_ms - trackedMs,
    untilMs: job.created_ms,
    by: [],
  });
  const last = new Map<string, Attempt>();
  for (const { principalId: entityId, access, lastMs: timeMs, lastRegion: region } of groups)
    for (const { access: asked } of readAskedAccess(access)?.questions ?? []) {
      const { action } = asked;
      const key = `${entityId} ${action}`;
      if (timeMs > (last.get(key)?.timeMs ?? -1)) last.set(key, { entityId, action, timeMs, region });
    }
  return [...last.values()].sort((one, other) => other.timeMs - one.timeMs);
}

export const serviceOf = ({ action }: Attempt): string => action.split(":", 1)[0]!;
