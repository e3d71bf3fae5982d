import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToRows, traceEvent, traceResources } from "../trace-event.js";
import { refuseLimited } from "../visible-traces.js";

interface Input {
  /** Epoch seconds; absent: the last 24 hours. */
  readonly StartTime?: unknown;
  readonly EndTime?: unknown;
}

const defaultRangeSeconds = 24 * 3600;

/** Extension of ours: which documents were not stored, by hour and reason, each with an example. */
export const getRejectedSegments = (deps: XrayDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetRejectedSegments",
      readOnly: true,
      event: traceEvent,
      access: accessToRows("GetRejectedSegments"),
      resources: () => traceResources,
      recordedRequest: ({ StartTime, EndTime }) => ({ startTime: StartTime, endTime: EndTime }),

      async execute({ StartTime, EndTime }, call) {
        refuseLimited(call, "GetRejectedSegments");
        const until = timeOf("EndTime", EndTime) ?? call.nowMs / 1000 + 1;
        const from = timeOf("StartTime", StartTime) ?? until - defaultRangeSeconds;
        if (from >= until) throw invalidRequest("StartTime must be before EndTime");
        const scope = { accountId: call.accountId, region: call.region };
        const found = await deps.rejections.read(scope, call.nowMs, { fromMs: from * 1000, untilMs: until * 1000 });
        return {
          RejectedSegments: found.map((rejected) => ({
            ErrorCode: rejected.errorCode,
            Message: rejected.message,
            Count: rejected.count,
            Hour: rejected.hourMs / 1000,
            FirstTime: rejected.firstMs / 1000,
            LastTime: rejected.lastMs / 1000,
            Sample: rejected.sample,
            SampleLength: rejected.sampleLength,
          })),
        };
      },
    }),
  );

function timeOf(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
    throw invalidRequest(`${member} must be a number of seconds since the epoch`);
  return value;
}
