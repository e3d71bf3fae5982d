import type { DescribeMetricFiltersCommandInput, DescribeMetricFiltersResponse } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { decodePageToken, encodePageToken } from "../../page-token.js";
import type { LogsDeps } from "../deps.js";
import { check, invalidParameter } from "../errors.js";
import { requireGroup } from "../log-groups.js";
import { accessTo, checkGroupName, groupResources } from "../names.js";
import { filterView, transformationOf } from "./metric-filters.js";

const pageSizeDefault = 50;

/** The filters of a group, or of all groups of the account and region; by group and name. */
export const describeMetricFilters = (deps: LogsDeps) =>
  operation<DescribeMetricFiltersCommandInput, DescribeMetricFiltersResponse>({
    name: "DescribeMetricFilters",
    readOnly: true,
    event: management,
    access: (input, call) => [accessTo("DescribeMetricFilters", call, input.logGroupName ?? "*")],
    async execute(input, call) {
      const { logGroupName, filterNamePrefix, metricName, metricNamespace } = input;
      const constraints = new Constraints()
        .length("filterNamePrefix", filterNamePrefix, { min: 1, max: 512 })
        .length("metricName", metricName, { max: 255 })
        .length("metricNamespace", metricNamespace, { max: 255 })
        .range("limit", input.limit, { min: 1, max: 50 });
      check(logGroupName === undefined ? constraints : checkGroupName(constraints, logGroupName));
      if ((metricName === undefined) !== (metricNamespace === undefined))
        throw invalidParameter("metricName and metricNamespace are given together.");
      if (logGroupName !== undefined) await requireGroup(deps.settings.read, call, logGroupName);
      const request = { ...input, limit: undefined, nextToken: undefined };
      const after = input.nextToken === undefined ? undefined : decodePageToken(input.nextToken, request);
      if (input.nextToken !== undefined && after === undefined)
        throw invalidParameter("The specified nextToken is invalid.");
      let query = deps.settings.read
        .selectFrom("log_metric_filters")
        .innerJoin("log_groups", "log_groups.group_id", "log_metric_filters.group_id")
        .selectAll("log_metric_filters")
        .select("log_groups.name as group_name")
        .where("log_groups.account_id", "=", call.accountId)
        .where("log_groups.region", "=", call.region);
      if (logGroupName !== undefined) query = query.where("log_groups.name", "=", logGroupName);
      const rows = (await query.execute())
        .filter((row) => filterNamePrefix === undefined || row.filter_name.startsWith(filterNamePrefix))
        .filter((row) => {
          if (metricName === undefined) return true;
          const transformation = transformationOf(row);
          return transformation.metricName === metricName && transformation.metricNamespace === metricNamespace;
        })
        .map((row) => ({ row, place: `${row.group_name}\n${row.filter_name}` }))
        .sort((a, b) => (a.place < b.place ? -1 : 1))
        .filter(({ place }) => after === undefined || place > after[0]!);
      const page = rows.slice(0, input.limit ?? pageSizeDefault);
      return {
        metricFilters: page.map(({ row }) => filterView(row, row.group_name)),
        ...(page.length < rows.length && { nextToken: encodePageToken([page.at(-1)!.place], request) }),
      };
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });
