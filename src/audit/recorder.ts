import type { EventRow } from "../storage/event-store.js";
import type { SettingsTransaction } from "../storage/settings-store.js";

/** Makes records durable. A call is answered only after one of these has resolved. */
export interface Recorder {
  /** Resolves once the event is durable; rejects if that is not known, and then the call must fail. */
  record(event: EventRow): Promise<void>;
  /** Puts the event into the transaction that changes settings: it is durable exactly when the change is. */
  recordWith(tx: SettingsTransaction, event: EventRow): Promise<void>;
}
