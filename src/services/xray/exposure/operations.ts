import type { ForeignRoute } from "../../foreign-route.js";
import type { XrayDeps } from "../deps.js";
import { getAnnotationExposure } from "./get-annotation-exposure.js";
import { getCallerExposure } from "./get-caller-exposure.js";
import { getTraceExposure } from "./get-trace-exposure.js";

/** Extensions of ours: who has seen which trace. */
export function exposureRoutes(deps: XrayDeps): readonly ForeignRoute[] {
  return [getTraceExposure(deps), getCallerExposure(deps), getAnnotationExposure(deps)];
}
