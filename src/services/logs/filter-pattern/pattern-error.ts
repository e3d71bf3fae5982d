/** The pattern is not of the language. The message says what and where; the operation turns it into AWS's error. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}
