import type { TagResourceCommandInput, TagResourceCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { checkTags, putTags, requestTagConditions, resourceTagConditions } from "../tag-store.js";
import { checkResourceArn, requireTaggable, taggedResources } from "./tagged-resource.js";

/** Adds tags to a group or a sampling rule; a key that is there gets the new value. */
export const tagResource = (deps: XrayDeps) =>
  operation<TagResourceCommandInput, Omit<TagResourceCommandOutput, "$metadata">>({
    name: "TagResource",
    readOnly: false,
    event: management,

    async access({ ResourceARN: arn, Tags }) {
      const conditions = {
        ...(await resourceTagConditions(deps.settings.read, arn ?? "")),
        ...requestTagConditions(Tags),
      };
      return [{ action: "xray:TagResource", resource: arn || "*", conditions }];
    },

    resources: ({ ResourceARN }) => taggedResources(ResourceARN),

    async execute({ ResourceARN: arn = "", Tags }, call) {
      checkResourceArn(arn);
      checkTags(Tags);
      return call.commit(async (tx) => {
        await requireTaggable(tx, arn, call);
        await putTags(tx, arn, Tags);
        return {};
      });
    },
  });
