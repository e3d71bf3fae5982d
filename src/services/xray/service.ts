import * as sdk from "@aws-sdk/client-xray";
import type { Service } from "../operation.js";
import type { XrayDeps } from "./deps.js";
import { erasingRoutes } from "./erasing/routes.js";
import { exposureRoutes } from "./exposure/operations.js";
import { graphsOperations } from "./graphs/operations.js";
import { groupsOperations } from "./groups/operations.js";
import { insightsOperations } from "./insights/operations.js";
import { maskingRoutes } from "./masking/routes.js";
import { retrievalOperations } from "./retrieval/operations.js";
import { samplingOperations } from "./sampling/operations.js";
import { settingsOperations } from "./settings/operations.js";
import { underResourcePolicies } from "./settings/under-resource-policies.js";
import { exportTraces } from "./traces/export-traces.js";
import { getRejectedSegments } from "./traces/get-rejected-segments.js";
import { tracesOperations } from "./traces/operations.js";
import { SegmentIntake } from "./traces/segment-intake.js";

/** The X-Ray API. */
export function xrayService(deps: XrayDeps): Service {
  const intake = new SegmentIntake(deps);
  const operations = [
    ...tracesOperations({ ...deps, intake }),
    ...graphsOperations(deps),
    ...samplingOperations(deps),
    ...groupsOperations(deps),
    ...insightsOperations(deps),
    ...settingsOperations(deps),
    ...retrievalOperations(deps),
  ];
  const underPolicies = underResourcePolicies(deps);
  return {
    signingName: "xray",
    eventSource: "xray.amazonaws.com",
    apiVersion: "2016-04-12",
    protocol: "rest-json",
    sdk,
    foreignRoutes: [
      exportTraces({ ...deps, intake }),
      getRejectedSegments(deps),
      ...exposureRoutes(deps),
      ...maskingRoutes(deps),
      ...erasingRoutes(deps),
    ].map((route) => ({
      ...route,
      operation: underPolicies(route.operation),
    })),
    throttled: { code: "ThrottledException", httpStatus: 429 },
    operations: operations.map(underPolicies),
    notOffered: {},
  };
}
