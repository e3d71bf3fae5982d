/** A statement that is not served; the message is for its author. */
export class QueryRefused extends Error {
  override readonly name = "QueryRefused";
}
