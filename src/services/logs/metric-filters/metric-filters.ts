import type { MetricFilter, MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import type { Selectable } from "kysely";
import type { LogsTables } from "../../../storage/settings/tables/logs.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";

type MetricFilterRow = Selectable<LogsTables["log_metric_filters"]>;

/** In the order of their names, as AWS lists them. */
export async function readFilters(
  queries: SettingsQueries | SettingsTransaction,
  groupId: string,
): Promise<MetricFilterRow[]> {
  return queries
    .selectFrom("log_metric_filters")
    .selectAll()
    .where("group_id", "=", groupId)
    .orderBy("filter_name")
    .execute();
}

export function transformationOf(row: Pick<MetricFilterRow, "transformation">): MetricTransformation {
  return JSON.parse(row.transformation) as MetricTransformation;
}

export function filterView(row: MetricFilterRow, logGroupName: string): MetricFilter {
  return {
    filterName: row.filter_name,
    filterPattern: row.pattern,
    metricTransformations: [transformationOf(row)],
    creationTime: row.created_ms,
    logGroupName,
  };
}
