import { compileComparison } from "./comparison.js";
import { allOf, anyOf, type Condition } from "./condition.js";
import type { FilterPattern } from "./filter-pattern.js";
import { Scanner } from "./scanner.js";

interface Field {
  /** Empty for a place without a name. */
  readonly name: string;
  readonly holds?: Condition<string>;
}

/**
 * `[ip, user, ..., status = 4* && status != 404, bytes > 1000]` over the fields of a line that blanks separate; what
 * stands between brackets or quotation marks is one field. `...` stands for any number of fields; without it the last
 * field takes the rest of the line, which is why AWS's guide ends patterns with a field that has no condition.
 *
 * @throws PatternError
 */
export function compileFieldsPattern(pattern: string): FilterPattern {
  const reader = new FieldsPatternReader(pattern);
  const { fields, ellipsisAt } = reader.pattern();
  return {
    regexCount: reader.regexCount,
    selects: (name) => fields.some((field, index) => `$${field.name === "" ? index + 1 : field.name}` === name),
    match(message) {
      const tokens = splitFields(message);
      if (tokens.length < fields.length) return undefined;
      const spare = tokens.length - fields.length;
      const extracted: Record<string, string> = {};
      if (ellipsisAt !== undefined)
        for (let place = 0; place < spare; place++)
          extracted[`$${ellipsisAt + place + 1}`] = tokens[ellipsisAt + place]!.text;
      for (const [index, field] of fields.entries()) {
        const place = ellipsisAt !== undefined && index >= ellipsisAt ? index + spare : index;
        const takesRest = ellipsisAt === undefined && spare > 0 && index === fields.length - 1;
        const value = takesRest ? message.slice(tokens[place]!.start).trimEnd() : tokens[place]!.text;
        if (field.holds !== undefined && !field.holds(value)) return undefined;
        extracted[`$${field.name === "" ? place + 1 : field.name}`] = value;
      }
      return extracted;
    },
  };
}

class FieldsPatternReader {
  regexCount = 0;
  readonly #scanner: Scanner;

  constructor(pattern: string) {
    this.#scanner = new Scanner(pattern);
  }

  pattern(): { fields: readonly Field[]; ellipsisAt?: number } {
    const scanner = this.#scanner;
    scanner.expect("[");
    const fields: Field[] = [];
    let ellipsisAt: number | undefined;
    do {
      if (scanner.take("...") || scanner.take("…")) {
        if (ellipsisAt !== undefined) throw scanner.problem("a pattern may hold one '...'");
        ellipsisAt = fields.length;
      } else fields.push(this.#field());
    } while (scanner.take(","));
    scanner.expect("]");
    if (!scanner.atEnd()) throw scanner.problem("nothing may follow the closing bracket");
    return { fields, ellipsisAt };
  }

  #field(): Field {
    const scanner = this.#scanner;
    scanner.skipBlanks();
    const grouped = scanner.text[scanner.at] === "(";
    const name = grouped ? this.#nameAhead() : (scanner.match(/[A-Za-z0-9_$.-]+/) ?? "");
    const operator = grouped ? undefined : scanner.operator();
    if (!grouped && operator === undefined) return { name };
    const first = operator === undefined ? this.#single(name) : this.#comparison(operator);
    return { name, holds: this.#alternatives(name, first) };
  }

  #nameAhead(): string {
    const [, name] = /^[\s(]*([A-Za-z0-9_$.-]+)/.exec(this.#scanner.text.slice(this.#scanner.at)) ?? [];
    if (name === undefined) throw this.#scanner.problem("a field's name is missing");
    return name;
  }

  #alternatives(name: string, first?: Condition<string>): Condition<string> {
    const conditions = [this.#conjunction(name, first)];
    while (this.#scanner.take("||")) conditions.push(this.#conjunction(name));
    return anyOf(conditions);
  }

  #conjunction(name: string, first?: Condition<string>): Condition<string> {
    const conditions = [first ?? this.#single(name)];
    while (this.#scanner.take("&&")) conditions.push(this.#single(name));
    return allOf(conditions);
  }

  #single(name: string): Condition<string> {
    const scanner = this.#scanner;
    if (scanner.take("(")) {
      const inner = this.#alternatives(name);
      scanner.expect(")");
      return inner;
    }
    scanner.skipBlanks();
    if (scanner.match(/[A-Za-z0-9_$.-]+/) !== name)
      throw scanner.problem(`conditions of one place are all about its field '${name}'`);
    const operator = scanner.operator();
    if (operator === undefined) throw scanner.problem("an operator is missing");
    return this.#comparison(operator);
  }

  #comparison(operator: Parameters<typeof compileComparison>[0]): Condition<string> {
    const operand = this.#scanner.operand(",])");
    if (operand.kind === "regex") this.regexCount++;
    return compileComparison(operator, operand);
  }
}

interface FieldText {
  readonly text: string;
  /** Where it starts in the line, its bracket or quotation mark included. */
  readonly start: number;
}

const closing: Readonly<Record<string, string>> = { "[": "]", '"': '"' };

function splitFields(line: string): FieldText[] {
  const fields: FieldText[] = [];
  // Once a closing character is known not to come again, it is not looked for again: one pass over the line in all.
  const absent = new Set<string>();
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at]!)) {
      at++;
      continue;
    }
    const start = at;
    const close = closing[line[at]!];
    const end = close === undefined || absent.has(close) ? -1 : line.indexOf(close, at + 1);
    if (close !== undefined && end < 0) absent.add(close);
    if (end >= 0) {
      fields.push({ text: line.slice(at + 1, end), start });
      at = end + 1;
      continue;
    }
    while (at < line.length && !/\s/.test(line[at]!)) at++;
    fields.push({ text: line.slice(start, at), start });
  }
  return fields;
}
