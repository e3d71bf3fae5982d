import type {
  GetTraceSegmentDestinationCommandInput,
  GetTraceSegmentDestinationCommandOutput,
} from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToAll } from "../trace-event.js";
import { latestPeriod } from "./destination-rules.js";

export const getTraceSegmentDestination = (deps: XrayDeps) =>
  operation<GetTraceSegmentDestinationCommandInput, Omit<GetTraceSegmentDestinationCommandOutput, "$metadata">>({
    name: "GetTraceSegmentDestination",
    readOnly: true,
    event: management,
    access: accessToAll("GetTraceSegmentDestination"),

    async execute(_input, call) {
      const { destination, fromMs } = await latestPeriod(deps.settings.read, call);
      return { Destination: destination, Status: fromMs > call.nowMs ? "PENDING" : "ACTIVE" };
    },
  });
