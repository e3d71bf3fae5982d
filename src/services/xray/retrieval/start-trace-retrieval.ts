import type { StartTraceRetrievalCommandInput, StartTraceRetrievalCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { retrievalKeptMs, retrievalMsMax } from "../../../tracing/retrievals.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToRows } from "../trace-event.js";
import { seeking } from "../traces/sought-traces.js";
import { checkTraceIds, distinctTraceIds } from "../traces/trace-ids-of-call.js";

/** AWS's quota. */
const traceIdsMax = 100;
/** Retrievals of an account and region that may be kept at once; each is a few kilobytes. */
const retrievalsMax = 1000;
const tokenBytes = 32;

/**
 * Asks for traces to be fetched; a job does it, and the token tells how far it is and what it found. Recorded as a
 * management event, as AWS does with all of X-Ray that it does not list as data events.
 */
export const startTraceRetrieval = (deps: XrayDeps) =>
  operation<StartTraceRetrievalCommandInput, Omit<StartTraceRetrievalCommandOutput, "$metadata">>({
    name: "StartTraceRetrieval",
    readOnly: true,
    event: management,
    access: accessToRows("StartTraceRetrieval", "named"),
    soughtTraces: seeking("document"),

    async execute(input, call) {
      const asked = input.TraceIds ?? [];
      const constraints = new Constraints().length("traceIds", asked, { max: traceIdsMax });
      checkTraceIds(constraints, asked.slice(0, traceIdsMax)).check();
      const fromMs = input.StartTime!.getTime();
      const untilMs = input.EndTime!.getTime();
      if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(untilMs))
        throw invalidRequest("StartTime and EndTime must be times");
      if (fromMs > untilMs) throw invalidRequest("StartTime must not be after EndTime");
      const token = deps.environment.ids.bytes(tokenBytes).toString("hex");
      return call.commit(async (tx) => {
        const { count } = await tx
          .selectFrom("xray_retrievals")
          .select((select) => select.fn.countAll<number>().as("count"))
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("created_ms", ">", call.nowMs - retrievalMsMax - retrievalKeptMs)
          .executeTakeFirstOrThrow();
        if (Number(count) >= retrievalsMax)
          throw new ServiceError("ThrottledException", "Too many retrievals lately: try again in some minutes", {
            httpStatus: 429,
          });
        await tx
          .insertInto("xray_retrievals")
          .values({
            token,
            account_id: call.accountId,
            region: call.region,
            trace_ids: JSON.stringify(distinctTraceIds(asked)),
            from_ms: fromMs,
            until_ms: untilMs,
            status: "SCHEDULED",
            created_ms: call.nowMs,
            begun_ms: 0,
            ended_ms: 0,
            found_ids: "[]",
          })
          .execute();
        return { RetrievalToken: token };
      });
    },
  });
