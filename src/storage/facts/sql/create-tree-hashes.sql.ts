import { appendOnlySettings } from "./table-settings.sql.js";

/**
 * The tree of all records: one row a leaf, and one a full subtree of 256, 65536 ... leaves. It has no retention: a record
 * that is erased leaves its hash, so that proofs hold.
 */
export const createTreeHashes = `
CREATE TABLE IF NOT EXISTS tree_hashes (
  -- 0: a leaf; n: a subtree of 256 to the n leaves
  level      UInt8,
  -- place in its level, from 0
  place      UInt64 CODEC(Delta, LZ4),
  -- hex; of a leaf, the SHA-256 of its record; of a subtree, its hash
  hash       String CODEC(ZSTD(1)),
  -- empty for subtrees
  account_id LowCardinality(String),
  event_id   String CODEC(ZSTD(1)),
  -- finds one leaf of millions
  INDEX ids event_id TYPE bloom_filter(0.01) GRANULARITY 1
)
-- the same hash again replaces itself
ENGINE = ReplacingMergeTree
ORDER BY (level, place)
${appendOnlySettings}`;
