import type { Type } from "./types.js";
import { textMap } from "./types.js";
import { coerced, freshName, isNull, type Value, value } from "./value.js";

/** SQL of a value as text, as GetQueryResults shows it; NULL stays NULL. */
export function printed(of: Value): string {
  return of.parts ? printedRow(of) : text(of.sql, of.type);
}

/** A row is shown by its fields, so that none of it has to be put together first. */
function printedRow(of: Value): string {
  const { fields } = of.type as Type & { kind: "row" };
  const members = fields.map(({ name }, index) =>
    shown(name, index, `ifNull(${printed(of.parts!.field(index))}, 'null')`),
  );
  return `if(${isNull(of)}, NULL, concat('{', ${members.join(", ', ', ")}, '}'))`;
}

function shown(name: string | undefined, index: number, sql: string): string {
  // Names of fields come from the schema and from CAST, and are letters, digits and the like only in the first case.
  return `${literal(`${name ?? `field${index}`}=`)}, ${sql}`;
}

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}

function text(sql: string, type: Type): string {
  const name = freshName();
  const member = (inner: string, of: Type) => `assumeNotNull(ifNull(${text(inner, of)}, 'null'))`;
  switch (type.kind) {
    case "unknown":
      return "CAST(NULL, 'Nullable(String)')";
    case "varchar":
    case "json":
      return sql;
    case "boolean":
      return `toString(CAST(${sql}, 'Nullable(Bool)'))`;
    case "bigint":
    case "date":
    case "timestamp":
      return `toString(${sql})`;
    case "timestamp with time zone":
      return `concat(toString(${sql}), ' ${type.zone}')`;
    case "decimal":
      return `toDecimalString(${sql}, ${type.scale})`;
    case "double":
      return doubleText(sql);
    case "interval year to month":
      return monthsText(sql);
    case "interval day to second":
      return dayTimeText(sql);
    case "json map":
      return text(coerced(value(type, sql), textMap).sql, textMap);
    case "array":
      return one(
        `arrayMap(${name}a -> concat('[', arrayStringConcat(arrayMap(${name} -> ${member(name, type.of)}, ${name}a), ', '), ']'), ${sql})`,
      );
    case "map": {
      const pair = `concat(${member(`${name}.1`, type.key)}, '=', ${member(`${name}.2`, type.value)})`;
      return one(
        `arrayMap(${name}a -> concat('{', arrayStringConcat(arrayMap(${name} -> ${pair}, ${name}a), ', '), '}'), ${sql})`,
      );
    }
    case "row": {
      const members = type.fields.map((field, index) =>
        shown(field.name, index, member(`${name}.${index + 1}`, field.type)),
      );
      return one(`arrayMap(${name} -> concat('{', ${members.join(", ', ', ")}, '}'), ${sql})`);
    }
  }
}

function one(sql: string): string {
  return `arrayElementOrNull(${sql}, 1)`;
}

/** As Java writes a double: `1.0`, and with an exponent below 1/1000 and from ten million on. */
function doubleText(sql: string): string {
  const [x, s, m, e] = [freshName(), freshName(), freshName(), freshName()];
  // The engine writes `1`, `1.5`, `1e21`, `1.5e-7`: digits, then a power of ten.
  const exponent = `toInt32(ifNull(toInt32OrNull(extract(${s}, 'e(.*)$')), 0))`;
  const digits = `replaceRegexpOne(${s}, 'e.*$', '')`;
  const plain = `if(position(${s}, '.') = 0, concat(${s}, '.0'), ${s})`;
  // Of a number without leading zeros: all its digits, and how far the point is right of the first.
  const all = `replaceRegexpOne(replaceOne(${m}, '.', ''), '^0+', '')`;
  const place = `if(startsWith(${m}, '0.'), -toInt32(length(extract(${m}, '^0\\\\.(0*)'))) - 1, toInt32(length(extract(${m}, '^[0-9]+'))) - 1)`;
  const mantissa = `replaceRegexpOne(concat(substring(${all}, 1, 1), '.', substring(${all}, 2)), '(\\\\.[0-9]*?)0*$', '\\\\1')`;
  const scientific = `arrayElement(arrayMap((${m}, ${e}) -> concat(if(endsWith(${mantissa}, '.'), concat(${mantissa}, '0'), ${mantissa}), 'E', toString(${e} + ${place})), [${digits}], [${exponent}]), 1)`;
  const finite = `concat(if(${x} < 0 OR startsWith(toString(${x}), '-'), '-', ''), arrayElement(arrayMap(${s} -> if(${x} = 0 OR (abs(${x}) >= 0.001 AND abs(${x}) < 10000000), ${plain}, ${scientific}), [toString(abs(${x}))]), 1))`;
  const any = `multiIf(isNaN(${x}), 'NaN', isInfinite(${x}), if(${x} > 0, 'Infinity', '-Infinity'), ${finite})`;
  return `arrayElementOrNull(arrayMap(${x} -> ${any}, arrayMap(${x} -> assumeNotNull(${x}), arrayFilter(${x} -> isNotNull(${x}), [${sql}]))), 1)`;
}

function monthsText(sql: string): string {
  return `concat(if(${sql} < 0, '-', ''), toString(intDiv(abs(${sql}), 12)), '-', toString(abs(${sql}) % 12))`;
}

function dayTimeText(sql: string): string {
  const part = (divisor: number, modulo: number, digits: number) =>
    `leftPad(toString(intDiv(abs(${sql}), ${divisor}) % ${modulo}), ${digits}, '0')`;
  const clock = [part(3_600_000, 24, 2), part(60_000, 60, 2), part(1000, 60, 2)].join(", ':', ");
  return `concat(if(${sql} < 0, '-', ''), toString(intDiv(abs(${sql}), 86400000)), ' ', ${clock}, '.', ${part(1, 1000, 3)})`;
}
