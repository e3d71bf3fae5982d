import { type Group, paginateGetGroups, XRayClient } from "@aws-sdk/client-xray";
import { clientOf } from "../../api/clients.js";

/** Every group of the account and region. */
export async function loadGroups(signal: AbortSignal): Promise<Group[]> {
  const groups: Group[] = [];
  for await (const page of paginateGetGroups({ client: clientOf(XRayClient) }, {}, { abortSignal: signal }))
    groups.push(...(page.Groups ?? []));
  return groups;
}
