import { compileQuery, type Visible } from "./compile-query.js";
import { parseQuery } from "./parse-query.js";
import { printed } from "./print.js";
import { QueryRefused } from "./query-refused.js";
import { type Source, Subselect } from "./scope.js";
import { columnsOf } from "./store-columns.js";
import { freshName, quoted, startNames } from "./value.js";

export { QueryRefused } from "./query-refused.js";

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

export interface QueryBindings {
  /** What `now()` is. */
  readonly nowMs: number;
  /** Values of `?` and `'?'`, in the order in which these stand in the statement. */
  readonly parameters?: readonly string[];
}

/** Parts of a statement that were compiled; a common table counts each time it is used. */
const partsMax = 20_000;
const sqlCharsMax = 1_000_000;

/** What the statement relies on, whatever the session is set to. */
const settings = [
  "join_use_nulls = 1",
  "transform_null_in = 0",
  "enable_positional_arguments = 0",
  "aggregate_functions_null_for_empty = 0",
  "group_by_use_nulls = 0",
  "splitby_max_substrings_includes_remaining_string = 1",
];

/**
 * Reads a statement of CloudTrail Lake's SQL and writes the engine's. The tree that is read holds only what is served, and
 * each part of it is written anew: nothing of the statement's text gets into the SQL but literals, quoted.
 *
 * @param stores the store with an id in lower case, if the caller may read it.
 * @throws QueryRefused for all that is not served; stores may throw what it likes.
 */
export function translateQuery(
  statement: string,
  stores: (storeId: string) => ReadableStore | undefined,
  { nowMs, parameters = [] }: QueryBindings,
): TranslatedQuery {
  startNames();
  const { query, parameterCount } = parseQuery(statement);
  const storeIds = new Set<string>();
  let parts = 0;
  const visible: Visible = {
    tables: new Map(),
    inner: new WeakMap(),
    statement: {
      nowMs,
      parameters,
      count: () => {
        if (++parts > partsMax) throw new QueryRefused("The query is too complex");
      },
    },
    store: (id) => {
      const store = stores(id.toLowerCase());
      if (store === undefined)
        throw new QueryRefused(`Event data store '${id}' does not exist, or is not yours to read`);
      storeIds.add(store.storeId);
      return storeRows(store);
    },
  };
  const rows = compileQuery(query, visible);
  const shown = rows.columns.map(({ value }) => `${printed(value)} AS ${freshName("r")}`);
  // In brackets, so that who runs it may add settings of its own.
  const sql = `SELECT * FROM (${rows.render(shown)} SETTINGS ${settings.join(", ")})`;
  if (parameters.length > parameterCount)
    throw new QueryRefused(
      `there are ${parameters.length} values for ${parameterCount} parameter${parameterCount === 1 ? "" : "s"}`,
    );
  if (storeIds.size === 0) throw new QueryRefused("The query reads no event data store");
  if (sql.length > sqlCharsMax) throw new QueryRefused("The query is too complex");
  const columns = rows.columns.map(({ shown, name }, index) => shown ?? name ?? `_col${index}`);
  return { sql, columns, storeIds: [...storeIds] };
}

/** The rows of a store, as long as they are kept. */
function storeRows({ storeId, kind, fromMs }: ReadableStore): Source {
  const from = new Date(fromMs).toISOString().replace("T", " ").replace("Z", "");
  return new Subselect((demand) => ({
    columns: columnsOf(kind, demand),
    render: (select) =>
      `SELECT ${select.join(", ")} FROM lake_events WHERE store_id = ${quoted(storeId)} AND event_time >= toDateTime64('${from}', 3, 'UTC')`,
  }));
}
