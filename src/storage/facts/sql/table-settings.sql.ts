/**
 * Settings of every table of facts.
 * fsync: a row is durable when its insert returns; what says so elsewhere is then allowed to forget it.
 * auto_statistics_types: sketches of every column at every insert and merge cost more than all queries gain.
 * packed_skip_index_max_bytes, write_marks_for_substreams_in_compact_parts: fewer files and marks, fewer fsyncs a part.
 */
export const appendOnlySettings = `SETTINGS fsync_after_insert = 1, fsync_part_directory = 1,
  auto_statistics_types = '', packed_skip_index_max_bytes = 1048576, write_marks_for_substreams_in_compact_parts = 0`;

/**
 * Settings of tables that are made of others: they are written without a sync. Parts that a loss of power broke are set
 * aside when the table is opened, however many they are; what they held is made again.
 */
export const remadeSettings = `SETTINGS auto_statistics_types = '', packed_skip_index_max_bytes = 1048576,
  write_marks_for_substreams_in_compact_parts = 0, max_suspicious_broken_parts = 1000000,
  max_suspicious_broken_parts_bytes = 1000000000000`;
