import type { ConditionElement } from "../../../../src/identity/policy/document.js";
import { joinWords, withoutVariables } from "./join-words.js";

/** An operator as policies write it, taken apart. */
interface Operator {
  /** In lower case, without its prefix and its `IfExists`. */
  readonly name: string;
  readonly negated: boolean;
  readonly set: "all" | "any" | undefined;
  readonly ifExists: boolean;
}

function readOperator(written: string): Operator {
  const [, set, bare = "", ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/i.exec(written) ?? [];
  const name = bare.toLowerCase();
  return {
    name: name.replace("not", ""),
    negated: name.includes("not"),
    set: set === undefined ? undefined : /all/i.test(set) ? "all" : "any",
    ifExists: ifExists !== undefined,
  };
}

/** Each condition as what follows a comma: `with MFA`, `from 10.0.0.0/8`, `of group checkout only`. */
export function conditionsInWords(conditions: ConditionElement): string[] {
  return Object.entries(conditions).flatMap(([written, byKey]) =>
    Object.entries(byKey).map(([key, values]) => conditionInWords(readOperator(written), key, values)),
  );
}

function conditionInWords(operator: Operator, key: string, texts: readonly string[]): string {
  const values = texts.map(withoutVariables);
  const one = joinWords(values, { word: "or" });
  const lower = key.toLowerCase();
  if (operator.name === "null") return `if ${key} is ${values[0]?.toLowerCase() === "true" ? "absent" : "given"}`;
  const known = operator.set === undefined ? knownInWords(operator, lower, key, values, one) : undefined;
  if (known !== undefined) return known;
  const subject =
    operator.set === "all" ? `every value of ${key}` : operator.set === "any" ? `some value of ${key}` : key;
  const absent = operator.ifExists ? ", or there is none" : "";
  return `if ${subject} ${relationOf(operator)} ${one}${absent}`;
}

function knownInWords(
  operator: Operator,
  lower: string,
  key: string,
  values: readonly string[],
  one: string,
): string | undefined {
  const { name, negated } = operator;
  const only = negated ? "" : " only";
  const equals = name.startsWith("string") || name.startsWith("arn");
  const but = (what: string) => (negated ? `except ${what}` : what);
  const named = /^([^/]+)\/(.+)$/.exec(key);
  const truth = values.length === 1 && name === "bool" ? values[0]!.toLowerCase() : undefined;
  if (lower === "aws:multifactorauthpresent" && truth !== undefined)
    return truth === "true" ? "with MFA" : "without MFA";
  if (lower === "aws:securetransport" && truth !== undefined) return truth === "true" ? "over TLS" : "without TLS";
  if (lower === "aws:sourceip" && name === "ipaddress") {
    const addresses = joinWords(values.map(withoutWholePrefix), { word: "or" });
    return negated ? `from anywhere but ${addresses}` : `from ${addresses}`;
  }
  if (lower === "aws:multifactorauthage" && name.startsWith("numericless"))
    return `with MFA at most ${one} seconds ago`;
  if (lower === "aws:currenttime" && name.startsWith("dateless")) return `until ${one}`;
  if (lower === "aws:currenttime" && name.startsWith("dategreater")) return `from ${one} on`;
  if (!equals) return undefined;
  if (lower === "aws:requestedregion") return but(`in region ${one}`);
  if (lower === "xray:groupname") return but(`of group ${one}${only}`);
  if (lower === "xray:grouparn") return but(`of group ${one}${only}`);
  if (lower === "iam:passedtoservice") return but(`for the service ${one}`);
  if (lower === "sts:externalid") return but(`with the external ID ${one}`);
  if (lower === "aws:useragent") return but(`with the program ${one}`);
  if (lower === "aws:principalarn") return but(`by ${one}`);
  if (lower === "kms:viaservice") return but(`through ${one}`);
  if (named === null) return undefined;
  const is = name.includes("like") && !name.startsWith("arn") ? "like" : "=";
  switch (named[1]!.toLowerCase()) {
    case "xray:annotation":
      return but(`of traces with annotation ${named[2]} ${is} ${one}${only}`);
    case "xray:grouptag":
      return but(`of groups tagged ${named[2]} ${is} ${one}${only}`);
    case "aws:principaltag":
      return but(`by callers tagged ${named[2]} ${is} ${one}`);
    case "aws:resourcetag":
      return but(`on what is tagged ${named[2]} ${is} ${one}`);
    case "aws:requesttag":
      return but(`when tagging it ${named[2]} ${is} ${one}`);
    default:
      return undefined;
  }
}

/** A network of one address is that address. */
function withoutWholePrefix(network: string): string {
  return network.replace(/^([\d.]+)\/32$|^([\da-f:]+)\/128$/i, "$1$2");
}

function relationOf({ name, negated }: Operator): string {
  const is = negated ? "is not" : "is";
  if (name.endsWith("like")) return `${is} like`;
  if (name === "ipaddress") return `${is} within`;
  if (name.endsWith("lessthan")) return "is less than";
  if (name.endsWith("lessthanequals")) return "is at most";
  if (name.endsWith("greaterthan")) return "is more than";
  if (name.endsWith("greaterthanequals")) return "is at least";
  return name.endsWith("ignorecase") ? `${is}, in any case,` : is;
}
