import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { TraceIndex } from "../storage/trace-index.js";
import { readGroupsWithInsights } from "../tracing/groups.js";
import { abandoned } from "../tracing/insights/follow-insights.js";
import { insightOf, storeInsight, storeInsightEvent } from "../tracing/insights/stored-insights.js";
import type { ReportFailure } from "./delivery-context.js";
import { type Lease, LeaseLost, takeLease } from "./lease.js";
import { type GroupToWatch, GroupWatch } from "./watch-group.js";

/** One process looks for insights, for all groups; the next takes over when it was not heard of for so long. */
const leaseName = "insights";
const leaseMs = 180_000;
/** Minutes read in one run for what is usual, so that a start with many groups is no burst. */
const learntMinutesPerRunMax = 120;
/** Closed insights are kept as long as clients can ask for them: 30 days, and a day for those who ask late. */
const keptMs = 31 * 86_400_000;
const tidyEveryMs = 3_600_000;

/**
 * Watches the groups that want insights, a minute after the other, some time after its end. What it knows of a group is
 * in memory and made again from the index of traces; insights, and up to which minute they are true, are in the settings
 * store and change together.
 */
export function createInsightDetection(deps: {
  readonly settings: SettingsStore;
  readonly index: TraceIndex;
  readonly environment: Environment;
  /** Names this process in leases. */
  readonly holder: string;
  /** Name of the topic that is told. */
  readonly topicName: string;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, environment } = deps;
  const { clock } = environment;
  const watches = new Map<string, GroupWatch>();
  let tidiedMs = Number.NEGATIVE_INFINITY;

  async function hold(): Promise<Lease | undefined> {
    return settings.transact((tx) => takeLease(tx, leaseName, deps.holder, clock.nowMs(), leaseMs));
  }

  /** Drops what a failed write may have left half true in memory. */
  async function attempt(arn: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      watches.delete(arn);
      if (reason instanceof LeaseLost) throw reason;
      deps.reportFailure(`insights of ${arn}`, reason);
    }
  }

  async function watchOf(entry: GroupToWatch): Promise<GroupWatch> {
    const known = watches.get(entry.group.arn);
    if (known?.isOf(entry) && !known.isFarBehind(clock.nowMs())) return known;
    const watch = await GroupWatch.open(deps, entry);
    watches.set(entry.group.arn, watch);
    return watch;
  }

  /** Closes the insights of groups that want none any more. */
  async function abandon(wanted: ReadonlySet<string>): Promise<void> {
    const rows = await settings.read.selectFrom("xray_insight_groups").selectAll().execute();
    for (const row of rows) {
      if (wanted.has(row.group_arn)) continue;
      const scope = { accountId: row.account_id, region: row.region };
      const group = { name: row.group_name, arn: row.group_arn };
      const active = await settings.read
        .selectFrom("xray_insights")
        .select("insight")
        .where("group_arn", "=", row.group_arn)
        .where("state", "=", "ACTIVE")
        .execute();
      await settings.transact(async (tx) => {
        const { numDeletedRows } = await tx
          .deleteFrom("xray_insight_groups")
          .where("group_arn", "=", row.group_arn)
          .where("judged_until_ms", "=", row.judged_until_ms)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) return;
        for (const closed of active.map((each) => abandoned(insightOf(each), clock.nowMs()))) {
          await storeInsight(tx, { scope, group }, closed);
          await storeInsightEvent(tx, closed);
        }
      });
    }
    for (const arn of watches.keys()) if (!wanted.has(arn)) watches.delete(arn);
  }

  async function tidy(nowMs: number): Promise<void> {
    if (nowMs - tidiedMs < tidyEveryMs) return;
    tidiedMs = nowMs;
    const old = await settings.read
      .selectFrom("xray_insights")
      .select("insight_id")
      .where("state", "=", "CLOSED")
      .where("end_ms", "<", nowMs - keptMs)
      .execute();
    for (const { insight_id } of old)
      await settings.transact(async (tx) => {
        await tx.deleteFrom("xray_insight_events").where("insight_id", "=", insight_id).execute();
        await tx.deleteFrom("xray_insights").where("insight_id", "=", insight_id).execute();
      });
  }

  return {
    /** Looks at the minutes that have ended since, of every group; short if there are none. */
    async run(): Promise<void> {
      const groups = await readGroupsWithInsights(settings.read);
      const wanted = new Set(groups.map(({ group }) => group.arn));
      await tidy(clock.nowMs());
      await abandon(wanted);
      const hasWork = groups.some((entry) => {
        const watch = watches.get(entry.group.arn);
        return watch === undefined || !watch.isOf(entry) || watch.hasWork(clock.nowMs());
      });
      if (!hasWork) return;
      const lease = await hold();
      if (lease === undefined) {
        watches.clear(); // another process goes on from where we stood
        return;
      }
      for (const entry of groups)
        await attempt(entry.group.arn, async () => {
          const watch = await watchOf(entry);
          await watch.judgeDue(lease, entry.group);
        });
      let budget = learntMinutesPerRunMax;
      for (const watch of [...watches.values()].sort((left, right) => left.learntMinutes - right.learntMinutes))
        await attempt(watch.arn, async () => {
          budget -= await watch.learn(budget);
        });
    },
  };
}
