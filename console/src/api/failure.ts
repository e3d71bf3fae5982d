import { session } from "./session.js";

/** What went wrong with a call, told so that the reader knows what to do. */
export interface Failure {
  readonly kind: "denied" | "refused" | "unreachable";
  /** The error's code, as AWS names it. */
  readonly code: string;
  readonly message: string;
  /** The action that is missing, as policies write it, where the message names one. */
  readonly missingAction?: string;
}

const denials = new Set(["AccessDeniedException", "AccessDenied", "AccessDeniedFault", "AuthorizationError"]);
const expiries = new Set(["ExpiredTokenException", "ExpiredToken"]);

/** Reads an error that an SDK client, or our own `callExtension`, threw. */
export function failureOf(problem: unknown): Failure {
  const { name = "Error", message = String(problem) } = (problem ?? {}) as { name?: string; message?: string };
  if (expiries.has(name)) session.end();
  if (denials.has(name)) {
    const action = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
    return { kind: "denied", code: name, message, ...(action !== undefined && { missingAction: action }) };
  }
  const unreachable = problem instanceof TypeError || name === "NetworkError" || name === "TimeoutError";
  return { kind: unreachable ? "unreachable" : "refused", code: name, message };
}

/** Whether a call was given up by whoever made it, so that nobody is to be told. */
export function wasAborted(problem: unknown): boolean {
  return (problem as { name?: string } | undefined)?.name === "AbortError";
}
