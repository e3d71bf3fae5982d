import type { Environment } from "../environment.js";
import { type DaemonCounters, noCounts } from "./daemon-counters.js";
import { type Serve, type Vouched, vouchedCall } from "./vouched-call.js";

/** The daemon's own numbers: a record a minute, 30 kept while sending fails, 10 a call. */
const periodMs = 60_000;
const recordsKeptMax = 30;
const recordsPerCallMax = 10;

/** Tells once a minute, through PutTelemetryRecords, what became of the segments; nothing before the first of them. */
export class DaemonTelemetry {
  readonly #options: TelemetryOptions;
  readonly #records: object[] = [];
  #told: DaemonCounters = noCounts();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: TelemetryOptions) {
    this.#options = options;
  }

  /** Called with the first datagram. */
  start(): void {
    this.#timer ??= setInterval(() => void this.report(), periodMs).unref();
  }

  /** Sends a record of what happened since the last one. Never rejects: unsent records wait for the next time. */
  report(): Promise<void> {
    this.#records.push(this.#record());
    if (this.#records.length > recordsKeptMax) this.#records.shift();
    this.#sending = this.#sending.then(() => this.#send());
    return this.#sending;
  }

  async stop(): Promise<void> {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    await this.report();
  }

  async #send(): Promise<void> {
    const { serve, vouched, environment, address, hostname } = this.#options;
    while (this.#records.length > 0) {
      const records = this.#records.slice(0, recordsPerCallMax);
      const body = JSON.stringify({
        TelemetryRecords: records,
        EC2InstanceId: "",
        Hostname: hostname,
        ResourceARN: "",
      });
      try {
        const request = vouchedCall("/TelemetryRecords", body, vouched, address, environment.clock.nowMs());
        if ((await serve(request)).status !== 200) return;
      } catch {
        return;
      }
      this.#records.splice(0, records.length);
    }
  }

  #record(): object {
    const { counters, environment } = this.#options;
    const since = noCounts();
    for (const name of Object.keys(since) as (keyof DaemonCounters)[]) since[name] = counters[name] - this.#told[name];
    this.#told = { ...counters };
    return {
      Timestamp: Math.floor(environment.clock.nowMs() / 1000),
      SegmentsReceivedCount: since.received,
      SegmentsSentCount: since.sent,
      // Lost is lost, whether the queue was full or the upload failed for good.
      SegmentsSpilloverCount: since.spilled + since.failed,
      SegmentsRejectedCount: since.malformed + since.unprocessed,
      BackendConnectionErrors: {
        TimeoutCount: 0,
        ConnectionRefusedCount: 0,
        HTTPCode4XXCount: since.clientErrors,
        HTTPCode5XXCount: since.serverErrors,
        UnknownHostCount: 0,
        OtherCount: since.otherErrors,
      },
    };
  }
}

interface TelemetryOptions {
  readonly serve: Serve;
  readonly vouched: Vouched;
  readonly environment: Environment;
  readonly counters: DaemonCounters;
  readonly address: string;
  readonly hostname: string;
}
