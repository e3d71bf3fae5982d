import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { createTrail } from "./create-trail.js";
import { deleteTrail } from "./delete-trail.js";
import { getEventSelectors, putEventSelectors } from "./event-selectors.js";
import { getTrailStatus } from "./get-trail-status.js";
import { listPublicKeys } from "./list-public-keys.js";
import { startLogging, stopLogging } from "./logging.js";
import { describeTrails, getTrail, listTrails } from "./read-trails.js";
import { updateTrail } from "./update-trail.js";

export const trailOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
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
  listPublicKeys(deps),
];
