import { invalidParameter } from "./errors.js";
import { compileFilterPattern, type FilterPattern } from "./filter-pattern/filter-pattern.js";
import { PatternError } from "./filter-pattern/pattern-error.js";

/** @throws ServiceError InvalidParameterException if the text is not of the pattern language. */
export function compilePattern(text: string): FilterPattern {
  try {
    return compileFilterPattern(text);
  } catch (problem) {
    throw problem instanceof PatternError ? invalidParameter(problem.message) : problem;
  }
}
