import type {
  GetSamplingStatisticSummariesCommandInput,
  GetSamplingStatisticSummariesCommandOutput,
} from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { statisticsKeptMs } from "../../../tracing/sampling.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { accessToAll } from "../trace-event.js";

const summariesPerPageMax = 1000;

/** A page token of this operation fits no other. */
const tokenOf = "GetSamplingStatisticSummaries";

/** What all clients reported on each rule, in windows of 10 seconds, for the last 30 minutes, oldest first. */
export const getSamplingStatisticSummaries = (deps: XrayDeps) =>
  operation<GetSamplingStatisticSummariesCommandInput, Omit<GetSamplingStatisticSummariesCommandOutput, "$metadata">>({
    name: "GetSamplingStatisticSummaries",
    readOnly: true,
    event: management,
    access: accessToAll("GetSamplingStatisticSummaries"),

    async execute(input, call) {
      let query = deps.settings.read
        .selectFrom("xray_sampling_windows")
        .selectAll()
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .where("window_ms", ">=", call.nowMs - statisticsKeptMs);
      if (input.NextToken) {
        const [window, ruleName] = decodePageToken(input.NextToken, tokenOf) ?? [];
        if (ruleName === undefined || !/^\d{1,15}$/.test(window ?? "")) throw invalidNextToken();
        query = query.where((where) =>
          where.or([
            where("window_ms", ">", Number(window)),
            where.and([where("window_ms", "=", Number(window)), where("rule_name", ">", ruleName)]),
          ]),
        );
      }
      const rows = await query
        .orderBy("window_ms")
        .orderBy("rule_name")
        .limit(summariesPerPageMax + 1)
        .execute();
      const page = rows.slice(0, summariesPerPageMax);
      const last = page.at(-1);
      return {
        SamplingStatisticSummaries: page.map((row) => ({
          RuleName: row.rule_name,
          Timestamp: new Date(row.window_ms),
          RequestCount: row.request_count,
          BorrowCount: row.borrow_count,
          SampledCount: row.sampled_count,
        })),
        ...(last !== undefined &&
          rows.length > page.length && {
            NextToken: encodePageToken([String(last.window_ms), last.rule_name], tokenOf),
          }),
      };
    },
  });
