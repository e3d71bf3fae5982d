import type { Service } from "@aws-sdk/client-xray";
import type { GraphTotals } from "../../../tracing/graph-totals.js";
import { servicesOf } from "../../../tracing/service-graph.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import { invalidNextToken } from "../errors.js";

/** AWS publishes none. */
export const servicesPerPageMax = 1000;

/**
 * A page of the services of a graph. A graph that needs several is made anew for each, perhaps with services that came
 * meanwhile: there a service has the same ReferenceId on every page because it depends on nothing but the service.
 *
 * @param token   as the caller sent it.
 * @param request what the token belongs to.
 * @throws ServiceError if the token is of another request, or no token.
 */
export function pageOfServices(
  totals: GraphTotals,
  { token, request }: { readonly token: string | undefined; readonly request: unknown },
): { Services: Service[]; NextToken?: string } {
  if (!token) {
    const Services = servicesOf(totals);
    if (Services.length <= servicesPerPageMax) return { Services };
  }
  const after = token ? positionOf(token, request) : -1;
  const further = servicesOf(totals, "stable").filter(({ ReferenceId }) => ReferenceId! > after);
  const Services = further.slice(0, servicesPerPageMax);
  if (further.length <= servicesPerPageMax) return { Services };
  return { Services, NextToken: encodePageToken([String(Services.at(-1)!.ReferenceId)], request) };
}

/** The ReferenceId that the page before ended with. */
function positionOf(token: string, request: unknown): number {
  const [position] = decodePageToken(token, request) ?? [];
  const after = Number(position);
  if (position === undefined || !Number.isSafeInteger(after)) throw invalidNextToken();
  return after;
}
