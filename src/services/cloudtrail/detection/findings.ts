import type { Selectable } from "kysely";
import { management } from "../../../audit/event.js";
import { severities } from "../../../audit/sigma/rule.js";
import { nameOf } from "../../../identity/policy/evaluate.js";
import type { DetectionTables } from "../../../storage/settings/tables/detection.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkMembers, choiceMember, type Input, numberMember, rangeOf, textMember } from "./members.js";

const statuses = ["OPEN", "ACKNOWLEDGED", "CLOSED"] as const;
const pageMax = 100;
const dayMs = 24 * 60 * 60_000;
const noteCharsMax = 1_000;

/** The findings whose last event is in a range, of all regions, newest first. */
export const listFindings = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "ListFindings",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudtrail:ListFindings", resource: "*" }],
      recordedRequest: (input) => ({
        startTime: input["StartTime"],
        endTime: input["EndTime"],
        ruleId: input["RuleId"],
        severity: input["Severity"],
        caller: input["Caller"],
        status: input["Status"],
        maxResults: input["MaxResults"],
        nextToken: input["NextToken"],
      }),

      async execute(input, call) {
        checkMembers(input, [
          "StartTime",
          "EndTime",
          "RuleId",
          "Severity",
          "Caller",
          "Status",
          "MaxResults",
          "NextToken",
        ]);
        const ruleId = textMember(input, "RuleId", 128);
        const severity = choiceMember(input, "Severity", severities);
        const caller = textMember(input, "Caller", 2048);
        const status = choiceMember(input, "Status", statuses);
        const limit = numberMember(input, "MaxResults", { min: 1, max: pageMax }) ?? pageMax;
        const { fromMs, untilMs } = rangeOf(input, call.nowMs, 30 * dayMs);
        const request = [call.accountId, ruleId, severity, caller, status, input["StartTime"], input["EndTime"]];
        const after = positionOf(textMember(input, "NextToken", 4096), request);
        let query = deps.settings.read
          .selectFrom("detection_findings")
          .selectAll()
          .where("account_id", "=", call.accountId)
          .where("last_ms", ">=", fromMs)
          .where("last_ms", "<=", untilMs)
          .orderBy("last_ms", "desc")
          .orderBy("finding_id", "desc")
          .limit(limit + 1);
        if (ruleId !== undefined) query = query.where("rule_id", "=", ruleId);
        if (severity !== undefined) query = query.where("severity", "=", severity);
        if (caller !== undefined) query = query.where("caller", "=", caller);
        if (status !== undefined) query = query.where("status", "=", status);
        if (after !== undefined)
          query = query.where((where) =>
            where.or([
              where("last_ms", "<", after.lastMs),
              where.and([where("last_ms", "=", after.lastMs), where("finding_id", "<", after.findingId)]),
            ]),
          );
        const rows = await query.execute();
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        return {
          Findings: page.map(shown),
          ...(last &&
            rows.length > limit && { NextToken: encodePageToken([String(last.last_ms), last.finding_id], request) }),
        };
      },
    }),
  );

function positionOf(token: string | undefined, request: unknown) {
  if (token === undefined) return undefined;
  const [time, findingId] = decodePageToken(token, request) ?? [];
  const lastMs = Number(time);
  if (findingId === undefined || !Number.isSafeInteger(lastMs))
    throw cloudTrailError("InvalidNextToken", "The next token is not valid, or was made for other parameters.");
  return { lastMs, findingId };
}

/** Says what became of a finding. What happens again after it was closed is a finding of its own. */
export const updateFinding = () =>
  extensionRoute(
    operation<Input, unknown>({
      name: "UpdateFinding",
      readOnly: false,
      event: management,
      access: () => [{ action: "cloudtrail:UpdateFinding", resource: "*" }],
      recordedRequest: (input) => ({ findingId: input["FindingId"], status: input["Status"], note: input["Note"] }),

      async execute(input, call) {
        checkMembers(input, ["FindingId", "Status", "Note"]);
        const findingId = textMember(input, "FindingId", 36) ?? "";
        const status = choiceMember(input, "Status", statuses);
        const note = textMember(input, "Note", noteCharsMax);
        if (status === undefined && note === undefined)
          throw cloudTrailError("InvalidParameter", "Status, Note or both must be given");
        return call.commit(async (tx) => {
          const row = await tx
            .selectFrom("detection_findings")
            .selectAll()
            .where("finding_id", "=", findingId)
            .where("account_id", "=", call.accountId)
            .executeTakeFirst();
          if (row === undefined) throw cloudTrailError("ResourceNotFound", "There is no such finding.");
          const change = {
            ...(status !== undefined && { status }),
            ...(note !== undefined && { note }),
            updated_ms: call.nowMs,
            updated_by: nameOf(call.caller),
          };
          await tx.updateTable("detection_findings").set(change).where("finding_id", "=", findingId).execute();
          return shown({ ...row, ...change });
        });
      },
    }),
  );

function shown(row: Selectable<DetectionTables["detection_findings"]>) {
  return {
    FindingId: row.finding_id,
    RuleId: row.rule_id,
    Title: row.title,
    Severity: row.severity,
    Status: row.status,
    Region: row.region,
    Caller: row.caller,
    SourceIPAddress: row.source_address,
    EventName: row.event_name,
    ...(row.detail !== "" && { Detail: row.detail }),
    FirstTime: row.first_ms / 1000,
    LastTime: row.last_ms / 1000,
    EventCount: row.event_count,
    EventIds: JSON.parse(row.event_ids) as string[],
    ...(row.note !== "" && { Note: row.note }),
    ...(row.updated_by !== "" && { UpdatedTime: row.updated_ms / 1000, UpdatedBy: row.updated_by }),
  };
}
