import type { Destinations } from "../audit/destinations.js";
import type { ChannelIngestion } from "../audit/lake/channel-ingestion.js";
import type { Recorder } from "../audit/recorder.js";
import type { SigningKeys } from "../audit/signing-keys.js";
import type { Tree } from "../audit/tree/tree.js";
import type { Config } from "../config.js";
import type { Environment } from "../environment.js";
import type { Certificate } from "../identity/certificate.js";
import type { encryptedTraces } from "../identity/encrypted-traces.js";
import type { KeyUses } from "../identity/key-uses.js";
import { notificationSigning } from "../identity/notification-signing.js";
import { OutboundNetwork } from "../identity/outbound-network.js";
import type { Vault } from "../identity/vault.js";
import { createAggregation } from "../jobs/aggregate-data-events.js";
import { createDelivery } from "../jobs/deliver.js";
import { createNotificationDelivery } from "../jobs/deliver-notifications.js";
import { createDetection } from "../jobs/detect.js";
import { createCallInsights } from "../jobs/detect-call-insights.js";
import { createInsightDetection } from "../jobs/detect-insights.js";
import { createErasing } from "../jobs/erase-traces.js";
import { createEventStreams } from "../jobs/event-streams.js";
import { createRecordFollowing, type RecordFollower } from "../jobs/follow-record.js";
import { createTreeFollower } from "../jobs/follow-tree.js";
import { createTreeGrowth } from "../jobs/grow-tree.js";
import { createImports } from "../jobs/import-logs.js";
import type { TraceIndexing } from "../jobs/index-traces.js";
import { createIngestion } from "../jobs/ingest-events.js";
import { createStoreUpkeep } from "../jobs/keep-stores.js";
import type { OutboxMover } from "../jobs/move-outbox.js";
import { createAlertPublishing } from "../jobs/publish-alerts.js";
import { createCheckpointPublishing } from "../jobs/publish-checkpoints.js";
import { createInsightPublishing } from "../jobs/publish-insights.js";
import { createDashboardRefreshing } from "../jobs/refresh-dashboards.js";
import { createLogRetention } from "../jobs/retain-logs.js";
import { createRetrievals } from "../jobs/retrieve-traces.js";
import { createKeyUpkeep } from "../jobs/rotate-keys.js";
import { createQueryRunning } from "../jobs/run-queries.js";
import { schedule } from "../jobs/schedule.js";
import { createSealing } from "../jobs/seal.js";
import type { Log } from "../log.js";
import type { Facts } from "../storage/facts/open-facts.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { TraceStore } from "../storage/trace-store.js";
import type { RejectionLog } from "../tracing/rejections.js";
import { mailerOf } from "./from-config.js";

/** A moved record is looked for at once after a commit; this catches what a failed move left. */
const outboxRetryMs = 2_000;
/** Part of the second within which a record is found by whatever is made of it. */
const followEveryMs = 200;
/** A new leaf is in the tree within so long, and under a checkpoint soon after. */
const growEveryMs = 1_000;
/** A window of five minutes is closed a minute after its end. */
const aggregationEveryMs = 10_000;
const notificationsEveryMs = 1_000;
const alertsEveryMs = 1_000;
const upkeepEveryMs = 60_000;
const retrievalsEveryMs = 500;
const erasuresEveryMs = 500;
/** A minute of traces is looked at once it is over; this is how soon that, and a group that wants insights, is noticed. */
const insightsEveryMs = 5_000;
const importsEveryMs = 1_000;
const indexSweepEveryMs = 10_000;
const queriesEveryMs = 200;
const dashboardsEveryMs = 5_000;
const certificateEveryMs = 2_000;
const rejectionsEveryMs = 5_000;
const keyUsesEveryMs = 2_000;

/** Jobs that are run at other times, too. */
export const sweepJob = "sweep the index of traces";
export const outboxJob = "move the outbox";

/** What jobs work on. */
interface JobParts {
  readonly config: Config;
  readonly environment: Environment;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly facts: Facts;
  readonly vault: Vault;
  readonly tree: Tree;
  readonly kept: ReturnType<typeof encryptedTraces>;
  /** Of all traces, those that are in no index included. */
  readonly traces: TraceStore;
  readonly indexing: TraceIndexing;
  /** False where no index of traces is kept. */
  readonly isIndexed: boolean;
  readonly recorder: Recorder;
  readonly outbox: OutboxMover;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly keyUses: KeyUses;
  readonly channelIngestion: ChannelIngestion;
  readonly rejections: RejectionLog;
  readonly certificate: Certificate | undefined;
}

/** Makes all that runs by itself; nothing runs before `start`. */
export async function composeJobs(parts: JobParts) {
  const { config, environment, log, settings, facts, vault, tree, kept, traces, indexing, isIndexed } = parts;
  const { recorder, outbox, destinations, signingKeys, keyUses, channelIngestion, rejections, certificate } = parts;
  const { clock } = environment;
  const { events, index, logEvents } = facts;

  const streams = createEventStreams({ settings, events, environment, claimOutboxes: outbox.claim });
  // The embedded engine opens for one process, so whoever held a lease before is gone.
  if (config.clickhouseUrl === undefined) await streams.takeOver();
  // Before the first call: should this process be killed, its records are found through the register of streams.
  await streams.announce();
  const trails = { settings, events, destinations, environment, reportFailure: log.failure };
  const delivery = createDelivery({ ...trails, streams });
  const sealing = createSealing({ ...trails, signingKeys, digestSeconds: config.digestSeconds });
  const aggregation = createAggregation({ settings, environment, recorder });
  const { eventRetentionDays } = config;
  const detection = createDetection({ settings, environment, eventRetentionDays, reportFailure: log.failure });
  const followers: readonly RecordFollower[] = [
    createTreeFollower(),
    aggregation.follower,
    detection.follower,
    createIngestion({ settings, lake: facts.lake }),
  ];
  const following = createRecordFollowing({
    settings,
    events,
    environment,
    followers,
    holder: streams.holder,
    reportFailure: log.failure,
  });
  const checkpointPublishing = createCheckpointPublishing({
    ...trails,
    tree,
    holder: streams.holder,
    digestSeconds: config.digestSeconds,
  });
  const growth = createTreeGrowth({
    settings,
    tree,
    environment,
    checkpointSeconds: config.checkpointSeconds,
    reportFailure: log.failure,
  });
  const imports = createImports({
    settings,
    lake: facts.lake,
    destinations,
    environment,
    holder: streams.holder,
    reportFailure: log.failure,
  });
  const mailer = await mailerOf(config);
  const notifications = createNotificationDelivery({
    settings,
    vault,
    network: new OutboundNetwork(config.notificationNetworks ?? []),
    signer: notificationSigning({ settings, vault, environment }),
    ...(mailer && { mailer }),
    onFailure: (failed) => log("a notification was not delivered", { ...failed }),
  });
  const logRetention = createLogRetention({ settings, logEvents });
  const watching = { settings, environment, holder: streams.holder, reportFailure: log.failure };
  const insights = createInsightDetection({ ...watching, index, topicName: config.insightTopic });
  const callInsights = createCallInsights({ ...watching, rates: facts.callRates, recorder });
  const insightPublishing = createInsightPublishing({ ...watching, destinations });
  const alertPublishing = createAlertPublishing({ ...watching, destinations });
  const erasing = createErasing({
    traces: kept.traces,
    index,
    eraser: kept.eraser,
    settings,
    vault,
    recorder,
    rejections,
    environment,
    traceRetentionDays: config.traceRetentionDays,
    shared: config.clickhouseUrl !== undefined,
    reportFailure: log.failure,
  });
  const retrievals = createRetrievals({ traces, settings, environment, reportFailure: log.failure });
  const storeUpkeep = createStoreUpkeep({ settings, lake: facts.lake });
  const queries = createQueryRunning({
    ...{ settings, destinations, signingKeys, environment },
    lakeQueries: facts.lakeQueries,
    holder: streams.holder,
    reportFailure: log.failure,
  });
  if (config.clickhouseUrl === undefined) await queries.takeOver();
  const dashboards = createDashboardRefreshing({ settings, destinations, environment, reportFailure: log.failure });
  const keyUpkeep = createKeyUpkeep({ settings, vault, environment });
  const jobs = schedule(
    [
      { name: outboxJob, everyMs: outboxRetryMs, run: () => outbox.run() },
      { name: "follow the record", everyMs: followEveryMs, run: () => following.run() },
      { name: "grow the tree of records", everyMs: growEveryMs, run: () => growth.run() },
      { name: "close windows of aggregation", everyMs: aggregationEveryMs, run: () => aggregation.run() },
      ...(config.checkpointsInBuckets === "on"
        ? [
            {
              name: "publish checkpoints",
              everyMs: Math.min(config.digestSeconds, 60) * 1000,
              run: () => checkpointPublishing.run(),
            },
          ]
        : []),
      { name: "deliver trails", everyMs: config.deliverySeconds * 1000, run: () => delivery.run() },
      { name: "seal digests", everyMs: Math.min(config.digestSeconds, 60) * 1000, run: () => sealing.run() },
      {
        name: "deliver notifications",
        everyMs: notificationsEveryMs,
        run: async () => void (await notifications.run(clock.nowMs())),
      },
      { name: "retain logs", everyMs: upkeepEveryMs, run: async () => void (await logRetention.run(clock.nowMs())) },
      ...(!isIndexed ? [] : [{ name: sweepJob, everyMs: indexSweepEveryMs, run: () => indexing.sweep() }]),
      { name: "store rejections", everyMs: rejectionsEveryMs, run: () => rejections.flush(clock.nowMs()) },
      { name: "store uses of keys", everyMs: keyUsesEveryMs, run: () => keyUses.flush() },
      { name: "import logs", everyMs: importsEveryMs, run: () => imports.run() },
      { name: "store the state of channels", everyMs: rejectionsEveryMs, run: () => channelIngestion.flush() },
      { name: "detect insights", everyMs: insightsEveryMs, run: () => insights.run() },
      { name: "publish alerts", everyMs: alertsEveryMs, run: () => alertPublishing.run() },
      { name: "tidy detection", everyMs: upkeepEveryMs, run: () => detection.tidy() },
      { name: "detect call insights", everyMs: insightsEveryMs, run: () => callInsights.run() },
      { name: "publish insights", everyMs: insightsEveryMs, run: () => insightPublishing.run() },
      { name: "retrieve traces", everyMs: retrievalsEveryMs, run: () => retrievals.run() },
      { name: "erase traces", everyMs: erasuresEveryMs, run: () => erasing.run() },
      { name: "tidy erasures", everyMs: erasuresEveryMs, run: () => erasing.tidy() },
      { name: "forget retrievals", everyMs: upkeepEveryMs, run: () => retrievals.forget() },
      { name: "keep event data stores", everyMs: upkeepEveryMs, run: () => storeUpkeep.run(clock.nowMs()) },
      { name: "run queries", everyMs: queriesEveryMs, run: () => queries.run() },
      { name: "refresh dashboards", everyMs: dashboardsEveryMs, run: () => dashboards.run() },
      { name: "forget queries", everyMs: upkeepEveryMs, run: () => queries.forget() },
      ...(certificate
        ? [{ name: "renew the certificate", everyMs: certificateEveryMs, run: () => certificate.reload() }]
        : []),
      { name: "rotate keys", everyMs: upkeepEveryMs, run: async () => void (await keyUpkeep.run(clock.nowMs())) },
    ],
    log.failure,
  );
  return {
    start: () => jobs.start(),
    runNow: (name: typeof outboxJob | typeof sweepJob) => jobs.runNow(name),

    /** Ends them, with what was begun. */
    async close(): Promise<void> {
      imports.close();
      await Promise.all([indexing.close(), jobs.close()]);
      await queries.close();
      // What was recorded with a change in the last moments, and the leases: the next process need not wait for them.
      await outbox.run();
      await streams.release();
      mailer?.close();
    },
  };
}
