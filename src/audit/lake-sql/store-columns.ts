import { columnsByKind, type Member, map, resource, text } from "./store-schemas.js";
import type { ReadableStore } from "./translate.js";
import { arrayOf, bigint, double, type Field, type Type, varchar } from "./types.js";
import { quoted, spreadRow, type Value, value } from "./value.js";

/** Gives an expression over `lake_events` a name that the query can use, so only what is asked for is read. */
export type Demand = (sql: string) => string;

export interface StoreColumn {
  /** In lower case. */
  readonly name: string;
  readonly value: Value;
}

const attribution: readonly Field[] = [
  { name: "attribute", type: varchar },
  { name: "insightvalue", type: varchar },
  { name: "insightaverage", type: double },
  { name: "baselinevalue", type: varchar },
  { name: "baselineaverage", type: double },
];

/** The columns of a store, each of which is asked for when it is used. */
export function columnsOf(kind: ReadableStore["kind"], demand: Demand): StoreColumn[] {
  const columns = columnsByKind[kind].map((member) => ({
    name: member.name.toLowerCase(),
    value: memberValue(member, [], demand),
  }));
  if (kind === "Insight") columns.push(...insightColumns(demand));
  const eventJson = () => demand("record");
  columns.push({ name: "eventjson", value: lazy(varchar, eventJson) });
  columns.push({ name: "eventjsonchecksum", value: lazy(varchar, () => demand("base64Encode(SHA256(record))")) });
  return columns;
}

function memberValue(member: Member, path: readonly string[], demand: Demand): Value {
  const here = [...path, member.name];
  if (!("kind" in member.is)) return rowValue(member.is, here, demand);
  const type = member.is;
  if (member.column !== undefined) return lazy(type, () => demand(fromColumn(type, member.column!)));
  const whole = lazy(type, () => demand(fromRecord(type, here)));
  if (member.name === "resources") {
    return Object.defineProperty(whole, "members", { value: (index: number) => demand(resourceList(index)) });
  }
  if (type.kind !== "json map") return whole;
  const entry = (key: string) => lazy(varchar, () => demand(extracted([...here, key], "Nullable(String)")));
  return Object.defineProperty(whole, "entry", { value: entry });
}

function rowValue(members: readonly Member[], path: readonly string[], demand: Demand): Value {
  const fields = members.flatMap((member) => {
    const named = (name: string) => ({ name, is: member });
    return member.spelled
      ? [named(member.spelled), named(member.name.toLowerCase())]
      : [named(member.name.toLowerCase())];
  });
  const values = new Map<number, Value>();
  const field = (index: number): Value => {
    const known = values.get(index) ?? memberValue(fields[index]!.is, path, demand);
    values.set(index, known);
    return known;
  };
  const isNull = () => demand(`JSONType(record, ${keys(path)}) != 'Object'`);
  const typed = fields.map(({ name }, index): Field => ({ name, type: field(index).type }));
  return spreadRow(typed, { field, isNull }, true);
}

/** Whether the table has it as a column: text that is empty there was not in the record. */
function fromColumn(type: Type, column: string): string {
  if (type.kind === "boolean") return `nullIf(${column}, 2)`;
  return type.kind === "timestamp" ? column : `nullIf(${column}, '')`;
}

function fromRecord(type: Type, path: readonly string[]): string {
  switch (type.kind) {
    case "timestamp":
      return `parseDateTime64BestEffortOrNull(${extracted(path, "Nullable(String)")}, 3, 'UTC')`;
    case "json map":
      return `if(JSONType(record, ${keys(path)}) = 'Object', JSONExtractRaw(record, ${keys(path)}), NULL)`;
    case "array":
      return `if(JSONType(record, ${keys(path)}) = 'Array', [arrayMap(v -> [v], ${extracted(path, elementType(type.of))})], [])`;
    default:
      return extracted(path, "Nullable(String)");
  }
}

/** A field of each resource. Types and ARNs are columns of the table; those decide how many there are. */
function resourceList(index: number): string {
  const column = ({ type: "resource_types", arn: "resource_arns" } as Record<string, string>)[resource[index]!.name!];
  if (column !== undefined) return `arrayMap(v -> nullIf(CAST(v, 'Nullable(String)'), ''), ${column})`;
  const read = extracted(["resources"], elementType({ kind: "row", fields: resource }));
  return `arrayResize(arrayMap(v -> tupleElement(v, ${index + 1}), ${read}), length(resource_types))`;
}

/** Members of the objects in an array, by their names in the record. */
function elementType(of: Type): string {
  if (of.kind !== "row") throw new Error("an array of the record holds objects");
  const spelled: Readonly<Record<string, string>> = { accountid: "accountId", arn: "ARN", arnprefix: "ARNPrefix" };
  return `Array(Tuple(${of.fields.map(({ name }) => `${spelled[name!] ?? name} Nullable(String)`).join(", ")}))`;
}

function extracted(path: readonly string[], type: string): string {
  return `JSONExtract(record, ${keys(path)}, ${quoted(type)})`;
}

function keys(path: readonly string[]): string {
  return path.map(quoted).join(", ");
}

function insightColumns(demand: Demand): StoreColumn[] {
  const detail = (name: string, path: string): StoreColumn => ({
    name,
    value: lazy(varchar, () => demand(extracted(["insightDetails", path], "Nullable(String)"))),
  });
  const context = ["insightDetails", "insightContext"];
  const figure = (path: readonly string[], type: Type): Value =>
    lazy(type, () =>
      demand(extracted([...context, "statistics", ...path], type === bigint ? "Nullable(Int64)" : "Nullable(Float64)")),
    );
  const figures = [
    figure(["baseline", "average"], double),
    figure(["insight", "average"], double),
    figure(["baselineDuration"], bigint),
    figure(["insightDuration"], bigint),
    lazy(arrayOf({ kind: "row", fields: attribution }), () => demand(attributions([...context, "attributions"]))),
  ];
  const names = ["baselineaverage", "insightaverage", "baselineduration", "insightduration", "attributions"];
  const fields = names.map((name, index): Field => ({ name, type: figures[index]!.type }));
  const isNull = () => demand(`JSONType(record, ${keys(context)}) != 'Object'`);
  return [
    { name: "addendum", value: memberValue(map("addendum"), [], demand) },
    { name: "sharedeventid", value: memberValue(text("sharedEventID", "shared_event_id"), [], demand) },
    detail("insightsource", "insightSource"),
    detail("insightstate", "state"),
    detail("insighteventsource", "eventSource"),
    detail("insighteventname", "eventName"),
    detail("insighterrorcode", "errorCode"),
    detail("insighttype", "insightType"),
    { name: "insightcontext", value: spreadRow(fields, { field: (index) => figures[index]!, isNull }, true) },
  ];
}

/** One row a value of an attribute; the n-th of the insight stands beside the n-th of the baseline. */
function attributions(path: readonly string[]): string {
  const entry = "Array(Tuple(value Nullable(String), average Nullable(Float64)))";
  const read = extracted(path, `Array(Tuple(attribute Nullable(String), insight ${entry}, baseline ${entry}))`);
  const pair = "arrayElement(a.2, i).1, arrayElement(a.2, i).2, arrayElement(a.3, i).1, arrayElement(a.3, i).2";
  const places = "range(1, 1 + greatest(length(a.2), length(a.3)))";
  const rows = `arrayFlatten(arrayMap(a -> arrayMap(i -> tuple(a.1, ${pair}), ${places}), ${read}))`;
  return `if(JSONType(record, ${keys(path)}) = 'Array', [arrayMap(v -> [v], ${rows})], [])`;
}

function lazy(type: Type, sql: () => string): Value {
  return {
    ...value(type, ""),
    ofRow: true,
    get sql() {
      return sql();
    },
  };
}
