import type { SettingsStore } from "../../storage/settings-store.js";

/** One call's ingestion: its last event that was stored, and its last one that was not. */
export interface Ingestion {
  readonly timeMs: number;
  /** Of the event that was tried last, stored or not. */
  readonly attemptEventId: string;
  readonly successEventId?: string;
  readonly errorCode?: string;
}

/** What is waiting for one channel: the latest of each. */
interface Waiting {
  attemptMs: number;
  attemptEventId: string;
  success?: { readonly ms: number; readonly eventId: string };
  errorCode?: string;
}

/**
 * How ingestion through each channel went last, for GetChannel. Calls note it in memory, since a hundred a second must
 * not each write to the settings store; it is stored every few seconds and before it is read. A process that is killed
 * loses what it noted last, never an event.
 */
export class ChannelIngestion {
  readonly #settings: SettingsStore;
  #waiting = new Map<string, Waiting>();

  constructor(settings: SettingsStore) {
    this.#settings = settings;
  }

  note(channelId: string, { timeMs, attemptEventId, successEventId, errorCode }: Ingestion): void {
    const before = this.#waiting.get(channelId);
    this.#waiting.set(channelId, {
      ...before,
      attemptMs: timeMs,
      attemptEventId,
      ...(successEventId !== undefined && { success: { ms: timeMs, eventId: successEventId } }),
      ...(errorCode !== undefined && { errorCode }),
    });
  }

  async flush(): Promise<void> {
    const noted = this.#waiting;
    if (noted.size === 0) return;
    this.#waiting = new Map();
    try {
      await this.#settings.transact(async (tx) => {
        for (const [channel_id, { attemptMs, attemptEventId, success, errorCode }] of noted) {
          const channel = await tx.selectFrom("channels").select("channel_id").where("channel_id", "=", channel_id);
          if ((await channel.executeTakeFirst()) === undefined) continue;
          const set = {
            attempt_ms: attemptMs,
            attempt_event_id: attemptEventId,
            ...(success && { success_ms: success.ms, success_event_id: success.eventId }),
            ...(errorCode !== undefined && { error_code: errorCode }),
          };
          await tx
            .insertInto("channel_ingestion")
            .values({ channel_id, success_ms: null, success_event_id: null, error_code: null, ...set })
            .onConflict((conflict) => conflict.column("channel_id").doUpdateSet(set))
            .execute();
        }
      });
    } catch (problem) {
      // What came meanwhile is newer.
      this.#waiting = new Map([...noted, ...this.#waiting]);
      throw problem;
    }
  }
}
