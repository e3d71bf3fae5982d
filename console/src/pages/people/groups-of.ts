import { IAMClient, ListGroupsForUserCommand } from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";
import { everyPage } from "../../parts/policy/every-page.js";

/** Names of the groups that a user is in. */
export function groupsOf(UserName: string, signal?: AbortSignal): Promise<string[]> {
  return everyPage(async (Marker) => {
    const page = await clientOf(IAMClient).send(new ListGroupsForUserCommand({ UserName, Marker }), {
      ...(signal && { abortSignal: signal }),
    });
    return { items: (page.Groups ?? []).map(({ GroupName = "" }) => GroupName), next: page.Marker };
  });
}
