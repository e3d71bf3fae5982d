import type {
  AnnotationValuesTerm,
  Comparison,
  Filter,
  KeywordTerm,
  NodePattern,
  RootCauseTerm,
  Term,
  Value,
} from "./filter.js";
import type { KeywordOf } from "./keywords.js";
import {
  type AnyFields,
  causeColumns,
  causeFields,
  edgeFields,
  type Field,
  notALink,
  serviceFields,
  traceFields,
} from "./sql-fields.js";

/** A condition over the columns of the table `traces`, and what its placeholders stand for. */
export interface FilterSql {
  readonly condition: string;
  /** Named f0, f1 … */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * A filter as a condition on rows of `traces` (`storage/facts/sql/create-traces.sql.ts`), true for the rows of which
 * `matches` is true for their facts. Nothing of the filter's texts gets into the SQL but as a parameter.
 *
 * Length: below 700 characters a term, and a filter has `termsMax` terms.
 *
 * @param filter without groups (`inlineGroups`).
 */
export function filterToSql(filter: Filter): FilterSql {
  const parameters = new Parameters();
  const { sql } = new SqlWriter(parameters).condition(filter);
  return { condition: sql, parameters: parameters.values };
}

/** Conditions are told apart by what they cost a row, so that a conjunction can begin with the cheap ones. */
const costs = { column: 0, look: 1, walk: 2, json: 3 } as const;

interface Condition {
  readonly sql: string;
  readonly cost: number;
}

class Parameters {
  readonly values: Record<string, string> = {};
  readonly #names = new Map<string, string>();

  /** A placeholder for a value. The same value has the same name. */
  of(value: Value): string {
    if (typeof value === "boolean") return value ? "1" : "0";
    // A number goes as its bits: no text of it is read back with fewer digits.
    if (typeof value === "number") return `reinterpretAsFloat64({${this.#name("UInt64", bitsOf(value))}:UInt64})`;
    return `{${this.#name("String", value)}:String}`;
  }

  #name(type: string, text: string): string {
    const key = `${type}:${text}`;
    let name = this.#names.get(key);
    if (name === undefined) {
      name = `f${this.#names.size}`;
      this.#names.set(key, name);
      this.values[name] = text;
    }
    return name;
  }
}

function bitsOf(value: number): string {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  return String(bytes.getBigUint64(0));
}

class SqlWriter {
  readonly #parameters: Parameters;

  constructor(parameters: Parameters) {
    this.#parameters = parameters;
  }

  condition(filter: Filter): Condition {
    return this.#fold(filter, (term) => this.#traceTerm(term));
  }

  /** No deeper than filters are nested. */
  #fold(filter: Filter, termSql: (term: Term) => Condition): Condition {
    switch (filter.kind) {
      case "and":
      case "or":
        return joined(
          filter.kind,
          filter.terms.map((term) => this.#fold(term, termSql)),
        );
      case "not": {
        const { sql, cost } = this.#fold(filter.term, termSql);
        return { sql: `(NOT ${sql})`, cost };
      }
      default:
        return termSql(filter);
    }
  }

  #traceTerm(term: Term): Condition {
    switch (term.kind) {
      case "keyword": {
        const field = traceFields[term.keyword as KeywordOf<"trace">]((column) => column);
        if (field.each === undefined) return { sql: this.#compare(field, term), cost: costs.column };
        if (term.comparison === "=" && term.value !== undefined && term.value !== "")
          return { sql: `has(${field.each}, ${this.#parameters.of(term.value)})`, cost: costs.look };
        return { sql: `arrayExists(value -> ${this.#compare(field, term)}, ${field.each})`, cost: costs.walk };
      }
      case "annotation":
        return this.#annotation(term.key, term);
      case "annotation-values":
        return this.#annotationValues(term);
      case "service":
        if (term.where === undefined) return this.#exists("nodes", this.#equalities(term.node));
        return this.#exists("segments", this.#equalities(term.node), { fields: serviceFields, where: term.where });
      case "edge": {
        const equalities = [...this.#equalities(term.source, "source_"), ...this.#equalities(term.target, "target_")];
        const inner = term.where && { fields: edgeFields, where: term.where };
        return this.#exists("calls", equalities, inner, term.withoutLinks && notALink);
      }
      case "rootcause":
        return this.#rootCause(term);
      case "rootcause-json":
        return this.#rootCauseJson(term.json);
      case "group":
        throw new Error("groups are put into the filter before it is used");
    }
  }

  #compare(field: Field, { comparison, value: wanted }: Compared): string {
    const isSet = field.kind === "text" ? `${field.value} != ''` : field.isSet;
    if (comparison === undefined || wanted === undefined)
      return `(${field.kind === "boolean" ? field.value : (isSet ?? "1")})`;
    const compared = comparedSql(field.value, comparison, this.#parameters.of(wanted));
    return isSet === undefined ? `(${compared})` : `(${isSet} AND ${compared})`;
  }

  #annotation(key: string, { comparison, value }: Compared): Condition {
    const named = this.#parameters.of(key);
    const isThere = `has(annotations.key, ${named})`;
    if (comparison === "CONTAINS" && value === "") return { sql: isThere, cost: costs.look };
    const walk = (columns: string, meets: string, arrays: string) => ({
      sql: `(${isThere} AND arrayExists((key, kind, ${columns}) -> key = ${named} AND ${meets}, annotations.key, annotations.kind, ${arrays}))`,
      cost: costs.walk,
    });
    if (comparison === undefined || value === undefined)
      return walk("number", "(kind != 2 OR number != 0)", "annotations.number");
    const wanted = this.#parameters.of(value);
    if (typeof value === "string") {
      const { sql, cost } = walk("text", `kind = 0 AND ${comparedSql("text", comparison, wanted)}`, "annotations.text");
      // There is an index of texts, and looking one up is cheaper than walking.
      return { sql: comparison === "=" ? `(has(annotations.text, ${wanted}) AND ${sql})` : sql, cost };
    }
    const kind = typeof value === "number" ? 1 : 2;
    return walk("number", `kind = ${kind} AND ${comparedSql("number", comparison, wanted)}`, "annotations.number");
  }

  /** One walk over the values, however many tests there are. */
  #annotationValues({ key, which, tests }: AnnotationValuesTerm): Condition {
    const named = this.#parameters.of(key);
    const texts: string[] = [];
    const meets = tests.map(({ comparison, value }) => {
      const wanted = this.#parameters.of(value);
      if (typeof value !== "string") return `(kind = ${typeof value === "number" ? 1 : 2} AND number = ${wanted})`;
      if (comparison === "=") texts.push(wanted);
      return `(kind = 0 AND ${comparedSql("text", comparison, wanted)})`;
    });
    const met = `(${meets.join(" OR ")})`;
    const walk = `arrayExists((key, kind, text, number) -> key = ${named} AND ${which === "some" ? met : `NOT ${met}`}, annotations.key, annotations.kind, annotations.text, annotations.number)`;
    // As for one text: there is an index of them.
    const looked = which === "some" && texts.length === tests.length;
    const looks = [
      `has(annotations.key, ${named})`,
      ...(looked ? [`hasAny(annotations.text, [${texts.join(", ")}])`] : []),
    ];
    return { sql: `(${[...looks, walk].join(" AND ")})`, cost: costs.walk };
  }

  #equalities(node: NodePattern, prefix = ""): Equality[] {
    const members = { name: node.name, type: node.type, account_id: node.accountId };
    return Object.entries(members).flatMap(([column, value]) =>
      value === undefined
        ? []
        : [{ column: `${prefix}${column}`, value: this.#parameters.of(value), empty: value === "" }],
    );
  }

  /**
   * Some element of a nested table is as wanted. Each column is looked through for its value first, which takes no more
   * than reading it; only then all columns are walked together.
   */
  #exists(
    table: string,
    equalities: readonly Equality[],
    inner?: { fields: AnyFields; where: Filter },
    also?: { column: string; isSo: (value: string) => string },
  ): Condition {
    // The engine does not find the empty text in an array of LowCardinality: `has` says 0.
    const looks = equalities
      .filter(({ empty }) => !empty)
      .map(({ column, value }) => `has(${table}.${column}, ${value})`);
    if (inner === undefined && also === undefined && equalities.length === 0)
      return { sql: `notEmpty(${table}.${firstColumns[table]})`, cost: costs.look };
    if (inner === undefined && also === undefined && equalities.length === 1 && looks.length === 1)
      return { sql: looks[0]!, cost: costs.look };
    const used = new Set<string>();
    const column = (name: string) => {
      used.add(name);
      return `its_${name}`;
    };
    const conditions = equalities.map((equality) => `${column(equality.column)} = ${equality.value}`);
    if (also !== undefined) conditions.push(also.isSo(column(also.column)));
    if (inner !== undefined) conditions.push(this.#within(inner.where, inner.fields, column, costs.walk).sql);
    const parameters = [...used].map((name) => `its_${name}`).join(", ");
    const arrays = [...used].map((name) => `${table}.${name}`).join(", ");
    const walk = `arrayExists((${parameters}) -> ${conditions.join(" AND ")}, ${arrays})`;
    return { sql: `(${[...looks, walk].join(" AND ")})`, cost: costs.walk };
  }

  #within(where: Filter, fields: AnyFields, column: (name: string) => string, cost: number): Condition {
    return this.#fold(where, (term) => {
      if (term.kind !== "keyword") throw new Error("braces hold keywords alone");
      return { sql: this.#compare(fields[term.keyword]!(column), term), cost };
    });
  }

  #rootCause({ of, element, where }: RootCauseTerm): Condition {
    const column = causeColumns[of];
    const meets =
      where === undefined
        ? "notEmpty(list)"
        : `arrayExists((element, position) -> ${
            this.#within(where, causeFields, (name) => name, costs.json).sql
          }, list, arrayEnumerate(list))`;
    const sql = `(notEmpty(${column}) AND arrayExists(list -> ${meets}, ${causeLists(element, column)}))`;
    return { sql, cost: costs.json };
  }

  #rootCauseJson(patterns: readonly unknown[]): Condition {
    const all = patterns.map((pattern) => `arrayExists(cause -> ${this.#fits(pattern, "")}, causes)`);
    const columns = Object.values(causeColumns);
    const some = columns.map((column) => `notEmpty(${column})`).join(" OR ");
    const sql = `((${some}) AND arrayExists(causes -> ${all.join(" AND ")}, [${columns.join(", ")}]))`;
    return { sql, cost: costs.json };
  }

  /** @param path of the value in `cause`: arguments of the JSON functions, each after a comma. */
  #fits(pattern: unknown, path: string): string {
    const type = `JSONType(cause${path})`;
    if (pattern === null) return `(${type} = 'Null' OR (${type} = 'String' AND JSONExtractString(cause${path}) = ''))`;
    if (Array.isArray(pattern)) {
      const elements = pattern.map((element, index) => this.#fits(element, `${path}, ${index + 1}`));
      return [`${type} = 'Array'`, `JSONLength(cause${path}) = ${pattern.length}`, ...elements].join(" AND ");
    }
    switch (typeof pattern) {
      case "object": {
        const members = Object.entries(pattern as object).map(([name, member]) =>
          this.#fits(member, `${path}, ${this.#parameters.of(name)}`),
        );
        return [`${type} = 'Object'`, ...members].join(" AND ");
      }
      case "string":
        return `${type} = 'String' AND JSONExtractString(cause${path}) = ${this.#parameters.of(pattern)}`;
      case "boolean":
        return `${type} = 'Bool' AND JSONExtractBool(cause${path}) = ${this.#parameters.of(pattern)}`;
      default:
        return `${type} IN ('Int64', 'UInt64', 'Double') AND JSONExtractFloat(cause${path}) = ${this.#parameters.of(Number(pattern))}`;
    }
  }
}

type Compared = Pick<KeywordTerm, "comparison" | "value">;

interface Equality {
  readonly column: string;
  /** A placeholder. */
  readonly value: string;
  readonly empty: boolean;
}

/** A column of which there is one value an element. */
const firstColumns: Readonly<Record<string, string>> = { nodes: "name", segments: "name", calls: "source_name" };

/** The lists of a kind of element in all causes of a column: arrays of JSON texts. `listsOf` does the same. */
function causeLists(element: RootCauseTerm["element"], column: string): string {
  const services = "JSONExtractArrayRaw(cause, 'Services')";
  if (element === "service") return `arrayMap(cause -> ${services}, ${column})`;
  const entities = `arrayMap(cause -> arrayFlatten(arrayMap(service -> JSONExtractArrayRaw(service, 'EntityPath'), ${services})), ${column})`;
  if (element === "entity") return entities;
  return `arrayMap(entity -> JSONExtractArrayRaw(entity, 'Exceptions'), arrayFlatten(${entities}))`;
}

function comparedSql(value: string, comparison: Comparison, wanted: string): string {
  switch (comparison) {
    case "CONTAINS":
      return `position(${value}, ${wanted}) > 0`;
    case "BEGINSWITH":
      return `startsWith(${value}, ${wanted})`;
    case "ENDSWITH":
      return `endsWith(${value}, ${wanted})`;
    default:
      return `${value} ${comparison} ${wanted}`;
  }
}

/** Cheap conditions first: the engine stops at the first that decides. */
function joined(kind: "and" | "or", conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: kind === "and" ? "1" : "0", cost: costs.column };
  const sorted = [...conditions].sort((a, b) => a.cost - b.cost);
  return {
    sql: `(${sorted.map(({ sql }) => sql).join(kind === "and" ? " AND " : " OR ")})`,
    cost: sorted.at(-1)!.cost,
  };
}
