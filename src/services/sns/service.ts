import * as sdk from "@aws-sdk/client-sns";
import type { Service } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { notOffered } from "./not-offered.js";
import { publish } from "./publish.js";
import { confirmSubscription, subscribe } from "./subscribe.js";
import {
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
} from "./subscription-attributes.js";
import { listTagsForResource, tagResource, untagResource } from "./tags.js";
import { getTopicAttributes, setTopicAttributes } from "./topic-attributes.js";
import { createTopic, deleteTopic, listTopics } from "./topic-lifecycle.js";
import { unsubscribe } from "./unsubscribe.js";

/** Amazon SNS with HTTP, HTTPS and e-mail subscriptions. */
export function snsService(deps: SnsDeps): Service {
  return {
    signingName: "sns",
    eventSource: "sns.amazonaws.com",
    apiVersion: "2010-03-31",
    protocol: "query",
    xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
    sdk,
    operations: [
      confirmSubscription(deps),
      createTopic(deps),
      deleteTopic(deps),
      getSubscriptionAttributes(deps),
      getTopicAttributes(deps),
      listSubscriptions(deps),
      listSubscriptionsByTopic(deps),
      listTagsForResource(deps),
      listTopics(deps),
      publish(deps),
      setSubscriptionAttributes(deps),
      setTopicAttributes(deps),
      subscribe(deps),
      tagResource(deps),
      unsubscribe(deps),
      untagResource(deps),
    ],
    notOffered,
    throttled: { code: "Throttled", httpStatus: 429 },
  };
}
