import { management } from "../../../audit/event.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { callerOf, type PageInput, pageOf, timeInToken, traceIdOf } from "./exposure-input.js";
import { accessView, readerView, seconds, sumView } from "./exposure-view.js";

interface Input extends PageInput {
  readonly TraceId?: unknown;
  /** ARN: only what this caller did. */
  readonly Caller?: unknown;
  /** `ACCESS`, each call for itself, or `CALLER`. */
  readonly GroupBy?: unknown;
}

/** Extension of ours: who has read a trace, how, and who was refused it. */
export const getTraceExposure = (deps: XrayDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetTraceExposure",
      readOnly: true,
      event: management,
      access: accessToRows("GetTraceExposure"),
      recordedRequest: ({ TraceId, Caller, GroupBy, StartTime, EndTime }) => ({
        traceId: TraceId,
        caller: Caller,
        groupBy: GroupBy,
        startTime: StartTime,
        endTime: EndTime,
      }),

      async execute(input, call) {
        refuseLimited(call, "GetTraceExposure");
        const { GroupBy = "ACCESS", Caller } = input;
        if (GroupBy !== "ACCESS" && GroupBy !== "CALLER") throw invalidRequest("GroupBy must be ACCESS or CALLER");
        if (GroupBy === "CALLER" && Caller !== undefined) throw invalidRequest("Caller is for GroupBy ACCESS only");
        const traceId = traceIdOf(input.TraceId);
        const caller = Caller === undefined ? undefined : callerOf(Caller);
        const page = pageOf(input, call, [traceId, GroupBy, Caller ?? null]);
        const scope = { accountId: call.accountId, region: call.region };
        const [totals, completeSinceMs, list] = await Promise.all([
          deps.exposure.totals(scope, { traceId }, page.time),
          deps.exposure.completeSinceMs(),
          GroupBy === "ACCESS" ? accesses() : readers(),
        ]);
        return {
          TraceId: traceId,
          CompleteSince: seconds(completeSinceMs),
          ReaderCount: totals.readerCount,
          ...sumView(totals),
          ...list,
        };

        async function accesses() {
          const [time, eventId = ""] = page.after;
          const found = await deps.exposure.accesses(scope, traceId, page.time, {
            ...(caller && { caller }),
            ...(time !== undefined && { after: { timeMs: timeInToken(time), eventId } }),
            limit: page.limit + 1,
          });
          const shown = found.slice(0, page.limit);
          const last = shown.at(-1);
          return {
            Accesses: shown.map(accessView),
            ...(found.length > page.limit && { NextToken: page.tokenAfter(String(last!.timeMs), last!.eventId) }),
          };
        }

        async function readers() {
          const [afterArn = ""] = page.after;
          const found = await deps.exposure.readers(scope, { traceId }, page.time, { afterArn, limit: page.limit + 1 });
          const shown = found.slice(0, page.limit);
          return {
            Callers: shown.map(readerView),
            ...(found.length > page.limit && { NextToken: page.tokenAfter(shown.at(-1)!.callerArn) }),
          };
        }
      },
    }),
  );
