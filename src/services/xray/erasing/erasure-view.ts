import type { ErasureRow } from "../../../tracing/erasures.js";

/** An erasure as callers read it; times in epoch seconds, what is not known yet is left out. */
export function erasureView(row: ErasureRow) {
  const time = (name: string, ms: number) => (ms > 0 ? { [name]: ms / 1000 } : {});
  const isKnown = row.ids_sha256 !== "";
  return {
    ErasureId: row.erasure_id,
    Status: row.status,
    DryRun: row.dry_run === 1,
    ...(row.annotation_key !== "" && { Annotation: { Key: row.annotation_key, ValueHash: row.value_hash } }),
    Reason: row.reason,
    ...(row.reference !== "" && { Reference: row.reference }),
    RequestedBy: row.requested_by,
    RequestedAt: row.created_ms / 1000,
    ...(isKnown && {
      TraceCount: row.trace_count,
      DocumentCount: row.document_count,
      TraceIdsSha256: row.ids_sha256,
    }),
    ...time("ErasedAt", row.erased_ms),
    ...time("EndedAt", row.ended_ms),
    ...time("FilesGoneAt", row.purged_ms),
    ...(row.failure !== "" && { Failure: row.failure }),
  };
}
