import {
  type GetServiceGraphCommandInput,
  paginateGetServiceGraph,
  type Service,
  XRayClient,
} from "@aws-sdk/client-xray";
import { clientOf } from "../../api/clients.js";
import { type MapGraph, mapGraphOf } from "./graph.js";

/** The longest that GetServiceGraph looks over. */
export const graphDaysMax = 0.25;

/** The graph of a stretch of time, all its pages. */
export async function loadGraph(input: GetServiceGraphCommandInput, signal: AbortSignal): Promise<MapGraph> {
  const services: Service[] = [];
  const pages = paginateGetServiceGraph({ client: clientOf(XRayClient) }, input, { abortSignal: signal });
  for await (const page of pages) services.push(...(page.Services ?? []));
  return mapGraphOf(services);
}
