import type { Environment } from "../environment.js";
import type { Scope } from "../storage/scope.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { GraphMinute, TraceIndex } from "../storage/trace-index.js";
import type { TraceGroup } from "../tracing/groups.js";
import { AnomalyDetector, nodesPerGroupMax } from "../tracing/insights/detect-anomalies.js";
import { InsightFollower } from "../tracing/insights/follow-insights.js";
import type { Insight } from "../tracing/insights/insight.js";
import { insightNotification } from "../tracing/insights/insight-notification.js";
import { historyMs } from "../tracing/insights/node-history.js";
import { nodeKey } from "../tracing/insights/node-key.js";
import { insightOf, storeInsight, storeInsightEvent } from "../tracing/insights/stored-insights.js";
import type { NodeId } from "../tracing/trace-facts.js";
import type { ReportFailure } from "./delivery-context.js";
import { assertHeld, type Lease } from "./lease.js";

const minuteMs = 60_000;
/**
 * What ended in a minute is sent and indexed by so long after it; calls whose other side was promised to send a segment
 * of its own, and did not, take a minute of it.
 */
const settledMs = 90_000;
/** A new group, or one that was not watched for a while, is looked at from so many minutes ago. */
const minutesBackMax = 60;
/** Minutes of history without which nothing is judged. */
const minutesLearntFirst = 60;

export interface GroupToWatch {
  readonly scope: Scope;
  readonly group: TraceGroup;
}

interface WatchDeps {
  readonly settings: SettingsStore;
  readonly index: TraceIndex;
  readonly environment: Environment;
  readonly topicName: string;
  readonly reportFailure: ReportFailure;
}

/** What one process knows of a group whose minutes it judges. */
export class GroupWatch {
  readonly #deps: WatchDeps;
  readonly #entry: GroupToWatch;
  readonly #detector = new AnomalyDetector();
  readonly #follower: InsightFollower;
  /** Incidents of the last day: those minutes are not what is usual. */
  readonly #past: readonly Insight[];
  /** As the store has it. */
  #storedUntilMs: number | undefined;
  /** End of the last minute that was judged. */
  #judgedUntilMs: number;
  /** What is learnt lies before. */
  readonly #openedAtMs: number;
  /** Start of the first minute that was learnt. */
  #learntFromMs: number;

  private constructor(
    deps: WatchDeps,
    entry: GroupToWatch,
    from: { storedUntilMs: number | undefined; judgedUntilMs: number; insights: readonly Insight[] },
  ) {
    this.#deps = deps;
    this.#entry = entry;
    this.#storedUntilMs = from.storedUntilMs;
    this.#judgedUntilMs = from.judgedUntilMs;
    this.#openedAtMs = from.judgedUntilMs;
    this.#learntFromMs = from.judgedUntilMs;
    this.#past = from.insights;
    this.#follower = new InsightFollower({
      detector: this.#detector,
      active: from.insights.filter(({ state }) => state === "ACTIVE"),
      newId: () => deps.environment.ids.uuid(),
    });
  }

  /** Goes on from where the last process stopped. */
  static async open(deps: WatchDeps, entry: GroupToWatch): Promise<GroupWatch> {
    const { settings, environment } = deps;
    const { arn, name } = entry.group;
    const row = await settings.read
      .selectFrom("xray_insight_groups")
      .select("judged_until_ms")
      .where("group_arn", "=", arn)
      .executeTakeFirst();
    const dueMs = lastDueMs(environment.clock.nowMs());
    const earliestMs = dueMs - minutesBackMax * minuteMs;
    if (row !== undefined && row.judged_until_ms < earliestMs)
      deps.reportFailure(
        `insights of the group ${name}`,
        new Error(`${(earliestMs - row.judged_until_ms) / minuteMs} minutes were not looked at: no process ran`),
      );
    const judgedUntilMs = Math.max(row?.judged_until_ms ?? earliestMs, earliestMs);
    const stored = await settings.read
      .selectFrom("xray_insights")
      .select("insight")
      .where("group_arn", "=", arn)
      .where((where) => where.or([where("end_ms", "is", null), where("end_ms", ">", judgedUntilMs - historyMs)]))
      .execute();
    const insights = stored.map(insightOf);
    const watch = new GroupWatch(deps, entry, { storedUntilMs: row?.judged_until_ms, judgedUntilMs, insights });
    await watch.learn(minutesLearntFirst);
    return watch;
  }

  get arn(): string {
    return this.#entry.group.arn;
  }

  get learntMinutes(): number {
    return (this.#judgedUntilMs - this.#learntFromMs) / minuteMs;
  }

  /** Another filter has another history. */
  isOf({ group }: GroupToWatch): boolean {
    return this.#entry.group.filterChangedMs === group.filterChangedMs;
  }

  /** Whether a run would do anything. */
  hasWork(nowMs: number): boolean {
    return this.#judgedUntilMs < lastDueMs(nowMs) || this.#learntFromMs > this.#learnFromMs;
  }

  /** Whether so much time has passed that it is better to begin again. */
  isFarBehind(nowMs: number): boolean {
    return this.#judgedUntilMs < lastDueMs(nowMs) - minutesBackMax * minuteMs;
  }

  get #learnFromMs(): number {
    const { filterExpression, filterChangedMs } = this.#entry.group;
    return Math.max(this.#openedAtMs - historyMs, filterExpression === "" ? 0 : filterChangedMs - minuteMs);
  }

  /** Learns from up to so many minutes before those it knows. @returns how many it read. */
  async learn(minutesMax: number): Promise<number> {
    const untilMs = this.#learntFromMs;
    const fromMs = Math.max(untilMs - minutesMax * minuteMs, this.#learnFromMs);
    if (fromMs >= untilMs) return 0;
    for (const minute of await this.#read(fromMs, untilMs))
      this.#detector.learn(minute, (node) => this.#wasInIncident(node, minute.minuteMs));
    this.#learntFromMs = fromMs;
    return (untilMs - fromMs) / minuteMs;
  }

  /** Judges the minutes that are over and stores what they change, all of it or nothing. @throws LeaseLost */
  async judgeDue(lease: Lease, group: TraceGroup): Promise<void> {
    const dueMs = lastDueMs(this.#deps.environment.clock.nowMs());
    if (this.#judgedUntilMs >= dueMs) return;
    const insights = new Map<string, Insight>();
    const notable: Insight[] = [];
    let nodesLeftOut = 0;
    for (const minute of await this.#read(this.#judgedUntilMs, dueMs)) {
      const changes = this.#follower.step(minute);
      for (const insight of changes.insights) insights.set(insight.insightId, insight);
      notable.push(...changes.notable);
      nodesLeftOut = Math.max(nodesLeftOut, this.#detector.nodesLeftOut);
    }
    this.#judgedUntilMs = dueMs;
    await this.#deps.settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      await this.#noteJudged(tx, group);
      for (const insight of insights.values()) await storeInsight(tx, this.#entry, insight);
      for (const insight of notable) await storeInsightEvent(tx, insight);
      if (group.notificationsEnabled) await this.#notify(tx, notable);
    });
    this.#storedUntilMs = this.#judgedUntilMs;
    if (nodesLeftOut > 0)
      this.#deps.reportFailure(
        `insights of the group ${group.name}`,
        new Error(`${nodesLeftOut} services beyond ${nodesPerGroupMax} were not looked at: narrow the group's filter`),
      );
  }

  async #noteJudged(tx: SettingsTransaction, group: TraceGroup): Promise<void> {
    const row = await tx
      .selectFrom("xray_insight_groups")
      .select("judged_until_ms")
      .where("group_arn", "=", group.arn)
      .executeTakeFirst();
    if (row?.judged_until_ms !== this.#storedUntilMs)
      throw new Error("another process has looked at these minutes; what it found is read again");
    const values = { judged_until_ms: this.#judgedUntilMs };
    const { accountId, region } = this.#entry.scope;
    await tx
      .insertInto("xray_insight_groups")
      .values({ group_arn: group.arn, account_id: accountId, region, group_name: group.name, ...values })
      .onConflict((conflict) => conflict.column("group_arn").doUpdateSet(values))
      .execute();
  }

  /** Where there is no such topic, nobody listens. */
  async #notify(tx: SettingsTransaction, notable: readonly Insight[]): Promise<void> {
    const { environment, topicName } = this.#deps;
    const { scope, group } = this.#entry;
    if (notable.length === 0) return;
    const topic = await tx
      .selectFrom("sns_topics")
      .select("arn")
      .where("arn", "=", `arn:aws:sns:${scope.region}:${scope.accountId}:${topicName}`)
      .executeTakeFirst();
    if (topic === undefined) return;
    const nowMs = environment.clock.nowMs();
    for (const insight of notable) {
      const notificationId = environment.ids.uuid();
      await tx
        .insertInto("xray_insight_notifications")
        .values({
          notification_id: notificationId,
          account_id: scope.accountId,
          region: scope.region,
          group_arn: group.arn,
          topic_arn: topic.arn,
          message: insightNotification(insight, { notificationId, scope, group }),
          created_ms: nowMs,
          attempts: 0,
          retry_ms: nowMs,
        })
        .execute();
    }
  }

  /** Every minute of the range, also those in which nothing ended. */
  async #read(fromMs: number, untilMs: number): Promise<GraphMinute[]> {
    const { scope, group } = this.#entry;
    const found = await this.#deps.index.graphMinutes(scope, {
      fromMs,
      untilMs,
      // The group without a filter holds every trace, also those from before it was told so.
      ...(group.filterExpression !== "" && { groupArn: group.arn }),
    });
    const graphs = new Map(found.map(({ minuteMs: atMs, graph }) => [atMs, graph]));
    const minutes: GraphMinute[] = [];
    for (let atMs = fromMs; atMs < untilMs; atMs += minuteMs)
      minutes.push({ minuteMs: atMs, graph: graphs.get(atMs) ?? { nodes: [], edges: [] } });
    return minutes;
  }

  #wasInIncident(node: NodeId, atMs: number): boolean {
    const key = nodeKey(node);
    return this.#past.some(({ services }) =>
      services.some(
        (service) => nodeKey(service.node) === key && atMs >= service.sinceMs && atMs <= service.lastOutsideMs,
      ),
    );
  }
}

/** End of the last minute that is settled. */
function lastDueMs(nowMs: number): number {
  return Math.floor((nowMs - settledMs) / minuteMs) * minuteMs;
}
