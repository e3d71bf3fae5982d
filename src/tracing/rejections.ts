import type { Scope } from "../storage/scope.js";
import type { SettingsStore } from "../storage/settings-store.js";

const hourMs = 3_600_000;
/** How long rejections can be read back. */
const keptMs = 7 * 24 * hourMs;
/** Of a rejected document, so many UTF-16 units are kept. */
const sampleLengthMax = 2000;
/** Reasons of one hour, region and account that wait to be stored. There are some fifteen reasons. */
const waitingMax = 10_000;

/** Documents that were rejected for one reason in one hour. */
export interface Rejections {
  /** Start of the hour, epoch milliseconds. */
  readonly hourMs: number;
  readonly errorCode: string;
  readonly message: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The beginning of the latest of them, as it was sent. */
  readonly sample: string;
  /** Its whole length; longer than `sample` if that was cut. */
  readonly sampleLength: number;
}

type Waiting = { -readonly [Member in keyof Rejections]: Rejections[Member] } & { readonly scope: Scope };

/**
 * What became of documents that were not stored: counted in memory, added to the settings store by `flush`. Senders hear
 * of each in the answer and the record of each call keeps its reasons; this is the sum, with an example.
 */
export class RejectionLog {
  readonly #settings: SettingsStore;
  #waiting = new Map<string, Waiting>();
  readonly #totals = new Map<string, number>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  /** Documents rejected since the start, by reason. */
  get totals(): ReadonlyMap<string, number> {
    return this.#totals;
  }

  /** @param document as it was sent. */
  note(scope: Scope, nowMs: number, rejected: { errorCode: string; message: string }, document: string): void {
    const { errorCode, message } = rejected;
    this.#totals.set(errorCode, (this.#totals.get(errorCode) ?? 0) + 1);
    const hour = Math.floor(nowMs / hourMs) * hourMs;
    const key = JSON.stringify([scope.accountId, scope.region, hour, errorCode]);
    let entry = this.#waiting.get(key);
    if (entry === undefined) {
      if (this.#waiting.size >= waitingMax) return; // the metric still counts it
      entry = {
        scope,
        hourMs: hour,
        errorCode,
        message,
        count: 0,
        firstMs: nowMs,
        lastMs: nowMs,
        sample: "",
        sampleLength: 0,
      };
      this.#waiting.set(key, entry);
    }
    entry.count++;
    entry.lastMs = nowMs;
    entry.message = message;
    entry.sample = document.slice(0, sampleLengthMax);
    entry.sampleLength = document.length;
  }

  /** Stores what was noted, and forgets what is past keeping. */
  async flush(nowMs: number): Promise<void> {
    const noted = this.#waiting;
    if (noted.size === 0) return;
    this.#waiting = new Map();
    try {
      await this.#settings.transact(async (tx) => {
        await tx
          .deleteFrom("xray_rejections")
          .where("hour_ms", "<", nowMs - keptMs)
          .execute();
        for (const { scope, ...entry } of noted.values())
          await tx
            .insertInto("xray_rejections")
            .values({
              account_id: scope.accountId,
              region: scope.region,
              hour_ms: entry.hourMs,
              error_code: entry.errorCode,
              count: entry.count,
              first_ms: entry.firstMs,
              last_ms: entry.lastMs,
              message: entry.message,
              sample: entry.sample,
              sample_length: entry.sampleLength,
            })
            .onConflict((conflict) =>
              conflict.columns(["account_id", "region", "hour_ms", "error_code"]).doUpdateSet((set) => ({
                count: set("xray_rejections.count", "+", set.ref("excluded.count")),
                last_ms: set.ref("excluded.last_ms"),
                message: set.ref("excluded.message"),
                sample: set.ref("excluded.sample"),
                sample_length: set.ref("excluded.sample_length"),
              })),
            )
            .execute();
      });
    } catch (problem) {
      for (const [key, entry] of noted) {
        const since = this.#waiting.get(key);
        if (since) since.count += entry.count;
        else this.#waiting.set(key, entry);
      }
      throw problem;
    }
  }

  /** Leaves the counts and takes the examples: which trace one belongs to cannot be told of all. */
  async forgetExamples({ accountId, region }: Scope): Promise<void> {
    for (const entry of this.#waiting.values())
      if (entry.scope.accountId === accountId && entry.scope.region === region) entry.sample = "";
    await this.#settings.transact(async (tx) => {
      await tx
        .updateTable("xray_rejections")
        .set({ sample: "" })
        .where("account_id", "=", accountId)
        .where("region", "=", region)
        .where("sample", "!=", "")
        .execute();
    });
  }

  /** Newest hour first; what this process has noted is stored before. */
  async read(scope: Scope, nowMs: number, range: { fromMs: number; untilMs: number }): Promise<Rejections[]> {
    await this.flush(nowMs);
    const rows = await this.#settings.read
      .selectFrom("xray_rejections")
      .selectAll()
      .where("account_id", "=", scope.accountId)
      .where("region", "=", scope.region)
      .where("last_ms", ">=", Math.max(range.fromMs, nowMs - keptMs))
      .where("first_ms", "<", range.untilMs)
      .orderBy("hour_ms", "desc")
      .orderBy("error_code")
      .execute();
    return rows.map((row) => ({
      hourMs: row.hour_ms,
      errorCode: row.error_code,
      message: row.message,
      count: row.count,
      firstMs: row.first_ms,
      lastMs: row.last_ms,
      sample: row.sample,
      sampleLength: row.sample_length,
    }));
  }
}
