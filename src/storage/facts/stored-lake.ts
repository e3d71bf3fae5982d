import type { Environment } from "../../environment.js";
import type { LakeEvent, LakeStore } from "../lake-store.js";
import { encodeLakeEvents, lakeColumns } from "./encode-lake-event.js";
import type { FactDatabase } from "./fact-database.js";
import { idsAtOnce } from "./ids-at-once.js";
import { lakePartitions, presentLakeEvents } from "./sql/lake-events.sql.js";
import { lakeWriter } from "./tables.js";

/** Of one insert. A record has at most 1 MB, so one always fits. */
const insertCharsMax = 16 * 1024 ** 2;
/** After every month there is. */
const noMonth = 999_999;

/** Event data stores in the fact store. Rows go to the engine without the journal: they can be taken from the record again. */
export class StoredLake implements LakeStore {
  readonly #database: FactDatabase;
  readonly #environment: Environment;

  constructor(database: FactDatabase, environment: Environment) {
    this.#database = database;
    this.#environment = environment;
  }

  async append(events: readonly LakeEvent[], token: string, options?: { readonly repeated?: boolean }): Promise<void> {
    if (!options?.repeated) return this.#insert(events, token);
    // First with the token, which an insert that is still under way has as well; then what a token without rows left out.
    await this.#insert(await this.#missing(events), token);
    await this.#insert(await this.#missing(events), `${token}/again`);
  }

  async present(storeId: string, eventIds: readonly string[], fromMs: number, untilMs: number): Promise<Set<string>> {
    const found = new Set<string>();
    for (const ids of idsAtOnce(eventIds)) {
      const rows = await this.#database.query<{ event_id: string }>("facts.presentLakeEvents", presentLakeEvents, {
        storeId,
        eventIds: ids,
        fromMs,
        untilMs,
      });
      for (const row of rows) found.add(row.event_id);
    }
    return found;
  }

  async retain(storeId: string, fromMs: number): Promise<void> {
    const from = new Date(fromMs);
    await this.#dropPartitions(storeId, from.getUTCFullYear() * 100 + from.getUTCMonth() + 1);
  }

  async drop(storeId: string): Promise<void> {
    await this.#dropPartitions(storeId, noMonth);
  }

  async #insert(events: readonly LakeEvent[], token: string): Promise<void> {
    const ingestedMs = this.#environment.clock.nowMs();
    let part = 0;
    for (const group of cut(events)) {
      const lines = encodeLakeEvents(group, ingestedMs);
      await this.#database.insert("lake_events", lakeColumns, lines, lakeWriter, `${token}/${part++}`);
    }
  }

  async #missing(events: readonly LakeEvent[]): Promise<LakeEvent[]> {
    const ofStores = new Map<string, LakeEvent[]>();
    for (const event of events) {
      const ofStore = ofStores.get(event.storeId);
      if (ofStore === undefined) ofStores.set(event.storeId, [event]);
      else ofStore.push(event);
    }
    const missing = new Set<LakeEvent>();
    for (const [storeId, ofStore] of ofStores) {
      const times = ofStore.map((event) => event.eventTimeMs);
      const present = await this.present(
        storeId,
        ofStore.map((event) => event.eventId),
        // No spread: there may be thousands.
        times.reduce((least, time) => Math.min(least, time)),
        times.reduce((most, time) => Math.max(most, time)),
      );
      for (const event of ofStore) if (!present.has(event.eventId)) missing.add(event);
    }
    return events.filter((event) => missing.has(event));
  }

  async #dropPartitions(storeId: string, beforeMonth: number): Promise<void> {
    const rows = await this.#database.query<{ partition_id: string }>("facts.lakePartitions", lakePartitions, {
      storeId,
      beforeMonth,
    });
    for (const { partition_id } of rows)
      await this.#database.command("ALTER TABLE lake_events DROP PARTITION ID {partitionId:String}", {
        partitionId: partition_id,
      });
  }
}

/** The same events are always cut alike. */
function* cut(events: readonly LakeEvent[]): Generator<readonly LakeEvent[]> {
  let group: LakeEvent[] = [];
  let chars = 0;
  for (const event of events) {
    if (group.length > 0 && chars + event.record.length > insertCharsMax) {
      yield group;
      group = [];
      chars = 0;
    }
    group.push(event);
    chars += event.record.length;
  }
  if (group.length > 0) yield group;
}
