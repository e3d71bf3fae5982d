import type { Environment } from "../../environment.js";
import type { CommittedEvent, EventQuery, EventRow, EventStore, LookupAttribute } from "../event-store.js";
import type { Scope } from "../scope.js";
import type { FactDatabase } from "./fact-database.js";
import type { CommitStream, FactWriter } from "./fact-writer.js";
import { RowWriter } from "./row-writer.js";
import type { QueryParameters } from "./session.js";
import { lookupEvents, presentEvents } from "./sql/lookup-events.sql.js";
import { commitPlaces, eventsOfPlaces, firstPlaces, lastCommit } from "./sql/read-commits.sql.js";

/** Bounds of one batch of `readCommits`. An event has at most 256 KB, so one always fits. */
const batchEventsMax = 5_000;
const batchBytesMax = 8 * 1024 ** 2;

/** The record of calls in the fact store. */
export class StoredEvents implements EventStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #stream: CommitStream;
  readonly #environment: Environment;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly writer: FactWriter;
    readonly stream: CommitStream;
    readonly environment: Environment;
  }) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#stream = parts.stream;
    this.#environment = parts.environment;
  }

  get streamId(): string {
    return this.#stream.streamId;
  }

  async append(events: readonly EventRow[], { mayBeStored } = { mayBeStored: false }): Promise<void> {
    if (events.length === 0) return;
    const recordedMs = this.#environment.clock.nowMs();
    const reads = events.flatMap((event) => traceReadRow(event, recordedMs) ?? []);
    // Side by side, so that both are in one group of the journal. A call is answered when it has both.
    await Promise.all([
      ...(reads.length > 0 ? [this.#writer.put({ table: "trace_reads", rows: reads })] : []),
      this.#writer.put({
        table: "events",
        rows: events.map((event) => openRow(event).integer(recordedMs).text(this.streamId).take()),
        events: events.map(withoutTraceRead),
        mayBeStored,
      }),
    ]);
  }

  async present(eventIds: readonly string[], fromMs: number, untilMs: number): Promise<Set<string>> {
    if (eventIds.length === 0) return new Set();
    await this.#writer.visible("events");
    const rows = await this.#database.query<{ event_id: string }>("facts.presentEvents", presentEvents, {
      eventIds,
      fromMs,
      untilMs,
    });
    return new Set(rows.map((row) => row.event_id));
  }

  async lookup(scope: Scope, query: EventQuery): Promise<EventRow[]> {
    await this.#writer.visible("events");
    const found = await Promise.all(query.categories.map((category) => this.#lookupCategory(scope, query, category)));
    if (found.length === 1) return found[0]!;
    return found.flat().sort(newestFirst).slice(0, query.limit);
  }

  /** Asks again behind what it has where so much was written twice that a page came out short. */
  async #lookupCategory(scope: Scope, query: EventQuery, category: EventRow["category"]): Promise<EventRow[]> {
    const { attributes = [], addressee, limit } = query;
    const found: EventRow[] = [];
    let after = query.after;
    for (;;) {
      const text = lookupEvents({
        attributes: attributes.map(({ key }) => key),
        addressed: addressee !== undefined,
        paged: after !== undefined,
      });
      const rows = await this.#database.query<EventColumns>("facts.lookupEvents", text, {
        ...scope,
        category,
        fromMs: query.fromMs,
        untilMs: query.untilMs,
        ...Object.fromEntries(attributes.map(({ value }, index) => [`attribute${index}`, textOf(value)])),
        addressee: addressee ?? "",
        afterMs: after?.eventTimeMs ?? 0,
        afterId: after?.eventId ?? "",
        limit,
      });
      for (const row of rows) if (row.event_id !== found.at(-1)?.eventId) found.push(eventOf(row));
      if (rows.length < limit || found.length >= limit) return found.slice(0, limit);
      after = found.at(-1);
    }
  }

  async lastCommit(streamId: string): Promise<number> {
    if (streamId === this.streamId) return this.#stream.lastCommit;
    const [row] = await this.#database.query<{ last: number }>("facts.lastCommit", lastCommit, { streamId });
    return Number(row?.last ?? 0);
  }

  async *readCommits(
    streamId: string,
    range: { readonly afterCommit: number; readonly untilCommit: number; readonly accountId?: string },
  ): AsyncGenerator<readonly CommittedEvent[]> {
    const { accountId } = range;
    if (streamId === this.streamId) {
      const recent = this.#stream.recent.between(range.afterCommit, range.untilCommit);
      if (recent !== undefined) return yield* batchesOf(recent, accountId);
      await this.#writer.visible("events");
    }
    const ofAccount: QueryParameters = accountId === undefined ? {} : { accountId };
    let from: { commit: number; position: number } = { commit: range.afterCommit, position: Number.MAX_SAFE_INTEGER };
    for (;;) {
      const places = await this.#database.query<Place>("facts.commitPlaces", commitPlaces(accountId !== undefined), {
        streamId,
        ...ofAccount,
        afterCommit: range.afterCommit,
        untilCommit: range.untilCommit,
        fromCommit: from.commit,
        fromPosition: from.position,
        limit: batchEventsMax,
      });
      if (places.length === 0) return;
      const repeated = await this.#repeatsOf(streamId, places);
      for (const batch of cut(places, (place) => Number(place.record_bytes))) {
        const events = await this.#eventsOf(streamId, ofAccount, batch);
        const once = events.filter((event) => !repeated.has(`${event.commit}/${event.position}`));
        if (once.length > 0) yield once;
      }
      if (places.length < batchEventsMax) return;
      from = places.at(-1)!;
    }
  }

  async #eventsOf(streamId: string, ofAccount: QueryParameters, places: readonly Place[]): Promise<CommittedEvent[]> {
    const [first, last] = [places[0]!, places.at(-1)!];
    const text = eventsOfPlaces("accountId" in ofAccount);
    const rows = await this.#database.query<PlacedEventColumns>("facts.eventsOfPlaces", text, {
      streamId,
      ...ofAccount,
      firstCommit: first.commit,
      firstPosition: first.position,
      lastCommit: last.commit,
      lastPosition: last.position,
    });
    return rows.map((row) => ({ ...eventOf(row), commit: Number(row.commit), position: row.position }));
  }

  /** Places of events that had been written before, at another place, where they are read. */
  async #repeatsOf(streamId: string, places: readonly Place[]): Promise<Set<string>> {
    const times = places.map((place) => Number(place.event_time_ms));
    const rows = await this.#database.query<{ event_id: string; first: [string, number, number] }>(
      "facts.firstPlaces",
      firstPlaces,
      {
        accountIds: [...new Set(places.map((place) => place.account_id))],
        // No spread: there may be thousands.
        fromMs: times.reduce((least, time) => Math.min(least, time)),
        untilMs: times.reduce((most, time) => Math.max(most, time)),
        eventIds: places.map((place) => place.event_id),
      },
    );
    const firsts = new Map(rows.map((row) => [row.event_id, JSON.stringify(row.first)]));
    const repeats = new Set<string>();
    for (const { event_id, commit, position } of places) {
      const first = firsts.get(event_id);
      if (first !== undefined && first !== JSON.stringify([streamId, commit, position]))
        repeats.add(`${commit}/${position}`);
    }
    return repeats;
  }
}

function newestFirst(one: EventRow, other: EventRow): number {
  return other.eventTimeMs - one.eventTimeMs || (one.eventId < other.eventId ? 1 : -1);
}

function textOf(value: LookupAttribute["value"]): string {
  return typeof value === "boolean" ? String(Number(value)) : value;
}

interface Place {
  readonly commit: number;
  readonly position: number;
  readonly account_id: string;
  readonly event_id: string;
  readonly event_time_ms: number;
  readonly record_bytes: number;
}

/** The batches in which the same events come from the engine. */
function* batchesOf(events: readonly CommittedEvent[], accountId: string | undefined) {
  const wanted = accountId === undefined ? events : events.filter((event) => event.accountId === accountId);
  for (let start = 0; start < wanted.length; start += batchEventsMax)
    yield* cut(wanted.slice(start, start + batchEventsMax), (event) => Buffer.byteLength(event.record));
}

function* cut<Item>(items: readonly Item[], bytesOf: (item: Item) => number): Generator<readonly Item[]> {
  let batch: Item[] = [];
  let batchBytes = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (batch.length > 0 && batchBytes + bytes > batchBytesMax) {
      yield batch;
      batch = [];
      batchBytes = 0;
    }
    batch.push(item);
    batchBytes += bytes;
  }
  if (batch.length > 0) yield batch;
}

/** The columns of an event in the order of `factTables.events`, up to what is known only when it is written. */
function openRow(event: EventRow): RowWriter {
  return new RowWriter(event.record.length + fieldBytesExpected)
    .text(event.accountId)
    .text(event.region)
    .text(event.category)
    .integer(event.eventTimeMs)
    .text(event.eventId)
    .text(event.eventSource)
    .text(event.eventName)
    .flag(event.readOnly)
    .text(event.username)
    .text(event.accessKeyId)
    .text(event.errorCode)
    .texts(event.resources.map((resource) => resource.type))
    .texts(event.resources.map((resource) => resource.name))
    .text(event.record)
    .text(event.access ?? "");
}

/** The columns of `factTables.trace_reads`. */
function traceReadRow({ traceRead, ...event }: EventRow, recordedMs: number): Buffer | undefined {
  if (traceRead === undefined) return undefined;
  const { callerArn, principalId, kind, selector, traceIds } = traceRead;
  return new RowWriter(selector.length + traceIds.length * traceIdBytesExpected + fieldBytesExpected)
    .text(event.accountId)
    .text(event.region)
    .text(callerArn)
    .integer(event.eventTimeMs)
    .text(event.eventId)
    .text(principalId)
    .text(event.eventName)
    .text(kind)
    .text(event.errorCode)
    .text(selector)
    .texts(traceIds)
    .integer(recordedMs)
    .endRow()
    .take();
}

/** Followers of the stream have no use for thousands of trace ids. */
function withoutTraceRead(event: EventRow): EventRow {
  if (event.traceRead === undefined) return event;
  const { traceRead: _, ...rest } = event;
  return rest;
}

/** With quotes and comma. */
const traceIdBytesExpected = 38;

/** All fields of most rows but the record; a row with more grows. */
const fieldBytesExpected = 512;

interface EventColumns {
  readonly event_id: string;
  readonly account_id: string;
  readonly region: string;
  readonly event_time_ms: number;
  readonly category: EventRow["category"];
  readonly event_source: string;
  readonly event_name: string;
  readonly read_only: number;
  readonly username: string;
  readonly access_key_id: string;
  readonly error_code: string;
  readonly resource_types: readonly string[];
  readonly resource_names: readonly string[];
  readonly record: string;
}

interface PlacedEventColumns extends EventColumns {
  readonly commit: number;
  readonly position: number;
}

function eventOf(row: EventColumns): EventRow {
  return {
    eventId: row.event_id,
    accountId: row.account_id,
    region: row.region,
    eventTimeMs: Number(row.event_time_ms),
    category: row.category,
    eventSource: row.event_source,
    eventName: row.event_name,
    readOnly: row.read_only === 1,
    username: row.username,
    accessKeyId: row.access_key_id,
    errorCode: row.error_code,
    resources: row.resource_types.map((type, index) => ({ type, name: row.resource_names[index] ?? "" })),
    record: row.record,
  };
}
