/** A rule that is not well-formed, or that asks for something that is not done here; the message names it. */
export class SigmaError extends Error {
  override readonly name = "SigmaError";
}
