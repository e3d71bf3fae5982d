/** What the engine would have to read. */
export function estimate(sql: string): string {
  return `EXPLAIN ESTIMATE SELECT * FROM (\n${sql}\n)`;
}

/** The statement stands in brackets of its own: whatever it ends with, it is one table. */
export function insertResult(sql: string): string {
  return `INSERT INTO lake_results (day, query_id, row, cells)
SELECT {day:UInt32}, {queryId:String}, rowNumberInAllBlocks(), CAST(array(*), 'Array(Nullable(String))')
FROM (
${sql}
)
LIMIT {rowsMax:UInt64}`;
}

export const measureResult = `
SELECT count() AS rows, sum(r.bytes) AS all_bytes, max(r.bytes) AS row_bytes
FROM lake_results AS r WHERE day = {day:UInt32} AND query_id = {queryId:String}`;

/** Rows up to the one with which the page is full. */
export const readResult = `
SELECT cells FROM lake_results
WHERE day = {day:UInt32} AND query_id = {queryId:String} AND row >= {fromRow:UInt64} AND row <= (
  SELECT max(row) FROM (
    SELECT row, sum(bytes) OVER (ORDER BY row ROWS UNBOUNDED PRECEDING) - bytes AS before
    FROM lake_results
    WHERE day = {day:UInt32} AND query_id = {queryId:String}
      AND row >= {fromRow:UInt64} AND row < {fromRow:UInt64} + {limit:UInt64}
  ) WHERE before < {bytesMax:UInt64}
)
ORDER BY row`;

/** Mean size of an event: of all stores, as parts of the engine know no others' share. */
export const eventBytes = `
SELECT sum(data_uncompressed_bytes) / greatest(sum(p.rows), 1) AS bytes
FROM system.parts AS p WHERE active AND database = currentDatabase() AND table = 'lake_events'`;

/** `log_comment` is what names a query of ours in the engine: ids that are given are not kept by the embedded one. */
export const killQuery = "KILL QUERY WHERE Settings['log_comment'] = {name:String} ASYNC";

export const resultDaysBefore = `
SELECT DISTINCT partition FROM system.parts
WHERE active AND database = currentDatabase() AND table = 'lake_results' AND toInt64(partition) < {day:Int64}`;

export const bytesWritten = `
SELECT sum(written_bytes) AS bytes FROM system.processes WHERE Settings['log_comment'] = {name:String}`;
