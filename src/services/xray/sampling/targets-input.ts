import type { GetSamplingTargetsCommandInput } from "@aws-sdk/client-xray";
import { Constraints } from "../../constraints.js";
import { invalidRequest } from "../errors.js";
import { requireInt32 } from "../int32.js";
import { printable } from "./rule-input.js";

/** AWS's limit of each of the two lists. */
const documentsPerCallMax = 25;

/**
 * Samplers that report every rule they know in one unsigned call to the daemon's port send one document for each rule
 * and the Default rule, and more while rules are being replaced.
 */
const documentsPerLocalCallMax = 100;

/**
 * @param local whether the call came unsigned through a door of this process.
 * @throws ValidationException naming every broken constraint, SerializationException, InvalidRequestException
 */
export function checkTargetsInput(input: GetSamplingTargetsCommandInput, local: boolean): void {
  const max = local ? documentsPerLocalCallMax : documentsPerCallMax;
  const statistics = input.SamplingStatisticsDocuments ?? [];
  const boosts = input.SamplingBoostStatisticsDocuments ?? [];
  const constraints = new Constraints()
    .length("samplingStatisticsDocuments", statistics, { max })
    .length("samplingBoostStatisticsDocuments", boosts, { max });
  for (const [index, document] of statistics.slice(0, max).entries()) {
    const at = `samplingStatisticsDocuments.${index + 1}.member`;
    const { RequestCount: requestCount, SampledCount: sampledCount, BorrowCount: borrowCount } = document;
    requireInt32(at, { requestCount, sampledCount, borrowCount });
    constraints
      .length(`${at}.ruleName`, document.RuleName, { min: 1, max: 32 })
      .length(`${at}.clientID`, document.ClientID, { min: 24, max: 24 })
      .range(`${at}.requestCount`, requestCount, { min: 0 })
      .range(`${at}.sampledCount`, sampledCount, { min: 0 })
      .range(`${at}.borrowCount`, borrowCount, { min: 0 });
  }
  for (const [index, document] of boosts.slice(0, max).entries()) {
    const at = `samplingBoostStatisticsDocuments.${index + 1}.member`;
    const { AnomalyCount: anomalyCount, TotalCount: totalCount, SampledAnomalyCount: sampledAnomalyCount } = document;
    requireInt32(at, { anomalyCount, totalCount, sampledAnomalyCount });
    constraints
      .length(`${at}.ruleName`, document.RuleName, { min: 1, max: 32 })
      .length(`${at}.serviceName`, document.ServiceName, { max: 64 })
      .range(`${at}.anomalyCount`, anomalyCount, { min: 0 })
      .range(`${at}.totalCount`, totalCount, { min: 0 })
      .range(`${at}.sampledAnomalyCount`, sampledAnomalyCount, { min: 0 });
  }
  constraints.check();
  if (statistics.some(({ ClientID }) => !printable.test(ClientID ?? "")))
    throw invalidRequest("ClientID must have printable characters only");
}
