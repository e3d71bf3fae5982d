import type { EventRow } from "../storage/event-store.js";
import type { CallFacts } from "./event.js";

export function eventOf(_facts: CallFacts): EventRow {
  throw new Error("being written");
}
