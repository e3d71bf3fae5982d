import { readResourcePolicy } from "../../audit/attachments.js";
import type { AccessRequest } from "../../identity/access.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { readTags } from "./tags/tag-rules.js";

/** Access to one resource of CloudTrail, with its tags as condition keys and its policy, where it has one. */
export async function resourceAccess(
  queries: SettingsQueries,
  action: string,
  resource: string,
): Promise<readonly [AccessRequest]> {
  const [tags, document] = await Promise.all([readTags(queries, resource), readResourcePolicy(queries, resource)]);
  const conditions = Object.fromEntries(tags.map((tag) => [`aws:ResourceTag/${tag.Key}`, tag.Value ?? ""]));
  return [
    {
      action: `cloudtrail:${action}`,
      resource,
      conditions,
      ...(document !== undefined && { resourcePolicy: { document, required: false } }),
    },
  ];
}
