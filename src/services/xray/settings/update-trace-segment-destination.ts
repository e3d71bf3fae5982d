import type {
  UpdateTraceSegmentDestinationCommandInput,
  UpdateTraceSegmentDestinationCommandOutput,
} from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import type { TraceDestination, TracePeriod } from "../../../tracing/trace-periods.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { accessDenied } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { beginPeriod, latestPeriod, pendingMs } from "./destination-rules.js";
import { readIndexingRule } from "./indexing-rule.js";
import { createSpanGroup, logsNotPermitted, mayPutSpans, spanGroupAccess } from "./span-group.js";

const destinations = ["XRay", "CloudWatchLogs"] as const;

/** Turns Transaction Search on or off for what is received once the change is active. */
export const updateTraceSegmentDestination = (deps: XrayDeps) =>
  operation<UpdateTraceSegmentDestinationCommandInput, Omit<UpdateTraceSegmentDestinationCommandOutput, "$metadata">>({
    name: "UpdateTraceSegmentDestination",
    readOnly: false,
    event: management,
    access: ({ Destination }) => [
      {
        action: "xray:UpdateTraceSegmentDestination",
        resource: "*",
        ...(typeof Destination === "string" && { conditions: { "xray:TraceSegmentDestination": Destination } }),
      },
    ],

    async execute(input, call) {
      const destination = input.Destination;
      new Constraints().oneOf("destination", destination, destinations).check();
      if (destination === undefined) throw invalidRequest(`Destination must be given: ${destinations.join(" or ")}`);
      requireChange(await latestPeriod(deps.settings.read, call), destination, call.nowMs);
      if (destination === "CloudWatchLogs") {
        for (const access of spanGroupAccess(call)) await call.demand(access);
        if (!(await mayPutSpans(deps.settings.read, call, call.nowMs))) throw accessDenied(logsNotPermitted);
      }
      return call.commit(async (tx) => {
        requireChange(await latestPeriod(tx, call), destination, call.nowMs);
        if (destination === "CloudWatchLogs") await createSpanGroup(tx, call, deps.environment.ids);
        const { percentage } = await readIndexingRule(tx, call);
        const period = { fromMs: call.nowMs + pendingMs, destination, indexedPercentage: percentage };
        await beginPeriod(tx, call, period, call.nowMs);
        return { Destination: destination, Status: "PENDING" };
      });
    },
  });

/** @throws InvalidRequestException in AWS's own words. */
function requireChange(latest: TracePeriod, destination: TraceDestination, nowMs: number): void {
  if (latest.fromMs > nowMs) throw invalidRequest("Updates are not allowed while the current status is PENDING");
  if (latest.destination === destination) throw invalidRequest(`The destination is already set to ${destination}`);
}
