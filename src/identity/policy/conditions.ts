import { bothRows, isNoRow, noRow, type RowCondition } from "../row-condition.js";
import { type ConditionOperator, conditionOperators } from "./condition-operators.js";
import type { ConditionValues } from "./condition-values.js";
import type { ConditionElement } from "./document.js";
import { MalformedPolicy } from "./malformed-policy.js";
import { compileRowCondition } from "./row-conditions.js";
import { rowKeyOf } from "./row-keys.js";

export interface Condition {
  (values: ConditionValues): boolean;
  /** Only where it asks of keys of rows (`rowKeyOf`): for which rows it holds, the values of all other keys given. */
  readonly ofRows?: (values: ConditionValues) => RowCondition;
}

/**
 * All operators and keys must hold (AND); of a key's values one suffices (OR), with a negated operator none may match.
 *
 * @throws MalformedPolicy for an unknown operator or a value it cannot read.
 */
export function compileConditions(element: ConditionElement, options: { variables: boolean }): Condition {
  const conditions = Object.entries(element).flatMap(([name, keys]) => {
    const form = operatorForm(name);
    return Object.entries(keys).map(([key, values]) => compileCondition(form, key, values, options));
  });
  const holds = (values: ConditionValues) => conditions.every((condition) => condition(values));
  if (!conditions.some(({ ofRows }) => ofRows)) return holds;
  return Object.assign(holds, { ofRows: (values: ConditionValues) => rowsOfAll(conditions, values) });
}

function rowsOfAll(conditions: readonly Condition[], values: ConditionValues): RowCondition {
  const ofRows: RowCondition[] = [];
  for (const condition of conditions) {
    if (!condition.ofRows && !condition(values)) return noRow;
    if (condition.ofRows) ofRows.push(condition.ofRows(values));
    if (ofRows.at(-1) && isNoRow(ofRows.at(-1)!)) return noRow;
  }
  return bothRows(...ofRows);
}

export interface OperatorForm {
  /** In lower case, without `IfExists` and set prefixes. */
  readonly name: string;
  readonly operator: ConditionOperator | "Null";
  readonly set: "any" | "all" | undefined;
  readonly ifExists: boolean;
}

const setPrefixes = { "foranyvalue:": "any", "forallvalues:": "all" } as const;

function operatorForm(name: string): OperatorForm {
  let base = name.toLowerCase();
  let set: OperatorForm["set"];
  for (const [prefix, meaning] of Object.entries(setPrefixes))
    if (base.startsWith(prefix)) {
      set = meaning;
      base = base.slice(prefix.length);
    }
  const ifExists = base.endsWith("ifexists");
  if (ifExists) base = base.slice(0, -"ifexists".length);
  if (base === "null" && !ifExists && set === undefined) return { name: base, operator: "Null", set, ifExists };
  const operator = conditionOperators.get(base);
  if (!operator) throw new MalformedPolicy(`Invalid Condition type : ${name.slice(0, 128)}.`);
  return { name: base, operator, set, ifExists };
}

function compileCondition(
  form: OperatorForm,
  keyAsWritten: string,
  texts: readonly string[],
  options: { variables: boolean },
): Condition {
  const condition = compileKnown(form, keyAsWritten.toLowerCase(), texts, options);
  const rowKey = rowKeyOf(keyAsWritten);
  if (rowKey === undefined) return condition;
  return Object.assign(condition, { ofRows: compileRowCondition(form, rowKey, texts, options) });
}

function compileKnown(
  { operator, set, ifExists }: OperatorForm,
  key: string,
  texts: readonly string[],
  options: { variables: boolean },
): Condition {
  if (operator === "Null") return compileNull(key, texts);
  const tests = texts.map((text) => operator.compile(text, options));
  const { negated } = operator;
  return (values) => {
    const found = values.get(key);
    if (found === undefined || found.length === 0) {
      if (set !== undefined) return set === "all" || ifExists;
      return ifExists || negated;
    }
    const matches = (value: string) => tests.some((test) => test(value, values));
    if (set === "all") return found.every((value) => matches(value) !== negated);
    if (set === "any") return found.some((value) => matches(value) !== negated);
    return found.some(matches) !== negated;
  };
}

/** `"true"`: the key must be absent; `"false"`: it must be there. */
function compileNull(key: string, texts: readonly string[]): Condition {
  const wanted = texts.map((text) => {
    const lower = text.toLowerCase();
    if (lower !== "true" && lower !== "false") throw new MalformedPolicy("The Null condition wants true or false.");
    return lower === "true";
  });
  return (values) => {
    const found = values.get(key);
    return wanted.includes(found === undefined || found.length === 0);
  };
}
