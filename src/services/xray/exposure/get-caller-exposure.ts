import { management } from "../../../audit/event.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { callerOf, type PageInput, pageOf } from "./exposure-input.js";
import { accessView, readTimes, seconds, sumView } from "./exposure-view.js";

interface Input extends PageInput {
  /** ARN of a user, of root, of a role or of one of its sessions. */
  readonly Caller?: unknown;
}

/** Of refused calls, the newest are told, and how many there are; event history has them all. */
const refusalsMax = 100;

/** Extension of ours: which traces somebody has read, how many, over what time, and what they were refused. */
export const getCallerExposure = (deps: XrayDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetCallerExposure",
      readOnly: true,
      event: management,
      access: accessToRows("GetCallerExposure"),
      recordedRequest: ({ Caller, StartTime, EndTime }) => ({
        caller: Caller,
        startTime: StartTime,
        endTime: EndTime,
      }),

      async execute(input, call) {
        refuseLimited(call, "GetCallerExposure");
        const caller = callerOf(input.Caller);
        const { time, limit, after, tokenAfter } = pageOf(input, call, [input.Caller]);
        const scope = { accountId: call.accountId, region: call.region };
        const [afterTraceId = ""] = after;
        const [totals, completeSinceMs, found] = await Promise.all([
          deps.exposure.callerTotals(scope, caller, time),
          deps.exposure.completeSinceMs(),
          deps.exposure.tracesOf(scope, caller, time, { afterTraceId, limit: limit + 1 }),
        ]);
        const shown = found.slice(0, limit);
        const refusals =
          totals.refusedCallCount > 0 && (await deps.exposure.refusals(scope, caller, time, refusalsMax));
        return {
          Caller: input.Caller,
          CompleteSince: seconds(completeSinceMs),
          TraceCount: totals.traceCount,
          CallCount: totals.callCount,
          RefusedCallCount: totals.refusedCallCount,
          ...readTimes(totals),
          Traces: shown.map(({ traceId, kinds, ...sum }) => ({
            TraceId: traceId,
            Kinds: kinds.map((kind) => kind.toUpperCase()),
            ...sumView(sum),
          })),
          Refusals: (refusals || []).map((refused) => ({ ...accessView(refused), TraceIds: refused.traceIds })),
          ...(found.length > limit && { NextToken: tokenAfter(shown.at(-1)!.traceId) }),
        };
      },
    }),
  );
