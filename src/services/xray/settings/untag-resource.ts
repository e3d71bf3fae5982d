import type { UntagResourceCommandInput, UntagResourceCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { deleteTags, refuseSystemTag, resourceTagConditions } from "../tag-store.js";
import { checkResourceArn, requireTaggable, taggedResources } from "./tagged-resource.js";

const keysMax = 200;
const keyLength = { min: 1, max: 128 };

/** Removes tags by key. Keys that are not there are no error. */
export const untagResource = (deps: XrayDeps) =>
  operation<UntagResourceCommandInput, Omit<UntagResourceCommandOutput, "$metadata">>({
    name: "UntagResource",
    readOnly: false,
    event: management,

    async access({ ResourceARN: arn, TagKeys }) {
      const conditions = {
        ...(await resourceTagConditions(deps.settings.read, arn ?? "")),
        ...(TagKeys && TagKeys.length > 0 && { "aws:TagKeys": TagKeys }),
      };
      return [{ action: "xray:UntagResource", resource: arn || "*", conditions }];
    },

    resources: ({ ResourceARN }) => taggedResources(ResourceARN),

    async execute({ ResourceARN: arn = "", TagKeys: keys = [] }, call) {
      checkResourceArn(arn);
      const constraints = new Constraints().length("tagKeys", keys, { max: keysMax });
      for (const [index, key] of keys.slice(0, keysMax).entries())
        constraints.length(`tagKeys.${index + 1}.member`, key, keyLength);
      constraints.check();
      keys.forEach(refuseSystemTag);
      return call.commit(async (tx) => {
        await requireTaggable(tx, arn, call);
        await deleteTags(tx, arn, keys);
        return {};
      });
    },
  });
