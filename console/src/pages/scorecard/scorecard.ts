import type { CheckResult, Scorecard } from "../../../../src/audit/scorecard.js";

export interface AreaResult {
  readonly area: string;
  readonly checks: readonly CheckResult[];
  readonly passed: number;
  /** Passed and failed: what does not apply is in neither. */
  readonly judged: number;
}

const severities = ["critical", "high", "medium", "low", "informational"];
const statuses = ["FAILED", "PASSED", "NOT_APPLICABLE"];

/** Areas in the order of the answer; in each what falls short first, the gravest of it on top. */
export function byArea(checks: readonly CheckResult[]): readonly AreaResult[] {
  const areas = [...new Set(checks.map(({ Area }) => Area))];
  const rank = (list: readonly string[], value: string) => (list.includes(value) ? list.indexOf(value) : list.length);
  return areas.map((area) => {
    const of = checks.filter(({ Area }) => Area === area);
    return {
      area,
      checks: of.toSorted(
        (left, right) =>
          rank(statuses, left.Status) - rank(statuses, right.Status) ||
          rank(severities, left.Severity) - rank(severities, right.Severity),
      ),
      passed: of.filter(({ Status }) => Status === "PASSED").length,
      judged: of.filter(({ Status }) => Status !== "NOT_APPLICABLE").length,
    };
  });
}

/** `6 of 20 checks pass; 2 of those that fail are critical.` */
export function scorecardSentence(card: Scorecard): string {
  const judged = card.Passed + card.Failed;
  const checks = judged === 1 ? "check" : "checks";
  if (card.Failed === 0) return `All of ${judged} ${checks} pass.`;
  const critical = card.Checks.filter(({ Status, Severity }) => Status === "FAILED" && Severity === "critical").length;
  const passing = `${card.Passed} of ${judged} ${checks} pass`;
  if (critical === 0) return `${passing}; nothing that fails is critical.`;
  return `${passing}; ${critical} of those that fail ${critical === 1 ? "is" : "are"} critical.`;
}
