import type {
  GetSamplingTargetsCommandInput,
  GetSamplingTargetsCommandOutput,
  SamplingTargetDocument,
  UnprocessedStatistics,
} from "@aws-sdk/client-xray";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import { quotaLifetimeMs, reportIntervalSeconds, reportTimeMs, statisticsAgeMaxMs } from "../../../tracing/sampling.js";
import { type Call, operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";
import { type AnomalyReport, bookAnomalies, boostsInForce } from "./book-anomalies.js";
import { bookStatistics, grantQuotas, type Report } from "./book-reports.js";
import { mendedTargetsBody } from "./mended-targets-body.js";
import { lastRuleModificationMs, readRules, type StoredRule } from "./rule-store.js";
import { checkTargetsInput } from "./targets-input.js";

type Input = GetSamplingTargetsCommandInput;
type Output = Omit<GetSamplingTargetsCommandOutput, "$metadata">;

/**
 * Books what a client saw and tells it what it may sample. Everything is added up and shared out in the settings store,
 * in the transaction that also holds the record of the call: several processes count as one, a restart forgets nothing,
 * and a report that failed was not counted.
 */
export const getSamplingTargets = (deps: XrayDeps) =>
  operation<Input, Output>({
    name: "GetSamplingTargets",
    readOnly: true,
    event: traceEvent,
    access: accessToAll("GetSamplingTargets"),
    resources: () => traceResources,
    mendedBody: mendedTargetsBody,

    async execute(input, call) {
      checkTargetsInput(input, call.vouched ?? false);
      const documents =
        (input.SamplingStatisticsDocuments?.length ?? 0) + (input.SamplingBoostStatisticsDocuments?.length ?? 0);
      if (documents > 0) return call.commit((tx) => answer(tx, input, call));
      return {
        SamplingTargetDocuments: [],
        LastRuleModification: new Date(await lastRuleModificationMs(deps.settings.read, call)),
        UnprocessedStatistics: [],
        UnprocessedBoostStatistics: [],
      };
    },
  });

async function answer(tx: SettingsTransaction, input: Input, call: Call): Promise<Output> {
  const { nowMs } = call;
  const stored = await readRules(tx, call);
  const rules = new Map(stored.map(({ rule }) => [rule.RuleName, rule]));
  const statistics = sorted(input.SamplingStatisticsDocuments ?? [], rules, nowMs);
  const anomalies = sorted(input.SamplingBoostStatisticsDocuments ?? [], rules, nowMs);

  await bookStatistics(tx, call, statistics.known, nowMs);
  await bookAnomalies(tx, call, anomalies.known satisfies AnomalyReport[], nowMs);
  const quotas = await grantQuotas(tx, call, statistics.known satisfies Report[], nowMs);
  const reported = [...new Set(statistics.known.map(({ rule }) => rule))];
  const boosts = await boostsInForce(tx, call, reported, nowMs);

  return {
    SamplingTargetDocuments: statistics.known.map(({ rule, document }): SamplingTargetDocument => {
      const boost = boosts.get(rule.RuleName);
      return {
        RuleName: rule.RuleName,
        FixedRate: rule.FixedRate ?? 0,
        ReservoirQuota: quotas.get(rule.RuleName)?.get(document.ClientID ?? "") ?? 0,
        ReservoirQuotaTTL: new Date(nowMs + quotaLifetimeMs),
        Interval: reportIntervalSeconds,
        ...(boost && { SamplingBoost: { BoostRate: boost.rate, BoostRateTTL: new Date(boost.untilMs) } }),
      };
    }),
    LastRuleModification: new Date(await lastRuleModificationMs(tx, call)),
    UnprocessedStatistics: statistics.unprocessed,
    UnprocessedBoostStatistics: anomalies.unprocessed,
  };
}

/** Tells the documents that can be used from those that are answered for one by one. */
function sorted<Document extends { RuleName: string | undefined; Timestamp: Date | undefined }>(
  documents: readonly Document[],
  rules: ReadonlyMap<string, StoredRule["rule"]>,
  nowMs: number,
): { known: { rule: StoredRule["rule"]; document: Document }[]; unprocessed: UnprocessedStatistics[] } {
  const known: { rule: StoredRule["rule"]; document: Document }[] = [];
  const unprocessed: UnprocessedStatistics[] = [];
  for (const document of documents) {
    const rule = rules.get(document.RuleName ?? "");
    const ageMs = Math.abs(nowMs - reportTimeMs(document.Timestamp?.getTime() ?? Number.NaN));
    if (rule === undefined) unprocessed.push(unprocessedItem(document.RuleName, "Unknown rule"));
    else if (!(ageMs <= statisticsAgeMaxMs))
      unprocessed.push(unprocessedItem(document.RuleName, "The time of the statistics is too far from now"));
    else known.push({ rule, document });
  }
  return { known, unprocessed };
}

/** AWS's form: the code is the HTTP status such a call would have had on its own. */
function unprocessedItem(ruleName: string | undefined, message: string): UnprocessedStatistics {
  return { RuleName: ruleName, ErrorCode: "400", Message: message };
}
