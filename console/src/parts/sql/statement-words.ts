import { aggregateRules } from "../../../../src/audit/lake-sql/functions/aggregates.js";
import { scalarRules } from "../../../../src/audit/lake-sql/functions/scalars.js";
import { columnsOf } from "../../../../src/audit/lake-sql/store-columns.js";
import type { ReadableStore } from "../../../../src/audit/lake-sql/translate.js";
import { nameOf, type Type } from "../../../../src/audit/lake-sql/types.js";

/** Something that may come next in a statement. */
export interface Word {
  readonly label: string;
  readonly type: "column" | "function" | "keyword" | "store";
  readonly detail?: string;
  /** What is written in place of the label. */
  readonly apply?: string;
}

export interface Offer {
  /** Where the word begins that is being written. */
  readonly from: number;
  readonly words: readonly Word[];
}

const keywords =
  `SELECT DISTINCT FROM WHERE GROUP BY HAVING ORDER ASC DESC NULLS FIRST LAST LIMIT OFFSET WITH AS UNION ALL
  INTERSECT EXCEPT INNER LEFT RIGHT FULL CROSS JOIN ON USING UNNEST ORDINALITY AND OR NOT IN EXISTS BETWEEN LIKE ESCAPE IS
  NULL TRUE FALSE CASE WHEN THEN ELSE END CAST TRY_CAST INTERVAL EXTRACT OVER PARTITION ROWS WINDOW VALUES ARRAY ROW
  timestamp date varchar bigint double boolean`.split(/\s+/);

const windowFunctions = `row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`;

/** Subscripts are an operator, with a rule like a function's. */
const functions = [
  ...new Set([...Object.keys(scalarRules), ...Object.keys(aggregateRules), ...windowFunctions.split(" ")]),
]
  .filter((name) => name !== "subscript")
  .sort();

export interface KnownStore {
  readonly id: string;
  readonly name: string;
}

/** What may be written at a place: the fields of a row after its dot, stores after FROM and JOIN, else everything. */
export function wordsAt(
  before: string,
  { kind, stores }: { readonly kind: ReadableStore["kind"]; readonly stores: readonly KnownStore[] },
): Offer {
  const path = /[\w.-]*$/.exec(before)![0];
  const start = before.length - path.length;
  const storeWords = stores.map(({ id, name }): Word => ({ label: id, type: "store", detail: name }));
  if (/\b(?:from|join)\s+$/i.test(before.slice(0, start))) return { from: start, words: storeWords };
  const columns = columnsOf(kind, (sql) => sql).map(({ name, value }) => ({ name, type: value.type }));
  const dot = path.lastIndexOf(".");
  if (dot >= 0) {
    const fields = path
      .slice(0, dot)
      .split(".")
      .reduce<readonly Column[]>((within, name) => fieldsOf(within, name.toLowerCase()), columns);
    return { from: start + dot + 1, words: fields.map(columnWord) };
  }
  return {
    from: start,
    words: [
      ...columns.map(columnWord),
      ...functions.map((name): Word => ({ label: name, type: "function", apply: `${name}(` })),
      ...keywords.map((label): Word => ({ label, type: "keyword" })),
    ],
  };
}

interface Column {
  readonly name: string;
  readonly type: Type;
}

function fieldsOf(columns: readonly Column[], name: string): readonly Column[] {
  const type = columns.find((column) => column.name === name)?.type;
  if (type?.kind !== "row") return [];
  return type.fields.map((field) => ({ name: field.name ?? "", type: field.type }));
}

function columnWord({ name, type }: Column): Word {
  return { label: name, type: "column", detail: type.kind === "row" ? "row" : nameOf(type) };
}
