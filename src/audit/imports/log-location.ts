/** Where an import looks: a folder of a bucket. */
export interface LogLocation {
  readonly bucket: string;
  /** Ends with a slash; empty for the whole bucket. */
  readonly folder: string;
}

/** Of S3, in bytes. */
const keyBytesMax = 1024;

/** Reads `s3://bucket/folder/`; the last slash may be absent. @returns undefined for anything else. */
export function parseLogLocation(uri: string): LogLocation | undefined {
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket === undefined || Buffer.byteLength(path) > keyBytesMax || /\p{Cc}/u.test(path)) return undefined;
  return { bucket, folder: path === "" || path.endsWith("/") ? path : `${path}/` };
}

/** `s3://bucket/key` */
export function locationUri(bucket: string, key: string): string {
  return `s3://${bucket}/${key}`;
}

const logsOf = "CloudTrail";

/** Where a folder stands in a tree `AWSLogs/[ORGANIZATION/]ACCOUNT/SERVICE/…`; undefined outside of one. */
function placeInLogs(parts: readonly string[]): { readonly depth: number; readonly service?: string } | undefined {
  const root = parts.indexOf("AWSLogs");
  if (root < 0) return undefined;
  const inside = parts.slice(root + 1);
  if (inside[0]?.startsWith("o-")) inside.shift();
  return { depth: inside.length, ...(inside[1] !== undefined && { service: inside[1] }) };
}

const partsOf = (folder: string) => folder.split("/").slice(0, -1);

/**
 * True if log files may be in `folder` or below. In a tree of logs only those of CloudTrail are looked at, not digests,
 * Insights events or logs of other services, unless the location itself names such a folder. A location that names a
 * folder outside of such a tree means all of it; one that names none means the bucket's own tree of logs.
 */
export function leadsToLogs({ folder: named }: LogLocation, folder: string): boolean {
  if (folder === named) return true;
  const parts = partsOf(folder);
  const place = placeInLogs(parts);
  if (place === undefined) return named !== "" || parts[0] === logsOf;
  const namesService = placeInLogs(partsOf(named))?.service !== undefined;
  return namesService || place.service === undefined || place.service === logsOf;
}

/** True if the files that stand in `folder` itself are log files, as far as their names say so. */
export function holdsLogs(location: LogLocation, folder: string): boolean {
  if (!leadsToLogs(location, folder)) return false;
  const parts = partsOf(folder);
  const place = placeInLogs(parts);
  return place === undefined ? location.folder !== "" || parts[0] === logsOf : place.service !== undefined;
}

/** Times of events that are wanted; both ends belong to it. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A file is written after its events, mostly within minutes: how much later than the range it is still looked at. */
const deliveryMsMax = 3_600_000;
const dayMs = 86_400_000;

/** False if the folder's name ends in a day (`…/2026/08/01/`) whose files cannot hold events of the range. */
export function mayHoldTimes(folder: string, range: TimeRange): boolean {
  const [, year, month, day] = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\/$/.exec(folder) ?? [];
  const fromMs = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(fromMs) || (fromMs + dayMs > range.fromMs && fromMs <= range.untilMs + deliveryMsMax);
}

/** Log files are gzip of JSON. Where a range is asked for, their names must have a time that fits. */
export function isWantedFile(key: string, range: TimeRange | undefined): boolean {
  if (!key.endsWith(".json.gz")) return false;
  if (range === undefined) return true;
  const [, date, hour, minute] = /_(\d{8})T(\d{2})(\d{2})Z_[^/]*$/.exec(key) ?? [];
  if (date === undefined) return false;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const timeMs = Date.parse(`${day}T${hour}:${minute}:00Z`);
  // The name has no seconds: a file of the first minute may be later than the range's beginning.
  return timeMs + 60_000 > range.fromMs && timeMs <= range.untilMs + deliveryMsMax;
}
