import * as sdk from "@aws-sdk/client-cloudtrail";
import type { Service } from "../operation.js";
import { createTrail } from "./create-trail.js";
import { deleteTrail } from "./delete-trail.js";
import type { CloudTrailDeps } from "./deps.js";
import { getEventSelectors, putEventSelectors } from "./event-selectors.js";
import { getTrailStatus } from "./get-trail-status.js";
import { listPublicKeys } from "./list-public-keys.js";
import { startLogging, stopLogging } from "./logging.js";
import { lookupEvents } from "./lookup-events.js";
import { notOffered } from "./not-offered.js";
import { describeTrails, getTrail, listTrails } from "./read-trails.js";
import { addTags, listTags, removeTags } from "./tags.js";
import { updateTrail } from "./update-trail.js";

/** AWS CloudTrail: trails, event selectors, event history and public keys. */
export function cloudtrailService(deps: CloudTrailDeps): Service {
  return {
    signingName: "cloudtrail",
    eventSource: "cloudtrail.amazonaws.com",
    apiVersion: "2013-11-01",
    protocol: "json-1.1",
    targetPrefix: "CloudTrail_20131101",
    sdk,
    operations: [
      createTrail(deps),
      updateTrail(deps),
      deleteTrail(deps),
      getTrail(deps),
      describeTrails(deps),
      listTrails(deps),
      getTrailStatus(deps),
      startLogging(deps),
      stopLogging(deps),
      putEventSelectors(deps),
      getEventSelectors(deps),
      addTags(deps),
      removeTags(deps),
      listTags(deps),
      lookupEvents(deps),
      listPublicKeys(deps),
    ],
    notOffered,
    throttled: { code: "ThrottlingException", httpStatus: 400 },
  };
}
