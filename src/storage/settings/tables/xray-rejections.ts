/** Documents that were not stored, added up by hour and reason. */
interface XrayRejections {
  account_id: string;
  region: string;
  /** Start of the hour. */
  hour_ms: number;
  error_code: string;
  count: number;
  first_ms: number;
  last_ms: number;
  message: string;
  /** The beginning of the latest such document, as it was sent. */
  sample: string;
  /** Its whole length, in UTF-16 units. */
  sample_length: number;
}

export interface XrayRejectionTables {
  xray_rejections: XrayRejections;
}
