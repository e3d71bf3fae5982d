import { compile, type Surroundings } from "./compile-expression.js";
import { surroundings, type Visible } from "./compile-query.js";
import { QueryRefused } from "./query-refused.js";
import { named, type Scope, type ScopeColumn, type Source, Subselect } from "./scope.js";
import type { FromItem } from "./tree.js";
import { bigint, engineType, nameOf, type Type } from "./types.js";
import { asMap, fieldAt, freshName, nullOf, quoted, spreadRow, type Value, value } from "./value.js";

type Unnest = FromItem & { kind: "unnest" };

/** Lists that are gone through side by side. */
interface Members {
  /** What each of them is a member of: one value for each list. */
  readonly values: readonly Value[];
  /** What the engine joins, asked for when it is known what of the members is used; the first list is there in any case. */
  joined(): readonly { readonly list: string; readonly name: string }[];
}

/** A row for each member of an array, beside the row it is from. The shorter of several arrays are filled up with NULL. */
export function unnested(
  left: Source | undefined,
  item: Unnest,
  alias: string | undefined,
  names: readonly string[] | undefined,
  keepEmpty: boolean,
  visible: Visible,
): Source {
  const scope: Scope = { columns: left?.columns ?? [], beyond: visible.beyond };
  const around: Surroundings = surroundings("FROM", scope, visible);
  const place = freshName("c");
  const lists = item.values.map((expression) => compile(expression, around));
  const all = lists.length === 1 && lists[0]!.members ? fieldLists(lists[0]!, place) : zipped(lists);
  const of = alias?.toLowerCase();
  const isWhole = names?.length === lists.length + (item.ordinality ? 1 : 0);
  const members = all.values.flatMap((one): ScopeColumn[] =>
    // A row gives a column for each field, unless one name stands for the whole of it.
    one.type.kind === "row" && !isWhole
      ? one.type.fields.map(({ name }, index) => ({ name, value: fieldAt(one, index) }))
      : [{ value: one }],
  );
  if (item.ordinality)
    members.push({ name: "ordinality", value: { ...value(bigint, `toInt64(${place})`), ofRow: true } });
  if (names && names.length !== members.length)
    throw new QueryRefused(
      `Column alias list has ${names.length} entries but '${alias}' has ${members.length} columns`,
    );
  const columns = members.map((column, index): ScopeColumn => {
    const shown = names?.[index] ?? column.name;
    return { ...column, name: shown?.toLowerCase(), shown, of };
  });
  return new Subselect((demand) => {
    const passed = (column: ScopeColumn): ScopeColumn => ({ ...column, value: named(column.value, demand) });
    return {
      columns: [...(left?.columns ?? []).map(passed), ...columns.map(passed)],
      render: (select) => {
        const joins = all.joined();
        const lists = joins.map(({ list, name }) => `${list} AS ${name}`).join(", ");
        const from = left?.render() ?? `(SELECT 1 AS ${freshName("c")}) AS ${freshName("t")}`;
        const join = keepEmpty ? "LEFT ARRAY JOIN" : "ARRAY JOIN";
        return `SELECT ${select.join(", ")} FROM ${from} ${join} ${lists}, arrayEnumerate(${joins[0]!.list}) AS ${place}`;
      },
    };
  });
}

/** Of rows that the record holds: only the fields that are used, each a list of its own. */
function fieldLists(of: Value, place: string): Members {
  const { type } = of;
  if (type.kind !== "array" || type.of.kind !== "row") throw new Error("only arrays of rows have lists of fields");
  const used = new Map<number, string>();
  const use = (index: number): string => {
    const name = used.get(index) ?? freshName("c");
    used.set(index, name);
    return name;
  };
  const { fields } = type.of;
  const field = (index: number): Value => ({
    type: fields[index]!.type,
    ofRow: true,
    get sql() {
      return use(index);
    },
  });
  // LEFT JOIN gives a member in place 0 where there is none.
  const values = [spreadRow(fields, { field, isNull: () => `(${place} = 0)` }, true)];
  return {
    values,
    joined: () => {
      if (used.size === 0) use(fields.findIndex(({ name }) => name === "type"));
      return [...used].map(([index, name]) => ({ list: of.members!(index), name }));
    },
  };
}

function zipped(lists: readonly Value[]): Members {
  const name = freshName("c");
  const members = lists.map(memberList);
  const list = zippedLists(members);
  return {
    values: members.map(({ type }, index) => ({ ...value(type, `tupleElement(${name}, ${index + 1})`), ofRow: true })),
    joined: () => [{ list, name }],
  };
}

/** The SQL of a list without the option around it, and the type of its members. */
function memberList(of: Value): { readonly sql: string; readonly type: Type } {
  const list = asMap(of);
  const { type } = list;
  if (type.kind === "array") return { sql: `arrayElement(${list.sql}, 1)`, type: type.of };
  if (type.kind === "map") {
    const entry: Type = {
      kind: "row",
      fields: [
        { name: "key", type: type.key },
        { name: "value", type: type.value },
      ],
    };
    return { sql: `arrayMap(v -> [v], arrayElement(${list.sql}, 1))`, type: entry };
  }
  throw new QueryRefused(`Cannot unnest type: ${nameOf(type)}`);
}

function zippedLists(lists: readonly { readonly sql: string; readonly type: Type }[]): string {
  if (lists.length === 1) return `arrayMap(v -> tuple(v), ${lists[0]!.sql})`;
  const longest = `greatest(${lists.map(({ sql }) => `length(${sql})`).join(", ")})`;
  const filled = lists.map(
    ({ sql, type }) => `arrayResize(${sql}, ${longest}, CAST(${nullOf(type).sql}, ${quoted(engineType(type))}))`,
  );
  return `arrayZip(${filled.join(", ")})`;
}
