/** An event of an event data store. */
export interface LakeEvent {
  readonly storeId: string;
  /** `eventTime` of the record, milliseconds. */
  readonly eventTimeMs: number;
  readonly eventId: string;
  /** The record: one JSON object, compact. Columns are read from it. */
  readonly record: string;
  /** The record, where somebody parsed it already. */
  readonly parsed?: unknown;
}

/** What event data stores hold. Every promise below has a test in `lake-store.contract.ts`. */
export interface LakeStore {
  /**
   * Resolves once all events are durable and found by queries; rejects with StoreUnavailable if that is not known.
   * The same events with the same `token` again, in the same order, are added once.
   *
   * @param options `repeated` says that an earlier try may have been cut off, by a crash above all. Then it is also looked
   *   at what is there: the engine notes a token before it has the rows.
   * @throws RangeError for a time before 1900 or after 2299, SyntaxError for a record that is not JSON.
   */
  append(events: readonly LakeEvent[], token: string, options?: { readonly repeated?: boolean }): Promise<void>;

  /** Of `eventIds`, those a store holds with an event time in the bounds (inclusive). */
  present(storeId: string, eventIds: readonly string[], fromMs: number, untilMs: number): Promise<Set<string>>;

  /** Removes what is older; whole months at once, so some of it stays until its month is over. Queries leave it out. */
  retain(storeId: string, fromMs: number): Promise<void>;

  /** Removes all that a store holds. */
  drop(storeId: string): Promise<void>;
}
