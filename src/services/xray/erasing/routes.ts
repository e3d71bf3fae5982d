import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import type { XrayDeps } from "../deps.js";
import { getTraceErasure } from "./get-trace-erasure.js";
import { listTraceErasures } from "./list-trace-erasures.js";
import { startTraceErasure } from "./start-trace-erasure.js";

/** Extensions of ours: traces that must go before their time. */
export function erasingRoutes(deps: XrayDeps): ForeignRoute[] {
  return [startTraceErasure(deps), getTraceErasure(deps), listTraceErasures(deps)].map(extensionRoute);
}
