import type { Insight } from "../../../tracing/insights/insight.js";
import { type InsightRow, insightOf } from "../../../tracing/insights/stored-insights.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { timeRangeOf } from "../time-range.js";
import { seesWholeGroup } from "../visible-traces.js";

/** Of insights nobody hears after this. */
export const rangeDaysMax = 30;
const dayMs = 86_400_000;

const insightIdPattern = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-5][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$/;
const tokenLengthMax = 2000;

export function insightIdConstraints(insightId: string | undefined): Constraints {
  return new Constraints().required("insightId", insightId).pattern("insightId", insightId, insightIdPattern);
}

export function tokenConstraint(constraints: Constraints, nextToken: string | undefined): Constraints {
  return constraints.length("nextToken", nextToken, { min: 1, max: tokenLengthMax });
}

/**
 * An insight tells figures of its whole group: to who may not see all of that, it is not there.
 *
 * @throws ServiceError InvalidRequestException: the model has no error for what is not found.
 */
export async function findInsight(
  deps: XrayDeps,
  call: Call,
  insightId: string,
): Promise<{ row: InsightRow; insight: Insight; group: { name: string; arn: string } }> {
  const row = await deps.settings.read
    .selectFrom("xray_insights")
    .selectAll()
    .where("insight_id", "=", insightId.toLowerCase())
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  const group = row && { name: row.group_name, arn: row.group_arn };
  const visible = group ? await seesWholeGroup(deps, call, group) : call.visibleRows() === undefined;
  if (row === undefined || group === undefined || !visible) throw invalidRequest(`Insight not found: ${insightId}`);
  return { row, insight: insightOf(row), group };
}

/** @throws ServiceError unless both are times, in their order, and not too long ago. */
export function recentRangeOf(
  input: { readonly StartTime?: Date | undefined; readonly EndTime?: Date | undefined },
  nowMs: number,
): { fromMs: number; untilMs: number } {
  const range = timeRangeOf(input);
  if (range.fromMs < nowMs - rangeDaysMax * dayMs)
    throw invalidRequest(`StartTime cannot be older than ${rangeDaysMax} days`);
  return range;
}
