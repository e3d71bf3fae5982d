/**
 * One row: the documents received from `swept_from_ms` until `swept_until_ms` are known to be in the index of traces.
 * The range grows at both ends: to now, and back to where retention ends.
 */
interface XrayIndexSweep {
  name: "sweep";
  swept_from_ms: number;
  swept_until_ms: number;
}

export interface XrayIndexTables {
  xray_index_sweep: XrayIndexSweep;
}
