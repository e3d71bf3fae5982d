/** A store that a statement may read. */
export interface ReadableStore {
  readonly storeId: string;
  /** Decides the columns. */
  readonly kind: "CloudTrail" | "Insight" | "ActivityAuditLog" | "ConfigurationItem" | "Evidence";
  /** Events before this are past retention. Milliseconds. */
  readonly fromMs: number;
}

/** A statement of a person, as the engine may run it. */
export interface TranslatedQuery {
  /** One SELECT over `lake_events` and nothing else; every column is text or NULL as GetQueryResults shows it. */
  readonly sql: string;
  /** Names of the columns as GetQueryResults shows them: the alias, the last part of a path, or `_col0`. */
  readonly columns: readonly string[];
  readonly storeIds: readonly string[];
}

/** A statement that is not served; the message is for its author. */
export class QueryRefused extends Error {
  override readonly name = "QueryRefused";
}
