import type { Failure } from "../api/failure.js";
import { session } from "../api/session.js";
import { common } from "../texts/common.js";

/** What went wrong and what to do about it, in a sentence or two; the missing permission by its name. */
export function failureText({ kind, code, message, missingAction }: Failure): string {
  const { person, role } = session.get();
  if (missingAction !== undefined) return common.failure.missing(missingAction, (role ?? person)?.arn ?? "");
  return kind === "unreachable" ? common.failure.unreachable : common.failure.message(code, message);
}
