import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import type { Service } from "../operation.js";
import type { LogsDeps } from "./deps.js";
import { describeLogGroups, listLogGroups } from "./describe-log-groups.js";
import { describeLogStreams } from "./describe-log-streams.js";
import { filterLogEvents } from "./filter-log-events.js";
import { getLogEvents } from "./get-log-events.js";
import { createLogGroup, deleteLogGroup, putLogGroupDeletionProtection } from "./log-group-lifecycle.js";
import { createLogStream, deleteLogStream } from "./log-stream-lifecycle.js";
import { deleteMetricFilter } from "./metric-filters/delete-metric-filter.js";
import { describeMetricFilters } from "./metric-filters/describe-metric-filters.js";
import { getMetricFilterStatistics } from "./metric-filters/get-metric-filter-statistics.js";
import { putMetricFilter } from "./metric-filters/put-metric-filter.js";
import { notOffered } from "./not-offered.js";
import { putLogEvents } from "./put-log-events.js";
import { deleteResourcePolicy, describeResourcePolicies, putResourcePolicy } from "./resource-policies.js";
import { deleteRetentionPolicy, putRetentionPolicy } from "./retention-policy.js";
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from "./tags.js";
import { testMetricFilter } from "./test-metric-filter.js";

/** Amazon CloudWatch Logs, as far as the delivery of trails and its usual clients need it. */
export function logsService(deps: LogsDeps): Service {
  return {
    signingName: "logs",
    eventSource: "logs.amazonaws.com",
    apiVersion: "2014-03-28",
    protocol: "json-1.1",
    targetPrefix: "Logs_20140328",
    sdk,
    operations: [
      createLogGroup(deps),
      createLogStream(deps),
      deleteLogGroup(deps),
      deleteLogStream(deps),
      deleteMetricFilter(deps),
      deleteResourcePolicy(deps),
      deleteRetentionPolicy(deps),
      describeLogGroups(deps),
      describeLogStreams(deps),
      describeMetricFilters(deps),
      describeResourcePolicies(deps),
      filterLogEvents(deps),
      getLogEvents(deps),
      listLogGroups(deps),
      listTagsForResource(deps),
      listTagsLogGroup(deps),
      putLogEvents(deps),
      putLogGroupDeletionProtection(deps),
      putMetricFilter(deps),
      putResourcePolicy(deps),
      putRetentionPolicy(deps),
      tagLogGroup(deps),
      tagResource(deps),
      testMetricFilter(deps),
      untagLogGroup(deps),
      untagResource(deps),
    ],
    notOffered,
    foreignRoutes: [getMetricFilterStatistics(deps)],
    throttled: { code: "ThrottlingException", httpStatus: 400 },
  };
}
