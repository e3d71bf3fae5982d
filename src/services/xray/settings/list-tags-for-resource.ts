import type { ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { invalidNextToken } from "../errors.js";
import { readTags, resourceTagConditions } from "../tag-store.js";
import { checkResourceArn, requireTaggable, taggedResources } from "./tagged-resource.js";

/** The tags of a group or a sampling rule, by key. All that a resource may have fit one page. */
export const listTagsForResource = (deps: XrayDeps) =>
  operation<ListTagsForResourceCommandInput, Omit<ListTagsForResourceCommandOutput, "$metadata">>({
    name: "ListTagsForResource",
    readOnly: true,
    event: management,

    async access({ ResourceARN: arn }) {
      const conditions = await resourceTagConditions(deps.settings.read, arn ?? "");
      return [{ action: "xray:ListTagsForResource", resource: arn || "*", conditions }];
    },

    resources: ({ ResourceARN }) => taggedResources(ResourceARN),

    async execute({ ResourceARN: arn = "", NextToken }, call) {
      checkResourceArn(arn);
      if (NextToken) throw invalidNextToken();
      await requireTaggable(deps.settings.read, arn, call);
      return { Tags: await readTags(deps.settings.read, arn) };
    },
  });
