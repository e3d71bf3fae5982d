/** Which of some events a store holds. */
export const presentLakeEvents = `
SELECT DISTINCT event_id
FROM lake_events
WHERE store_id = {storeId:String}
  AND event_time >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC')
  AND event_time <= fromUnixTimestamp64Milli({untilMs:Int64}, 'UTC')
  AND event_id IN {eventIds:Array(String)}`;

/** Partitions of a store whose months end at or before a month, `yyyyMM`. */
export const lakePartitions = `
SELECT DISTINCT partition_id
FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'lake_events'
  AND startsWith(partition, concat('(\\'', {storeId:String}, '\\','))
  AND toUInt32OrZero(extract(partition, ',(\\\\d{6})\\\\)$')) < {beforeMonth:UInt32}`;
