import type { GetInsightCommandInput, GetInsightCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { insightView } from "../../../tracing/insights/insight-view.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToRows } from "../trace-event.js";
import { findInsight, insightIdConstraints } from "./find-insight.js";

export const getInsight = (deps: XrayDeps) =>
  operation<GetInsightCommandInput, Omit<GetInsightCommandOutput, "$metadata">>({
    name: "GetInsight",
    readOnly: true,
    event: management,
    access: accessToRows("GetInsight"),

    async execute(input, call) {
      insightIdConstraints(input.InsightId).check();
      const { insight, group } = await findInsight(deps, call, input.InsightId!);
      return { Insight: insightView(insight, group) };
    },
  });
