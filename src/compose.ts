import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createDestinations } from "./audit/destinations.js";
import { ChannelIngestion } from "./audit/lake/channel-ingestion.js";
import { createRecorder, type Recorder } from "./audit/recorder.js";
import { createSigningKeys } from "./audit/signing-keys.js";
import { openTree } from "./audit/tree/tree.js";
import { certificateOf, installationOf, kmsElsewhere, objectsElsewhere } from "./composing/from-config.js";
import { composeJobs, outboxJob, sweepJob } from "./composing/jobs.js";
import { openReceivers, type ReceiverAddresses, type Receivers, scheme, urlHost } from "./composing/receivers.js";
import type { Config } from "./config.js";
import { consoleFiles } from "./console-files.js";
import { type Environment, systemEnvironment } from "./environment.js";
import { createGateway } from "./gateway/gateway.js";
import { startHttpServer } from "./gateway/http-server.js";
import { ensureDaemonRole } from "./identity/daemon-role.js";
import { encryptedTraces } from "./identity/encrypted-traces.js";
import { ensureRoot } from "./identity/ensure-root.js";
import { certificateAt } from "./identity/notification-signing.js";
import { openIdentity } from "./identity/open-identity.js";
import { openRootedVault } from "./identity/open-rooted-vault.js";
import { sealEarlierSubscriptions } from "./identity/sealed-subscriptions.js";
import { openStoreVault } from "./identity/store-vault.js";
import { createTraceIndexing } from "./jobs/index-traces.js";
import { loopLoad } from "./jobs/indexing/loop-load.js";
import { makeInThread } from "./jobs/indexing/make-in-thread.js";
import { makeHere, type TraceMaker } from "./jobs/indexing/trace-maker.js";
import { createOutboxMover } from "./jobs/move-outbox.js";
import { createLog, type Log } from "./log.js";
import { certificatePage, operatorPages } from "./operator-pages.js";
import { programFolder } from "./program-folder.js";
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

/** A running service. */
export interface RunningService extends ReceiverAddresses {
  readonly endpoint: string;
  readonly consoleUrl?: string;
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

    const jobs = await composeJobs({
      ...{ config, environment, log, settings, facts, vault, tree, kept, traces, indexing, recorder },
      ...{ outbox, destinations, signingKeys, channelIngestion, rejections, certificate },
      keyUses: identity.keyUses,
      isIndexed: parts.indexed !== false,
    });
    closing.push(() => jobs.close());
    settings.onCommit(() => void jobs.runNow(outboxJob));

    let receivers: Receivers = { addresses: {} };
    const files = consoleFiles(environment.ids, {
      region: config.region,
      accountId: config.account,
      doors: () => receivers.addresses,
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
        daemon: () => receivers.daemon?.stats(),
      }),
      files: (rawPath, ...more) =>
        rawPath.endsWith(".pem") ? certificatePage(certificateAt(settings, rawPath)) : files?.(rawPath, ...more),
      certificate,
      log: log.failure,
    });
    closing.push(() => server.close());
    endpoint = `${scheme(certificate)}://${urlHost(server.host)}:${server.port}`;
    receivers = await openReceivers(config, {
      ...{ environment, daemonRole, certificate, closing },
      serve: gateway.serve,
      log: log.failure,
    });
    jobs.start();
    void jobs.runNow(sweepJob);
    const consoleUrl = files && `${endpoint}/console/`;
    return {
      endpoint,
      ...(consoleUrl && { consoleUrl }),
      ...receivers.addresses,
      root,
      log,
      close,
    };
  } catch (problem) {
    await close();
    throw problem;
  }
}

/** In a thread of its own; in this one where the program is not compiled, which is in tests alone. */
function traceMaker(log: Log): TraceMaker {
  if (import.meta.url.endsWith(".ts")) return makeHere({ readingOf, encodeTraces });
  const program = path.join(programFolder, "indexing-thread.js");
  return makeInThread(program, (reason) => log.failure("the thread that makes the index of traces was lost", reason));
}
