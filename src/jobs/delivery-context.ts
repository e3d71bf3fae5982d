import type { Destinations, TrailIdentity } from "../audit/destinations.js";
import { type DatedState, selectionOf } from "../audit/trail-selection.js";
import { stateOf, stateRows, type TrailRow, type TrailStateRow } from "../audit/trails.js";
import type { Environment } from "../environment.js";
import type { EventRow, EventStore } from "../storage/event-store.js";
import type { SettingsStore } from "../storage/settings-store.js";

/** Told of what went wrong and is being tried again. */
export type ReportFailure = (what: string, reason: unknown) => void;

export interface DeliveryContext {
  readonly settings: SettingsStore;
  readonly events: EventStore;
  readonly destinations: Destinations;
  readonly environment: Environment;
  readonly reportFailure: ReportFailure;
}

export function identityOf(trail: TrailRow): TrailIdentity {
  return { accountId: trail.account_id, homeRegion: trail.home_region, arn: trail.arn };
}

export interface TrailSelection {
  readonly selects: (event: EventRow) => boolean;
  /** Of the last state it knows. */
  readonly stateSequence: number;
  /** False if no state ever logged: nothing can be selected. */
  readonly everLogged: boolean;
}

/** Compiled selections by trail and state: states are only ever added, so what is compiled stays true. */
export function createSelectionCache(settings: SettingsStore) {
  const compiled = new Map<string, TrailSelection>();

  return async (trail: TrailRow, untilSequence = Number.POSITIVE_INFINITY): Promise<TrailSelection> => {
    const rows = (await stateRows(settings.read, trail.trail_id)).filter((row) => row.sequence <= untilSequence);
    const stateSequence = rows.at(-1)?.sequence ?? 0;
    const key = `${trail.trail_id} ${stateSequence}`;
    const known = compiled.get(key);
    if (known) return known;
    if (compiled.size >= compiledMax) compiled.clear();
    const selection = {
      selects: selectionOf({ arn: trail.arn, homeRegion: trail.home_region }, rows.map(datedState)),
      stateSequence,
      everLogged: rows.some((row) => row.logging === 1),
    };
    compiled.set(key, selection);
    return selection;
  };
}

export type SelectionCache = ReturnType<typeof createSelectionCache>;

const compiledMax = 1000;

export function datedState(row: TrailStateRow): DatedState {
  return { ...stateOf(row), fromMs: row.from_ms, changedBy: row.changed_by };
}
