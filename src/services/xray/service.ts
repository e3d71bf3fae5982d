import * as sdk from "@aws-sdk/client-xray";
import type { Service } from "../operation.js";
import { batchGetTraces } from "./batch-get-traces.js";
import type { XrayDeps } from "./deps.js";
import { getSamplingRules } from "./get-sampling-rules.js";
import { getSamplingStatisticSummaries } from "./get-sampling-statistic-summaries.js";
import { getSamplingTargets } from "./get-sampling-targets.js";
import { getTraceSummaries } from "./get-trace-summaries.js";
import { putTelemetryRecords } from "./put-telemetry-records.js";
import { putTraceSegments } from "./put-trace-segments.js";

const groups = "Groups are not offered yet.";
const graphs = "Service graphs and statistics are not offered yet: read the traces with BatchGetTraces.";
const insights = "Insights are not offered yet.";
const rules = "Own sampling rules are not offered yet: the Default rule applies to every service.";
const encryption = "Encryption settings of traces are not offered yet.";
const policies = "Resource policies of X-Ray are not offered yet.";
const tags = "There is nothing in X-Ray yet that could have tags: groups and own sampling rules are not offered yet.";
const transactionSearch = "Transaction Search is not offered yet: every trace is stored and found here.";

/** The X-Ray API, as far as it is offered. */
export function xrayService(deps: XrayDeps): Service {
  return {
    signingName: "xray",
    eventSource: "xray.amazonaws.com",
    apiVersion: "2016-04-12",
    protocol: "rest-json",
    sdk,
    throttled: { code: "ThrottledException", httpStatus: 429 },
    operations: [
      putTraceSegments(deps),
      putTelemetryRecords(),
      batchGetTraces(deps),
      getTraceSummaries(deps),
      getSamplingRules(),
      getSamplingTargets(),
      getSamplingStatisticSummaries(deps),
    ],
    notOffered: {
      CreateGroup: groups,
      UpdateGroup: groups,
      DeleteGroup: groups,
      GetGroup: groups,
      GetGroups: groups,
      GetServiceGraph: graphs,
      GetTraceGraph: graphs,
      GetTimeSeriesServiceStatistics: graphs,
      GetInsight: insights,
      GetInsightEvents: insights,
      GetInsightImpactGraph: insights,
      GetInsightSummaries: insights,
      CreateSamplingRule: rules,
      UpdateSamplingRule: rules,
      DeleteSamplingRule: rules,
      GetEncryptionConfig: encryption,
      PutEncryptionConfig: encryption,
      PutResourcePolicy: policies,
      DeleteResourcePolicy: policies,
      ListResourcePolicies: policies,
      TagResource: tags,
      UntagResource: tags,
      ListTagsForResource: tags,
      GetIndexingRules: transactionSearch,
      UpdateIndexingRule: transactionSearch,
      GetTraceSegmentDestination: transactionSearch,
      UpdateTraceSegmentDestination: transactionSearch,
      StartTraceRetrieval: transactionSearch,
      CancelTraceRetrieval: transactionSearch,
      ListRetrievedTraces: transactionSearch,
      GetRetrievedTracesGraph: transactionSearch,
    },
  };
}
