import { GetInsightSummariesCommand, type InsightSummary, XRayClient } from "@aws-sdk/client-xray";
import { clientOf } from "../../api/clients.js";
import { loadGroups } from "../../parts/service-map/load-groups.js";

const lookBackMs = 29 * 24 * 60 * 60_000;

/** Insights that are open now, in every group that wants them; undefined if none does. */
export async function loadActiveInsights(signal: AbortSignal): Promise<InsightSummary[] | undefined> {
  const groups = (await loadGroups(signal)).filter(({ InsightsConfiguration: on }) => on?.InsightsEnabled);
  if (groups.length === 0) return undefined;
  const now = Date.now();
  const found = await Promise.all(
    groups.map(async ({ GroupName }) => {
      const input = { GroupName, StartTime: new Date(now - lookBackMs), EndTime: new Date(now) };
      const command = new GetInsightSummariesCommand({ ...input, States: ["ACTIVE"] });
      const { InsightSummaries = [] } = await clientOf(XRayClient).send(command, { abortSignal: signal });
      return InsightSummaries;
    }),
  );
  return found.flat().sort((left, right) => right.StartTime!.getTime() - left.StartTime!.getTime());
}
