import * as sdk from "@aws-sdk/client-cloudtrail";
import type { Service } from "../operation.js";
import { channelOperations } from "./channels/operations.js";
import { dashboardOperations } from "./dashboards/operations.js";
import type { CloudTrailDeps } from "./deps.js";
import { detectionRoutes } from "./detection/routes.js";
import { eventConfigurationOperations } from "./event-configuration/event-configuration.js";
import { lookupEvents } from "./history/lookup-events.js";
import { searchEvents } from "./history/search-events.js";
import { importOperations } from "./imports/operations.js";
import { insightOperations } from "./insights/operations.js";
import { eventDataStoreOperations } from "./lake/operations.js";
import { organizationOperations } from "./organizations/delegated-admins.js";
import { policyOperations } from "./policies/policies.js";
import { queryOperations } from "./queries/operations.js";
import { getScorecard } from "./scorecard/get-scorecard.js";
import { tagOperations } from "./tags/tags.js";
import { trailOperations } from "./trails/operations.js";
import { treeRoutes } from "./tree/operations.js";

/** AWS CloudTrail. A room holds the operations of one kind of resource. */
export function cloudtrailService(deps: CloudTrailDeps): Service {
  return {
    signingName: "cloudtrail",
    eventSource: "cloudtrail.amazonaws.com",
    apiVersion: "2013-11-01",
    protocol: "json-1.1",
    inputNumbers: "int32",
    targetPrefix: "CloudTrail_20131101",
    sdk,
    operations: [
      ...trailOperations(deps),
      lookupEvents(deps),
      ...eventDataStoreOperations(deps),
      ...insightOperations(deps),
      ...tagOperations(deps),
      ...policyOperations(deps),
      ...queryOperations(deps),
      ...dashboardOperations(deps),
      ...eventConfigurationOperations(deps),
      ...organizationOperations(),
      ...channelOperations(deps),
      ...importOperations(deps),
    ],
    notOffered: {},
    foreignRoutes: [searchEvents(deps), getScorecard(deps), ...treeRoutes(deps), ...detectionRoutes(deps)],
    throttled: { code: "ThrottlingException", httpStatus: 400 },
  };
}
