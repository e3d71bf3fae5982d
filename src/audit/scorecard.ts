/** What GetScorecard answers, as `docs/guide/scorecard.md` names its parts. */
export interface Scorecard {
  readonly AccountId: string;
  readonly Region: string;
  /** Epoch seconds. */
  readonly CheckedTime: number;
  readonly Passed: number;
  readonly Failed: number;
  readonly NotApplicable: number;
  readonly Checks: readonly CheckResult[];
}

export interface CheckResult {
  readonly CheckId: string;
  readonly Area: string;
  readonly Title: string;
  readonly Severity: string;
  readonly References: readonly string[];
  readonly Status: "PASSED" | "FAILED" | "NOT_APPLICABLE";
  readonly ShortcomingCount?: number;
  readonly Shortcomings?: readonly { readonly Resource: string; readonly Message: string }[];
  readonly Mend?: string;
}
