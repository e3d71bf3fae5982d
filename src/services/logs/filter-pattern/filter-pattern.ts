import { compileFieldsPattern } from "./fields-pattern.js";
import { compileJsonPattern } from "./json-pattern.js";
import { PatternError } from "./pattern-error.js";
import { compileTextPattern } from "./text-pattern.js";

/**
 * The pattern language of CloudWatch Logs (FilterLogEvents, TestMetricFilter, metric filters):
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export interface FilterPattern {
  /** What the pattern extracts from a message that it matches, by selector or field name; undefined if it does not. */
  match(message: string): Readonly<Record<string, string>> | undefined;
  /** Whether `match` may give a value under this name. */
  selects(name: string): boolean;
  readonly regexCount: number;
}

/** AWS's quotas. */
const patternLengthMax = 1024;
const regexesPerPatternMax = 2;

/** @throws PatternError */
export function compileFilterPattern(pattern: string): FilterPattern {
  if (pattern.length > patternLengthMax) throw new PatternError("Filter pattern is longer than 1024 characters");
  const compiled = compile(pattern.trim());
  if (compiled.regexCount > regexesPerPatternMax)
    throw new PatternError("Invalid filter pattern: it may hold two regular expressions");
  return compiled;
}

function compile(pattern: string): FilterPattern {
  if (pattern.startsWith("{")) return compileJsonPattern(pattern);
  if (pattern.startsWith("[")) return compileFieldsPattern(pattern);
  return compileTextPattern(pattern);
}
