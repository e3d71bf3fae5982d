import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createDestinations } from "./audit/destinations.js";
import { ChannelIngestion } from "./audit/lake/channel-ingestion.js";
import { createRecorder, type Recorder } from "./audit/recorder.js";
import { createSigningKeys } from "./audit/signing-keys.js";
import { openTree } from "./audit/tree/tree.js";
import { type Config, ConfigError } from "./config.js";
import { consoleFiles } from "./console-files.js";
import { type Environment, systemEnvironment } from "./environment.js";
import { createGateway } from "./gateway/gateway.js";
import { startHttpServer } from "./gateway/http-server.js";
import { type Certificate, openCertificate } from "./identity/certificate.js";
import { daemonCaller, ensureDaemonRole } from "./identity/daemon-role.js";
import { encryptedTraces } from "./identity/encrypted-traces.js";
import { ensureRoot } from "./identity/ensure-root.js";
import { type ExternalKms, externalKms } from "./identity/external-kms.js";
import { certificateAt, notificationSigning } from "./identity/notification-signing.js";
import { openIdentity } from "./identity/open-identity.js";
import { openRootedVault } from "./identity/open-rooted-vault.js";
import { OutboundNetwork } from "./identity/outbound-network.js";
import { sealEarlierSubscriptions } from "./identity/sealed-subscriptions.js";
import { openStoreVault } from "./identity/store-vault.js";
import { createAggregation } from "./jobs/aggregate-data-events.js";
import { createDelivery } from "./jobs/deliver.js";
import { createNotificationDelivery } from "./jobs/deliver-notifications.js";
import { createDetection } from "./jobs/detect.js";
import { createCallInsights } from "./jobs/detect-call-insights.js";
import { createInsightDetection } from "./jobs/detect-insights.js";
import { createErasing } from "./jobs/erase-traces.js";
import { createEventStreams } from "./jobs/event-streams.js";
import { createRecordFollowing, type RecordFollower } from "./jobs/follow-record.js";
import { createTreeFollower } from "./jobs/follow-tree.js";
import { createTreeGrowth } from "./jobs/grow-tree.js";
import { createImports } from "./jobs/import-logs.js";
import { createTraceIndexing } from "./jobs/index-traces.js";
import { loopLoad } from "./jobs/indexing/loop-load.js";
import { makeInThread } from "./jobs/indexing/make-in-thread.js";
import { makeHere, type TraceMaker } from "./jobs/indexing/trace-maker.js";
import { createIngestion } from "./jobs/ingest-events.js";
import { createStoreUpkeep } from "./jobs/keep-stores.js";
import { createOutboxMover } from "./jobs/move-outbox.js";
import { createAlertPublishing } from "./jobs/publish-alerts.js";
import { createCheckpointPublishing } from "./jobs/publish-checkpoints.js";
import { createInsightPublishing } from "./jobs/publish-insights.js";
import { createDashboardRefreshing } from "./jobs/refresh-dashboards.js";
import { createLogRetention } from "./jobs/retain-logs.js";
import { createRetrievals } from "./jobs/retrieve-traces.js";
import { createKeyUpkeep } from "./jobs/rotate-keys.js";
import { createQueryRunning } from "./jobs/run-queries.js";
import { schedule } from "./jobs/schedule.js";
import { createSealing } from "./jobs/seal.js";
import type { Mailer } from "./jobs/send-mail.js";
import { createLog, type Log } from "./log.js";
import { certificatePage, operatorPages } from "./operator-pages.js";
import { programFolder } from "./program-folder.js";
import { startDaemon } from "./receivers/daemon.js";
import { startOtlpGrpcDoor } from "./receivers/otlp/grpc-door.js";
import { otlpHttpDoor } from "./receivers/otlp/http-door.js";
import { isLoopback } from "./receivers/otlp/senders.js";
import type { Serve, Vouched } from "./receivers/vouched-call.js";
import { cloudtrailService } from "./services/cloudtrail/service.js";
import { cloudtrailDataService } from "./services/cloudtrail-data/service.js";
import { iamService } from "./services/iam/service.js";
import { kmsService } from "./services/kms/service.js";
import { knownServices } from "./services/known-actions.js";
import { logsService } from "./services/logs/service.js";
import type { Service } from "./services/operation.js";
import { s3Elsewhere } from "./services/s3/elsewhere.js";
import { s3Service } from "./services/s3/service.js";
import { signinService } from "./services/signin/service.js";
import { snsService } from "./services/sns/service.js";
import { stsService } from "./services/sts/service.js";
import { xrayService } from "./services/xray/service.js";
import { withSpanLog } from "./services/xray/settings/span-log.js";
import type { EventStore } from "./storage/event-store.js";
import { readingOf } from "./storage/facts/decode-reading.js";
import { encodeTraces } from "./storage/facts/encode-traces.js";
import { openFacts } from "./storage/facts/open-facts.js";
import { lakeQueryLimits } from "./storage/facts/stored-lake-queries.js";
import { openFolderObjectStore } from "./storage/objects/folder-object-store.js";
import { openSettings } from "./storage/settings/open-settings.js";
import { RejectionLog } from "./tracing/rejections.js";
import { settingsScopeOf } from "./tracing/trace-periods.js";

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
const sweepJob = "sweep the index of traces";
const certificateEveryMs = 2_000;
const rejectionsEveryMs = 5_000;
const keyUsesEveryMs = 2_000;

/** A running service. */
export interface RunningService {
  readonly endpoint: string;
  readonly consoleUrl?: string;
  /** `host:port` of the X-Ray daemon protocol, unless it is off. */
  readonly daemonAddress?: string;
  /** URLs of the doors of OpenTelemetry, unless they are off. */
  readonly otlpHttp?: string;
  readonly otlpGrpc?: string;
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly createdNow: boolean };
  readonly log: Log;
  /** Stops listening, finishes what was begun, stores what was accepted, and closes the stores. */
  close(): Promise<void>;
}

/**
 * The one place that knows every implementation: opens the stores, makes the services from them, and opens the doors
 * last, when everything behind them works.
 *
 * @param parts for benchmarks and simulations only: another clock, a recorder to compare with, or no index of traces.
 */
export async function compose(
  config: Config,
  parts: {
    readonly environment?: Environment;
    readonly recorder?: (events: EventStore) => Recorder;
    readonly log?: Log;
    readonly indexed?: false;
  } = {},
): Promise<RunningService> {
  const { environment = systemEnvironment, log = createLog(environment.clock) } = parts;
  const { clock } = environment;
  const dataFolder = path.resolve(config.data);
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const close = async () => {
    // In the reverse order of opening: doors, jobs, stores.
    for (const step of closing.splice(0).reverse()) await step();
  };

  try {
    const certificate = await certificateOf(config);
    const settings = await openSettings({
      dataFolder,
      environment,
      ...(config.postgresUrl !== undefined && { postgresUrl: config.postgresUrl }),
    });
    closing.push(() => settings.close());
    const vault = await openRootedVault({
      settings,
      dataFolder,
      environment,
      masterKey: config.masterKey,
      masterKeyFile: config.masterKeyFile,
      former: config.formerMasterKey,
      kms: kmsElsewhere(config),
      onResealed: (texts) => log("secrets were sealed anew under another master key", { texts }),
    });
    const facts = await openFacts({
      dataFolder,
      environment,
      retention: config,
      limits: { lakeQueries: { ...lakeQueryLimits, seconds: config.lakeQuerySecondsMax } },
      ...(config.clickhouseUrl !== undefined && { clickhouseUrl: config.clickhouseUrl }),
    });
    closing.push(() => facts.close());
    const objects = await openFolderObjectStore({ folder: path.join(dataFolder, "objects"), environment });
    closing.push(() => objects.close());

    const objectVault = await openStoreVault("objects", { settings, vault, environment });
    await sealEarlierSubscriptions(settings, vault);
    const root = await ensureRoot({ config: { ...config, data: dataFolder }, settings, vault, environment });
    const daemonRole = await ensureDaemonRole({ settings, environment, accountId: config.account });
    const identity = openIdentity({ settings, vault, environment, issuerOrigins: config.issuerOrigins });

    const { events, index, logEvents, metrics } = facts;
    const outbox = createOutboxMover({ settings, events });
    const recorder = (parts.recorder ?? createRecorder)(events);
    let endpoint = "";
    const destinations = createDestinations({
      endpoint: () => endpoint,
      ...(config.s3Endpoint !== undefined && { objects: objectsElsewhere(config.s3Endpoint, config) }),
      ...(certificate && { agent: certificate.ownAgent }),
      credentials: identity.serviceCredentials,
      nowMs: () => clock.nowMs(),
    });
    closing.push(() => destinations.close());
    const s3 = s3Service({ settings, objects, vault, objectVault, recorder, environment });
    const signingKeys = createSigningKeys({ settings, vault });
    const tree = await openTree({ settings, store: facts.tree, vault, environment });

    const kept = encryptedTraces(facts, { settings, vault, environment, settingsScopeOf });
    const indexing = createTraceIndexing({
      source: kept.source,
      index,
      settings,
      environment,
      maker: traceMaker(log),
      isSaturated: loopLoad(),
      traceRetentionDays: config.traceRetentionDays,
      shared: config.clickhouseUrl !== undefined,
      log,
      reportFailure: log.failure,
    });
    const indexed = parts.indexed === false ? kept.traces : indexing.noting(kept.traces);
    const traces = withSpanLog({ indexed, others: kept.traces }, { settings, logEvents, environment });
    const channelIngestion = new ChannelIngestion(settings);
    closing.push(() => channelIngestion.flush());
    const rejections = new RejectionLog(settings);
    closing.push(() => rejections.flush(clock.nowMs()));
    const services: Service[] = [
      xrayService({ traces, index, exposure: facts.exposure, settings, environment, rejections, vault }),
      cloudtrailService({
        settings,
        callRates: facts.callRates,
        events,
        lakeQueries: facts.lakeQueries,
        authorizer: identity.authorizer,
        destinations,
        signingKeys,
        channelIngestion,
        tree,
        installation: installationOf(config, dataFolder),
        environment,
      }),
      cloudtrailDataService({ settings, lake: facts.lake, channelIngestion, environment }),
      logsService({ settings, logEvents, metrics, environment }),
      config.s3Endpoint === undefined ? s3 : s3Elsewhere(s3, config.s3Endpoint),
      iamService({
        settings,
        vault,
        people: identity.people,
        environment,
        issuerOrigins: config.issuerOrigins,
        homeAccountId: config.account,
        accessHistory: facts.accessHistory,
        knownServices: () => knownServices(services),
      }),
      stsService({ ...identity, settings }),
      signinService({ ...identity, settings }),
      kmsService({ settings, vault, environment }),
      snsService({ settings, vault, environment, mailOffered: config.smtpUrl !== undefined }),
    ];
    const gateway = createGateway({
      services,
      credentials: identity.credentials,
      keyUses: identity.keyUses,
      authorizer: identity.authorizer,
      settings,
      recorder,
      environment,
      home: { accountId: config.account, region: config.region },
      limits: config,
      ...(config.regions !== undefined && { regions: config.regions }),
      log: log.failure,
    });
    closing.push(() => gateway.close());
    closing.push(() => identity.keyUses.flush());

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
    if (mailer) closing.push(() => mailer.close());
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
        { name: "move the outbox", everyMs: outboxRetryMs, run: () => outbox.run() },
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
        ...(parts.indexed === false
          ? []
          : [{ name: sweepJob, everyMs: indexSweepEveryMs, run: () => indexing.sweep() }]),
        { name: "store rejections", everyMs: rejectionsEveryMs, run: () => rejections.flush(clock.nowMs()) },
        { name: "store uses of keys", everyMs: keyUsesEveryMs, run: () => identity.keyUses.flush() },
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
    closing.push(async () => {
      imports.close();
      await Promise.all([indexing.close(), jobs.close()]);
      await queries.close();
      // What was recorded with a change in the last moments, and the leases: the next process need not wait for them.
      await outbox.run();
      await streams.release();
    });
    settings.onCommit(() => void jobs.runNow("move the outbox"));

    const doors: { daemonAddress?: string; otlpHttp?: string; otlpGrpc?: string } = {};
    const files = consoleFiles(environment.ids, {
      region: config.region,
      accountId: config.account,
      doors: () => doors,
    });
    const server = await startHttpServer({
      host: config.host,
      port: config.port,
      connectionsMax: config.connectionsMax,
      serve: gateway.serve,
      pages: operatorPages({
        facts,
        outbox,
        indexing,
        rejections,
        daemon: () => daemon?.stats(),
      }),
      files: (rawPath, ...more) =>
        rawPath.endsWith(".pem") ? certificatePage(certificateAt(settings, rawPath)) : files?.(rawPath, ...more),
      certificate,
      log: log.failure,
    });
    closing.push(() => server.close());
    endpoint = `${scheme(certificate)}://${urlHost(server.host)}:${server.port}`;
    const daemon =
      config.daemonPort === undefined
        ? undefined
        : await startDaemon({
            host: config.host,
            port: config.daemonPort,
            vouched: { caller: daemonCaller(daemonRole, "xray-daemon"), region: config.region },
            serve: gateway.serve,
            environment,
            certificate,
          });
    if (daemon) {
      closing.push(() => daemon.close());
      doors.daemonAddress = daemon.address;
    }
    const otlp = await startOtlp(config, {
      serve: gateway.serve,
      vouched: { caller: daemonCaller(daemonRole, "otlp"), region: config.region },
      log: log.failure,
      closing,
      certificate,
    });
    Object.assign(doors, otlp);
    jobs.start();
    void jobs.runNow(sweepJob);
    const consoleUrl = files && `${endpoint}/console/`;
    return {
      endpoint,
      ...(consoleUrl && { consoleUrl }),
      ...doors,
      root,
      log,
      close,
    };
  } catch (problem) {
    await close();
    throw problem;
  }
}

/** @throws ConfigError where only a part of the settings is there. */
function kmsElsewhere(config: Config): ExternalKms | undefined {
  const { masterKeyKmsUrl: url, masterKeyKmsKey: keyArn } = config;
  const { masterKeyKmsAccessKeyId: accessKeyId, masterKeyKmsSecretAccessKey: secretAccessKey } = config;
  const given = [url, keyArn, accessKeyId, secretAccessKey].filter((each) => each !== undefined).length;
  if (given === 0) return undefined;
  if (url === undefined || keyArn === undefined || accessKeyId === undefined || secretAccessKey === undefined)
    throw new ConfigError(
      "DOSIMETER_MASTER_KEY_KMS_URL, _KEY, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY must be given together",
    );
  return externalKms({ url, keyArn, accessKeyId, secretAccessKey });
}

function installationOf(config: Config, dataFolder: string) {
  const { masterKey, masterKeyFile, masterKeyKmsUrl } = config;
  return {
    isReachable: !isLoopback(config.host) && config.host !== "localhost",
    speaksTls: config.tlsCertificate !== undefined,
    masterKeyIsBesideData:
      masterKey === undefined &&
      masterKeyKmsUrl === undefined &&
      (masterKeyFile === undefined || !path.relative(dataFolder, masterKeyFile).startsWith("..")),
  };
}

/** @throws ConfigError for one without a key, and for files that cannot be used. */
async function certificateOf({ tlsCertificate, tlsKey }: Config): Promise<Certificate | undefined> {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined)
    throw new ConfigError("DOSIMETER_TLS_CERTIFICATE and DOSIMETER_TLS_KEY must be given together");
  return openCertificate({ certificate: tlsCertificate, key: tlsKey }).catch((problem: Error) => {
    throw new ConfigError(`DOSIMETER_TLS_CERTIFICATE and DOSIMETER_TLS_KEY: ${problem.message}`);
  });
}

function scheme(certificate: Certificate | undefined): "http" | "https" {
  return certificate === undefined ? "http" : "https";
}

/** @throws ConfigError for a relay without a sender. */
async function mailerOf({ smtpUrl: url, smtpFrom: from }: Config): Promise<Mailer | undefined> {
  if (url === undefined) return undefined;
  if (from === undefined) throw new ConfigError("DOSIMETER_SMTP_FROM must be set with DOSIMETER_SMTP_URL");
  const { createMailer } = await import("./jobs/send-mail.js");
  return createMailer({ url, from });
}

/** The doors of OpenTelemetry, as far as they are not off. */
async function startOtlp(
  config: Config,
  parts: {
    readonly serve: Serve;
    readonly vouched: Vouched;
    readonly log: Log["failure"];
    readonly closing: (() => Promise<unknown> | unknown)[];
    readonly certificate: Certificate | undefined;
  },
): Promise<Pick<RunningService, "otlpHttp" | "otlpGrpc">> {
  const { host, otlpHttpPort, otlpGrpcPort, otlpWithoutCredentials: withoutCredentials } = config;
  const { serve, vouched, log, closing, certificate } = parts;
  const started: { otlpHttp?: string; otlpGrpc?: string } = {};
  if (otlpHttpPort !== undefined) {
    const door = await startHttpServer({
      host,
      port: otlpHttpPort,
      connectionsMax: config.connectionsMax,
      serve: otlpHttpDoor({ serve, vouched, withoutCredentials }),
      certificate,
      log,
    });
    closing.push(() => door.close());
    started.otlpHttp = `${scheme(certificate)}://${urlHost(door.host)}:${door.port}`;
  }
  if (otlpGrpcPort !== undefined) {
    const { bodyBytesMax } = config;
    const door = await startOtlpGrpcDoor({
      host,
      port: otlpGrpcPort,
      bodyBytesMax,
      serve,
      vouched,
      withoutCredentials,
      certificate,
    });
    closing.push(() => door.close());
    started.otlpGrpc = `${scheme(certificate)}://${urlHost(host)}:${door.port}`;
  }
  return started;
}

/** In a thread of its own; in this one where the program is not compiled, which is in tests alone. */
function traceMaker(log: Log): TraceMaker {
  if (import.meta.url.endsWith(".ts")) return makeHere({ readingOf, encodeTraces });
  const program = path.join(programFolder, "indexing-thread.js");
  return makeInThread(program, (reason) => log.failure("the thread that makes the index of traces was lost", reason));
}

function objectsElsewhere(endpoint: string, { s3AccessKeyId, s3SecretAccessKey }: Config) {
  if ((s3AccessKeyId === undefined) !== (s3SecretAccessKey === undefined))
    throw new ConfigError("DOSIMETER_S3_ACCESS_KEY_ID and DOSIMETER_S3_SECRET_ACCESS_KEY must be given together");
  const key =
    s3AccessKeyId !== undefined && s3SecretAccessKey !== undefined
      ? { accessKeyId: s3AccessKeyId, secretAccessKey: s3SecretAccessKey }
      : undefined;
  return { endpoint, ...(key && { key }) };
}

/** An address to connect to: one that listens everywhere is reached here. */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
