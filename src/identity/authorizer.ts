import type { AccessContext, AccessRequest, Decision } from "./access.js";
import type { Caller } from "./caller.js";

/** Decides what a caller may do, as IAM does. */
export interface Authorizer {
  /** Answers at once, without a promise, where the caller's policies are cached. */
  decide(caller: Caller, access: AccessRequest, context: AccessContext): Promise<Decision> | Decision;
}
