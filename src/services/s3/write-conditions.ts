import type { PutCondition } from "../../storage/object-store.js";
import { notImplemented } from "./errors.js";
import { unquoted } from "./etags.js";

/** Conditions of a write: `If-None-Match: *`, or `If-Match` with one etag. */
export function writeCondition(input: {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
}): PutCondition | undefined {
  const { IfMatch, IfNoneMatch } = input;
  if (IfNoneMatch !== undefined && IfNoneMatch.trim() !== "*")
    throw notImplemented("A write takes If-None-Match only with the value *.");
  if (IfMatch === undefined && IfNoneMatch === undefined) return undefined;
  return {
    ...(IfNoneMatch === undefined ? {} : { absent: true }),
    ...(IfMatch === undefined ? {} : { etag: unquoted(IfMatch) }),
  };
}
