/** Statistics by period. Within a minute, points of events that matched leave no room for the default. */
export const readMetricStatistics = `
SELECT intDiv(minute_ms, {periodMs:Int64}) * {periodMs:Int64} AS start_ms,
  sum(minute_samples) AS sample_count, sum(minute_sum) AS sum_of_values,
  min(minute_minimum) AS minimum_of_values, max(minute_maximum) AS maximum_of_values
FROM (
  SELECT minute_ms, countIf(is_default = 0) = 0 AS is_empty,
    if(is_empty, 1, sumIf(sample_count, is_default = 0)) AS minute_samples,
    if(is_empty, any(sum), sumIf(sum, is_default = 0)) AS minute_sum,
    if(is_empty, any(minimum), minIf(minimum, is_default = 0)) AS minute_minimum,
    if(is_empty, any(maximum), maxIf(maximum, is_default = 0)) AS minute_maximum
  FROM (
    SELECT minute_ms, is_default, sample_count, sum, minimum, maximum
    FROM metric_points
    WHERE account_id = {accountId:String} AND region = {region:String} AND namespace = {namespace:String}
      AND metric_name = {metricName:String} AND dimensions = {dimensions:String}
      AND minute_ms >= {fromMs:Int64} AND minute_ms < {untilMs:Int64}
    LIMIT 1 BY point_id
  )
  GROUP BY minute_ms
)
GROUP BY start_ms
ORDER BY start_ms`;
