import { management } from "../../../audit/event.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToRows } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";
import { annotationFilter, type PageInput, pageOf } from "./exposure-input.js";
import { readerView, seconds, sumView } from "./exposure-view.js";

interface Input extends PageInput {
  readonly Key?: unknown;
  readonly Value?: unknown;
}

/** Extension of ours: everybody who has seen a trace with an annotation, such as a customer's id. */
export const getAnnotationExposure = (deps: XrayDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetAnnotationExposure",
      readOnly: true,
      event: management,
      access: accessToRows("GetAnnotationExposure"),
      recordedRequest: ({ Key, Value, StartTime, EndTime }) => ({
        key: Key,
        value: Value,
        startTime: StartTime,
        endTime: EndTime,
      }),

      async execute(input, call) {
        refuseLimited(call, "GetAnnotationExposure");
        const traces = { filter: annotationFilter(input.Key, input.Value) };
        const { time, limit, after, tokenAfter } = pageOf(input, call, [input.Key, input.Value]);
        const scope = { accountId: call.accountId, region: call.region };
        const [afterArn = ""] = after;
        const [totals, found] = await Promise.all([
          deps.exposure.totals(scope, traces, time),
          deps.exposure.readers(scope, traces, time, { afterArn, limit: limit + 1 }),
        ]);
        const shown = found.slice(0, limit);
        return {
          Key: input.Key,
          Value: input.Value,
          CompleteSince: seconds(await deps.exposure.completeSinceMs()),
          TracesSince: seconds(await deps.exposure.tracesSinceMs()),
          TraceCount: totals.traceCount,
          CallerCount: totals.readerCount,
          ...sumView(totals),
          Callers: shown.map(readerView),
          ...(found.length > limit && { NextToken: tokenAfter(shown.at(-1)!.callerArn) }),
        };
      },
    }),
  );
