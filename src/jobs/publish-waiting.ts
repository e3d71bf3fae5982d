import type { Destinations, TrailIdentity } from "../audit/destinations.js";
import type { Environment } from "../environment.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { takeLease } from "./lease.js";
import { retryTime } from "./trail-status.js";

/** Longer than one publishing takes; several renew it. */
const leaseMs = 120_000;
/** Published in one run. */
const batchMax = 100;
/** What could not be published for a day tells nobody anything new. */
const ageMaxMs = 24 * 60 * 60_000;

export interface PublishingDeps {
  readonly settings: SettingsStore;
  readonly destinations: Pick<Destinations, "publish">;
  readonly environment: Environment;
  readonly holder: string;
  readonly reportFailure: ReportFailure;
}

/** A message that waits to be published. */
interface Waiting {
  readonly id: string;
  readonly sender: TrailIdentity;
  /** For our own log: `an insight of …`. */
  readonly what: string;
  readonly topicArn: string;
  readonly message: string;
  readonly subject?: string;
  readonly createdMs: number;
  readonly attempts: number;
}

/** A table of messages. */
interface Outbox {
  readonly leaseName: string;
  /** The oldest of those that may be tried now. */
  due(nowMs: number, limit: number): Promise<readonly Waiting[]>;
  postpone(
    tx: SettingsTransaction,
    id: string,
    to: { readonly attempts: number; readonly retry_ms: number },
  ): Promise<unknown>;
  forget(tx: SettingsTransaction, id: string): Promise<unknown>;
}

/**
 * Publishes what waits in a table to its topics, by calls of SNS that are authorised and recorded like any other. A crash
 * between publishing and forgetting publishes once more: SNS itself delivers at least once.
 */
export function createPublishing(deps: PublishingDeps, outbox: Outbox) {
  const { settings, destinations, holder } = deps;
  const { clock } = deps.environment;

  return {
    async run(): Promise<void> {
      for (const waiting of await outbox.due(clock.nowMs(), batchMax)) {
        const lease = await settings.transact((tx) => takeLease(tx, outbox.leaseName, holder, clock.nowMs(), leaseMs));
        if (lease === undefined) return;
        const { id, sender, topicArn, message, subject } = waiting;
        const failure = await destinations.publish(sender, topicArn, message, subject).then(
          () => undefined,
          (reason: unknown) => ({ reason }),
        );
        if (failure) deps.reportFailure(`${waiting.what} to ${topicArn}`, failure.reason);
        const nowMs = clock.nowMs();
        const attempts = waiting.attempts + 1;
        const again = failure !== undefined && waiting.createdMs > nowMs - ageMaxMs;
        await settings.transact(async (tx) => {
          if (again) await outbox.postpone(tx, id, { attempts, retry_ms: retryTime(nowMs, attempts) });
          else await outbox.forget(tx, id);
        });
      }
    },
  };
}
