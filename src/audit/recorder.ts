import type { EventRow, EventStore } from "../storage/event-store.js";
import type { SettingsTransaction } from "../storage/settings-store.js";

/** Makes records durable. A call is answered only after one of these has resolved. */
export interface Recorder {
  /** Resolves once the event is durable; rejects if that is not known, and then the call must fail. */
  record(event: EventRow): Promise<void>;
  /** Puts the event into the transaction that changes settings: it is durable exactly when the change is. */
  recordWith(tx: SettingsTransaction, event: EventRow): Promise<void>;
}

/**
 * Records straight into the event store, or, with a change of settings, into the outbox of the settings store, from
 * where `jobs/move-outbox.ts` moves it on.
 */
export function createRecorder(events: EventStore): Recorder {
  return {
    record: (event) => events.append([event]),
    recordWith: async (tx, event) => {
      await tx
        .insertInto("event_outbox")
        .values({
          event_id: event.eventId,
          stream_id: events.streamId,
          event: JSON.stringify(event),
          event_time_ms: event.eventTimeMs,
        })
        .execute();
    },
  };
}
