import type { MetricTransformation, PutMetricFilterCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { compilePattern } from "../compile-pattern.js";
import type { LogsDeps } from "../deps.js";
import { check, invalidParameter, limitExceeded } from "../errors.js";
import type { FilterPattern } from "../filter-pattern/filter-pattern.js";
import { requireGroup } from "../log-groups.js";
import { accessTo, checkGroupName, groupResources } from "../names.js";
import { readFilters } from "./metric-filters.js";

/** AWS's quotas. Source: CloudWatch Logs quotas; API Reference, PutMetricFilter. */
const filtersPerGroupMax = 100;
const dimensionsMax = 3;

const units = [
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Bytes",
  "Kilobytes",
  "Megabytes",
  "Gigabytes",
  "Terabytes",
  "Bits",
  "Kilobits",
  "Megabits",
  "Gigabits",
  "Terabits",
  "Percent",
  "Count",
  "Bytes/Second",
  "Kilobytes/Second",
  "Megabytes/Second",
  "Gigabytes/Second",
  "Terabytes/Second",
  "Bits/Second",
  "Kilobits/Second",
  "Megabits/Second",
  "Gigabits/Second",
  "Terabits/Second",
  "Count/Second",
  "None",
];

/** Counts what matches in log events that come after this call. The same name again replaces the filter. */
export const putMetricFilter = (_deps: LogsDeps) =>
  operation<PutMetricFilterCommandInput, Record<string, never>>({
    name: "PutMetricFilter",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("PutMetricFilter", call, input.logGroupName!)],
    async execute(input, call) {
      const constraints = checkGroupName(new Constraints(), input.logGroupName)
        .length("filterName", input.filterName, { min: 1, max: 512 })
        .pattern("filterName", input.filterName, /^[^:*]*$/)
        .length("filterPattern", input.filterPattern, { max: 1024 })
        .length("metricTransformations", input.metricTransformations, { min: 1, max: 1 });
      const [transformation] = input.metricTransformations ?? [];
      check(checkTransformation(constraints, transformation ?? ({} as MetricTransformation)));
      if (input.applyOnTransformedLogs || input.fieldSelectionCriteria || input.emitSystemFieldDimensions?.length)
        throw invalidParameter("Transformed logs, field selection criteria and system fields are not offered here.");
      checkSelectors(compilePattern(input.filterPattern!), transformation!);
      const changed = {
        pattern: input.filterPattern!,
        transformation: JSON.stringify(transformation),
        created_ms: call.nowMs,
      };
      return call.commit(async (tx) => {
        const group = await requireGroup(tx, call, input.logGroupName!);
        const others = (await readFilters(tx, group.group_id)).filter((row) => row.filter_name !== input.filterName);
        if (others.length >= filtersPerGroupMax)
          throw limitExceeded(`Resource limit exceeded: ${filtersPerGroupMax} metric filters of a log group.`);
        await tx
          .insertInto("log_metric_filters")
          .values({ group_id: group.group_id, filter_name: input.filterName!, ...changed })
          .onConflict((conflict) => conflict.columns(["group_id", "filter_name"]).doUpdateSet(changed))
          .execute();
        return {};
      });
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

function checkTransformation(constraints: Constraints, transformation: MetricTransformation): Constraints {
  const at = "metricTransformations.1.member";
  const { metricName, metricNamespace, metricValue, dimensions = {}, unit } = transformation;
  constraints
    .length(`${at}.metricName`, metricName, { min: 1, max: 255 })
    .pattern(`${at}.metricName`, metricName, /^[^:*$]*$/)
    .length(`${at}.metricNamespace`, metricNamespace, { min: 1, max: 255 })
    .pattern(`${at}.metricNamespace`, metricNamespace, /^[^:*$]*$/)
    .length(`${at}.metricValue`, metricValue, { min: 1, max: 100 })
    .oneOf(`${at}.unit`, unit, units);
  for (const [name, value] of Object.entries(dimensions))
    constraints
      .length(`${at}.dimensions.key`, name, { min: 1, max: 255 })
      .length(`${at}.dimensions.value`, value, { min: 1, max: 255 });
  return constraints;
}

/** @throws ServiceError InvalidParameterException for what no event could ever give a value. */
function checkSelectors({ selects }: FilterPattern, transformation: MetricTransformation): void {
  const { metricValue = "", dimensions = {}, defaultValue } = transformation;
  const names = Object.keys(dimensions);
  if (names.length > dimensionsMax) throw invalidParameter(`A metric can have at most ${dimensionsMax} dimensions.`);
  if (names.length > 0 && defaultValue !== undefined)
    throw invalidParameter("Invalid metric transformation: dimensions and default value are mutually exclusive.");
  const isNumber = metricValue.trim() !== "" && Number.isFinite(Number(metricValue));
  for (const selector of [...(isNumber ? [] : [metricValue]), ...Object.values(dimensions)])
    if (!selects(selector))
      throw invalidParameter(
        `Invalid metric transformation: '${selector.slice(0, 100)}' is neither a number nor a field that the filter pattern names; add it to the pattern, such as ($.field = "*").`,
      );
}
