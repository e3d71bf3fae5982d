import type {
  GetSamplingTargetsCommandInput,
  GetSamplingTargetsCommandOutput,
  SamplingRule,
  SamplingStatisticsDocument,
  SamplingTargetDocument,
  UnprocessedStatistics,
} from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import {
  clientActiveMs,
  quotaLifetimeMs,
  reportIntervalSeconds,
  reportTimeMs,
  reservoirQuota,
  statisticsAgeMaxMs,
  statisticsKeptMs,
  windowOf,
} from "../../../tracing/sampling.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";
import { samplingRules } from "./get-sampling-rules.js";

const documentsPerCallMax = 25;

/** Clients that share one rule's reservoir. Further ones get a quota of 0 and sample at the rule's rate alone. */
const clientsPerRuleMax = 1000;

type Input = GetSamplingTargetsCommandInput;

interface Report {
  readonly rule: SamplingRule;
  readonly document: SamplingStatisticsDocument;
}

/**
 * Books what a client saw and tells it what it may sample. Reports are added up in the settings store, in the transaction
 * that also holds the record of the call: several processes count as one, and a report that failed was not counted.
 */
export const getSamplingTargets = () =>
  operation<Input, Omit<GetSamplingTargetsCommandOutput, "$metadata">>({
    name: "GetSamplingTargets",
    readOnly: true,
    event: traceEvent,
    access: accessToAll("GetSamplingTargets"),
    resources: () => traceResources,

    async execute(input, call) {
      checkConstraints(input);
      const scope = { accountId: call.accountId, region: call.region };
      const records = samplingRules(scope);
      const rules = new Map(records.flatMap(({ SamplingRule: rule }) => (rule ? [[rule.RuleName, rule]] : [])));
      const reports: Report[] = [];
      const unprocessed: UnprocessedStatistics[] = [];
      for (const document of input.SamplingStatisticsDocuments ?? []) {
        const rule = rules.get(document.RuleName);
        const ageMs = Math.abs(call.nowMs - reportTimeMs(document.Timestamp!.getTime()));
        if (rule === undefined) unprocessed.push(unprocessedItem(document.RuleName, "Unknown rule"));
        else if (!(ageMs <= statisticsAgeMaxMs))
          unprocessed.push(unprocessedItem(document.RuleName, "The time of the statistics is too far from now"));
        else reports.push({ rule, document });
      }
      return {
        SamplingTargetDocuments:
          reports.length === 0 ? [] : await call.commit((tx) => book(tx, scope, reports, call.nowMs)),
        LastRuleModification: new Date(Math.max(...records.map(({ ModifiedAt }) => ModifiedAt?.getTime() ?? 0))),
        UnprocessedStatistics: unprocessed,
        // No rule has a boost that its statistics could call for.
        UnprocessedBoostStatistics: (input.SamplingBoostStatisticsDocuments ?? [])
          .filter(({ RuleName }) => !rules.has(RuleName))
          .map(({ RuleName }) => unprocessedItem(RuleName, "Unknown rule")),
      };
    },
  });

async function book(
  tx: SettingsTransaction,
  { accountId, region }: Scope,
  reports: readonly Report[],
  nowMs: number,
): Promise<SamplingTargetDocument[]> {
  const place = { account_id: accountId, region };
  await tx
    .deleteFrom("xray_sampling_clients")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("last_report_ms", "<", nowMs - clientActiveMs)
    .execute();
  await tx
    .deleteFrom("xray_sampling_windows")
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .where("window_ms", "<", nowMs - statisticsKeptMs)
    .execute();

  const targets: SamplingTargetDocument[] = [];
  for (const { rule, document } of reports) {
    const ruleName = rule.RuleName!;
    const clientId = document.ClientID!;
    await tx
      .insertInto("xray_sampling_windows")
      .values({
        ...place,
        rule_name: ruleName,
        window_ms: windowOf(nowMs),
        request_count: document.RequestCount ?? 0,
        sampled_count: document.SampledCount ?? 0,
        borrow_count: document.BorrowCount ?? 0,
      })
      .onConflict((conflict) =>
        conflict.columns(["account_id", "region", "window_ms", "rule_name"]).doUpdateSet((set) => ({
          request_count: set("xray_sampling_windows.request_count", "+", set.ref("excluded.request_count")),
          sampled_count: set("xray_sampling_windows.sampled_count", "+", set.ref("excluded.sampled_count")),
          borrow_count: set("xray_sampling_windows.borrow_count", "+", set.ref("excluded.borrow_count")),
        })),
      )
      .execute();
    const clients = await activeClients(tx, { accountId, region }, ruleName);
    if (clients.includes(clientId) || clients.length < clientsPerRuleMax) {
      if (!clients.includes(clientId)) clients.push(clientId);
      await tx
        .insertInto("xray_sampling_clients")
        .values({ ...place, rule_name: ruleName, client_id: clientId, last_report_ms: nowMs })
        .onConflict((conflict) =>
          conflict.columns(["account_id", "region", "rule_name", "client_id"]).doUpdateSet({ last_report_ms: nowMs }),
        )
        .execute();
    }
    targets.push({
      RuleName: ruleName,
      FixedRate: rule.FixedRate!,
      ReservoirQuota: reservoirQuota(rule.ReservoirSize ?? 0, clients, clientId),
      ReservoirQuotaTTL: new Date(nowMs + quotaLifetimeMs),
      Interval: reportIntervalSeconds,
    });
  }
  return targets;
}

async function activeClients(tx: SettingsTransaction, scope: Scope, ruleName: string): Promise<string[]> {
  const rows = await tx
    .selectFrom("xray_sampling_clients")
    .select("client_id")
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("rule_name", "=", ruleName)
    .execute();
  return rows.map(({ client_id }) => client_id);
}

function checkConstraints(input: Input): void {
  const statistics = input.SamplingStatisticsDocuments ?? [];
  const boosts = input.SamplingBoostStatisticsDocuments ?? [];
  const constraints = new Constraints()
    .length("samplingStatisticsDocuments", statistics, { max: documentsPerCallMax })
    .length("samplingBoostStatisticsDocuments", boosts, { max: documentsPerCallMax });
  for (const [index, document] of statistics.slice(0, documentsPerCallMax).entries()) {
    const at = `samplingStatisticsDocuments.${index + 1}.member`;
    constraints
      .length(`${at}.ruleName`, document.RuleName, { min: 1, max: 32 })
      .length(`${at}.clientID`, document.ClientID, { min: 24, max: 24 })
      .range(`${at}.requestCount`, document.RequestCount, { min: 0 })
      .range(`${at}.sampledCount`, document.SampledCount, { min: 0 })
      .range(`${at}.borrowCount`, document.BorrowCount, { min: 0 });
  }
  for (const [index, document] of boosts.slice(0, documentsPerCallMax).entries()) {
    const at = `samplingBoostStatisticsDocuments.${index + 1}.member`;
    constraints
      .length(`${at}.ruleName`, document.RuleName, { min: 1, max: 32 })
      .length(`${at}.serviceName`, document.ServiceName, { max: 64 })
      .range(`${at}.anomalyCount`, document.AnomalyCount, { min: 0 })
      .range(`${at}.totalCount`, document.TotalCount, { min: 0 })
      .range(`${at}.sampledAnomalyCount`, document.SampledAnomalyCount, { min: 0 });
  }
  constraints.check();
}

/** AWS's form: the code is the HTTP status such a call would have had on its own. */
function unprocessedItem(ruleName: string | undefined, message: string): UnprocessedStatistics {
  return { RuleName: ruleName, ErrorCode: "400", Message: message };
}
