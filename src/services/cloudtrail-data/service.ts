import type { Service } from "../operation.js";
import { type CloudTrailDataDeps, putAuditEvents } from "./put-audit-events.js";
import { sdk } from "./schema.js";

/** CloudTrail's data plane: applications send the events of what their users do. */
export function cloudtrailDataService(deps: CloudTrailDataDeps): Service {
  return {
    signingName: "cloudtrail-data",
    eventSource: "cloudtrail-data.amazonaws.com",
    apiVersion: "2021-08-11",
    protocol: "rest-json",
    sdk,
    operations: [putAuditEvents(deps)],
    notOffered: {},
    throttled: { code: "ThrottlingException", httpStatus: 429 },
  };
}
