import type { Severity } from "../../../audit/sigma/rule.js";
import type { AccountFacts } from "./account-facts.js";

/** Something that is not as auditors want it. */
export interface Shortcoming {
  /** ARN or name of what it is about. */
  readonly resource: string;
  readonly message: string;
}

/** What auditors ask, how it is found out, and what to do where the answer is no. */
export interface Check {
  /** Stays the same for ever: what reads scorecards goes by it. */
  readonly id: string;
  readonly area: "TRAILS" | "BUCKETS" | "KEYS" | "ACCESS" | "ALARMS" | "INSTALLATION";
  /** What is so where the check passes. */
  readonly title: string;
  readonly severity: Severity;
  /** Where auditors ask for it. */
  readonly references: readonly string[];
  /** What to do, with the call that does it. */
  readonly mend: string;
  /** @returns nothing where the question does not arise, else what falls short. */
  look(facts: AccountFacts): readonly Shortcoming[] | undefined;
}

export const dayMs = 24 * 60 * 60_000;
