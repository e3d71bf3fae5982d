import type { EventRow } from "../../storage/event-store.js";
import { datedSelection } from "../dated-selection.js";
import { compileSelectors } from "../selectors/compile.js";
import type { StoreState } from "./event-data-stores.js";

/** A state of an event data store with the time since which it holds. */
export interface DatedStoreState extends StoreState {
  readonly fromMs: number;
  /** Request id of the call that brought it about. */
  readonly changedBy: string;
}

const changesOfStores = new Set([
  "CreateEventDataStore",
  "UpdateEventDataStore",
  "DeleteEventDataStore",
  "RestoreEventDataStore",
  "StartEventDataStoreIngestion",
  "StopEventDataStoreIngestion",
]);

/**
 * Decides for each event of a store's account whether the store takes it, by the state that was in force at the event's
 * own time.
 */
export function storeSelectionOf(
  store: { readonly arn: string; readonly region: string },
  states: readonly DatedStoreState[],
): (event: EventRow) => boolean {
  const rules = states.map(({ fromMs, changedBy, ...state }) => ({
    fromMs,
    changedBy,
    selects: compileState(store, state),
  }));
  return datedSelection(rules, changesOfStores);
}

function compileState(store: { readonly arn: string; readonly region: string }, state: StoreState) {
  if (!state.ingesting) return () => false;
  const selects = compileSelectors({ kind: "advanced", selectors: state.selectors });
  return (event: EventRow): boolean => {
    if (!state.multiRegion && event.region !== store.region) return false;
    // An Insights event names the trail or store that it is for.
    if (event.category === "Insight" && event.resources[0]?.name !== store.arn) return false;
    return selects(event);
  };
}
