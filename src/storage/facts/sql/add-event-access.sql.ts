/**
 * What authorisation was asked of each call, and what the questions of least privilege group calls by. The columns made
 * from the record cost no byte on the way here; of rows from before this they are made when they are read.
 */
export const addEventAccess = `
ALTER TABLE events
  -- empty for what was recorded without it; see identity/asked-access.ts
  ADD COLUMN IF NOT EXISTS access String CODEC(ZSTD(1)),
  -- AIDA… of a user, AROA… of a role, the account of root
  ADD COLUMN IF NOT EXISTS principal_id LowCardinality(String)
    MATERIALIZED splitByChar(':', JSONExtractString(record, 'userIdentity', 'principalId'))[1],
  ADD COLUMN IF NOT EXISTS source_ip LowCardinality(String) MATERIALIZED JSONExtractString(record, 'sourceIPAddress'),
  ADD COLUMN IF NOT EXISTS user_agent LowCardinality(String) MATERIALIZED JSONExtractString(record, 'userAgent'),
  ADD COLUMN IF NOT EXISTS secure_transport UInt8 MATERIALIZED JSONHas(record, 'tlsDetails')`;
