import type { AnyOperation } from "../operation.js";

/** The part of the API that one folder holds. */
export interface OperationArea {
  readonly operations: readonly AnyOperation[];
  /** Refused, each with the reason told to the caller. */
  readonly notOffered: Readonly<Record<string, string>>;
}
