import { addEventAccess } from "./sql/add-event-access.sql.js";
import { createCallMinutes } from "./sql/create-call-minutes.sql.js";
import { createEvents } from "./sql/create-events.sql.js";
import { createGraphMinutes, createTouchedMinutes } from "./sql/create-graph-minutes.sql.js";
import { createLakeEvents } from "./sql/create-lake-events.sql.js";
import { createLakeResults } from "./sql/create-lake-results.sql.js";
import { createLogEvents } from "./sql/create-log-events.sql.js";
import { createMetricPoints } from "./sql/create-metric-points.sql.js";
import { createSegments } from "./sql/create-segments.sql.js";
import { createReadsOfTraces, createReadsOfTracesView, createTraceReads } from "./sql/create-trace-reads.sql.js";
import { createTraces } from "./sql/create-traces.sql.js";
import { createTreeHashes } from "./sql/create-tree-hashes.sql.js";

/** Columns in the order in which rows are written; the encoders keep to it. */
export const factTables = {
  segments: [
    "account_id",
    "region",
    "trace_id",
    "segment_id",
    "is_subsegment",
    "parent_id",
    "start_us",
    "end_us",
    "has_end",
    "in_progress",
    "received_ms",
    "version",
    "document_bytes",
    "batch_id",
    "document",
  ],
  events: [
    "account_id",
    "region",
    "category",
    "event_time_ms",
    "event_id",
    "event_source",
    "event_name",
    "read_only",
    "username",
    "access_key_id",
    "error_code",
    "resource_types",
    "resource_names",
    "record",
    "access",
    "recorded_ms",
    "stream_id",
    "commit",
    "position",
  ],
  log_events: [
    "account_id",
    "region",
    "log_group_id",
    "log_stream_name",
    "timestamp_ms",
    "ingested_ms",
    "event_id",
    "message",
  ],
  metric_points: [
    "account_id",
    "region",
    "namespace",
    "metric_name",
    "dimensions",
    "minute_ms",
    "point_id",
    "is_default",
    "sample_count",
    "sum",
    "minimum",
    "maximum",
    "recorded_ms",
  ],
  tree_hashes: ["level", "place", "hash", "account_id", "event_id"],
  trace_reads: [
    "account_id",
    "region",
    "caller_arn",
    "event_time_ms",
    "event_id",
    "principal_id",
    "operation",
    "kind",
    "error_code",
    "selector",
    "trace_ids",
    "recorded_ms",
  ],
} as const;

export type FactTable = keyof typeof factTables;
export const factTableNames = Object.keys(factTables) as readonly FactTable[];

/** Tables that are made of others, and the columns of those whose rows are written by us. */
export const indexTableNames = ["traces", "touched_minutes", "graph_minutes"] as const;
export type IndexTable = (typeof indexTableNames)[number];
export const touchedMinuteColumns = ["account_id", "region", "minute", "received_day", "writer_id", "touched_us"];
/** The session for writing that is not kept busy by segments or events. */
export const indexWriter = 2;
/** Shared with metrics, which are few. */
export const lakeWriter = 3;

/** When it ran is when the record of who saw which trace began. */
export const traceReadsMigration = "014-trace-reads";

/** In order; add at the end, never change one that was released. Each may run twice, as there is no lock for DDL. */
export const factMigrations: readonly { readonly name: string; readonly statement: string }[] = [
  { name: "001-segments", statement: createSegments },
  { name: "002-events", statement: createEvents },
  { name: "003-log-events", statement: createLogEvents },
  { name: "004-traces", statement: createTraces },
  { name: "005-touched-minutes", statement: createTouchedMinutes },
  { name: "006-graph-minutes", statement: createGraphMinutes },
  { name: "007-lake-events", statement: createLakeEvents },
  { name: "008-metric-points", statement: createMetricPoints },
  { name: "009-lake-results", statement: createLakeResults },
  { name: "010-tree-hashes", statement: createTreeHashes },
  { name: "011-call-minutes", statement: createCallMinutes },
  { name: "012-event-access", statement: addEventAccess },
  { name: "013-reads-of-traces", statement: createReadsOfTraces },
  { name: traceReadsMigration, statement: createTraceReads },
  { name: "015-reads-of-traces-view", statement: createReadsOfTracesView },
];
