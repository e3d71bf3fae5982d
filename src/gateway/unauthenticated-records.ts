import { management } from "../audit/event.js";
import { eventOf } from "../audit/record.js";
import type { Recorder } from "../audit/recorder.js";
import type { Environment } from "../environment.js";

const minuteMs = 60_000;

/**
 * Bounds what strangers can write. So many calls of a minute that failed authentication are recorded one by one; the
 * rest is counted, and the count is a record of its own when the minute is over. Nothing is dropped in silence.
 */
export class UnauthenticatedRecords {
  readonly #perMinuteMax: number;
  readonly #home: { readonly accountId: string; readonly region: string };
  readonly #recorder: Recorder;
  readonly #environment: Environment;
  readonly #log: (message: string, cause: unknown) => void;
  #minuteStartedMs = 0;
  #recorded = 0;
  #counted: { count: number; fromMs: number; untilMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    perMinuteMax: number;
    home: { readonly accountId: string; readonly region: string };
    recorder: Recorder;
    environment: Environment;
    log: (message: string, cause: unknown) => void;
  }) {
    this.#perMinuteMax = options.perMinuteMax;
    this.#home = options.home;
    this.#recorder = options.recorder;
    this.#environment = options.environment;
    this.#log = options.log;
  }

  /** True if the call is to have a record of its own; otherwise it has been counted. */
  admit(): boolean {
    const now = this.#environment.clock.nowMs();
    if (now - this.#minuteStartedMs >= minuteMs || now < this.#minuteStartedMs) {
      this.#minuteStartedMs = now;
      this.#recorded = 0;
    }
    if (this.#recorded < this.#perMinuteMax) {
      this.#recorded++;
      return true;
    }
    this.#count(1, now, now);
    return false;
  }

  /** Writes the count, if there is any. Rejects if that failed; the count is kept then. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counted = this.#counted;
    if (counted === undefined) return;
    this.#counted = undefined;
    const { clock, ids } = this.#environment;
    try {
      await this.#recorder.record(
        eventOf({
          eventId: ids.uuid(),
          requestId: ids.uuid(),
          timeMs: clock.nowMs(),
          eventSource: "dosimeter.amazonaws.com",
          eventName: "UnauthenticatedCallsNotRecordedSingly",
          apiVersion: "",
          readOnly: false,
          event: management,
          accountId: this.#home.accountId,
          region: this.#home.region,
          caller: { kind: "anonymous" },
          sourceIpAddress: "dosimeter.amazonaws.com",
          userAgent: "dosimeter.amazonaws.com",
          host: "",
          requestParameters: null,
          responseElements: null,
          resources: [],
          additionalEventData: {
            count: counted.count,
            fromTime: new Date(counted.fromMs).toISOString(),
            untilTime: new Date(counted.untilMs).toISOString(),
          },
        }),
      );
    } catch (cause) {
      this.#count(counted.count, counted.fromMs, counted.untilMs);
      throw cause;
    }
  }

  #count(count: number, fromMs: number, untilMs: number): void {
    const { count: before, fromMs: first, untilMs: last } = this.#counted ?? { count: 0, fromMs, untilMs };
    this.#counted = { count: before + count, fromMs: Math.min(first, fromMs), untilMs: Math.max(last, untilMs) };
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((cause) =>
        this.#log("The count of unauthenticated calls could not be recorded; it is kept.", cause),
      );
    }, minuteMs).unref();
  }
}
