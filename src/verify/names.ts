/** Keys of what CloudTrail delivers. Sources: CloudTrail User Guide, "CloudTrail log file name format", "digest files". */
const folder = String.raw`(?<folder>(?:.+\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12})`;
const day = String.raw`\d{4}\/\d\d\/\d\d`;

/** `[PREFIX/]AWSLogs/ACCT/CloudTrail-Digest/REGION/Y/M/D/ACCT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIME.json.gz` */
const digestPattern = new RegExp(
  String.raw`^${folder}\/CloudTrail-Digest\/(?<region>[a-z0-9-]+)\/${day}\/(?<account>\d{12})_CloudTrail-Digest_\k<region>_` +
    String.raw`(?<trail>.+)_(?<home>[a-z0-9-]+)_(?<time>\d{8}T\d{6}Z)(?<backfill>_backfill)?\.json\.gz$`,
);

const logPattern = new RegExp(
  String.raw`^${folder}\/CloudTrail\/(?<region>[a-z0-9-]+)\/${day}\/` +
    String.raw`\d{12}_CloudTrail_\k<region>_(?<minute>\d{8}T\d{4})Z_[A-Za-z0-9]+\.json\.gz$`,
);

/** `[prefix/]AWSLogs/ACCT/Dosimeter-Checkpoint/REGION/Y/M/D/ACCT_Dosimeter-Checkpoint_REGION_TRAIL_TIME.txt` */
const checkpointPattern = new RegExp(
  String.raw`^${folder}\/Dosimeter-Checkpoint\/(?<region>[a-z0-9-]+)\/${day}\/` +
    String.raw`\d{12}_Dosimeter-Checkpoint_\k<region>_(?<trail>.+)_(?<time>\d{8}T\d{6}Z)\.txt$`,
);

export interface DigestName {
  readonly folder: string;
  readonly region: string;
  readonly account: string;
  readonly trail: string;
  readonly home: string;
  readonly timeMs: number;
  readonly isBackfill: boolean;
}

export function digestName(key: string): DigestName | undefined {
  const groups = digestPattern.exec(key)?.groups;
  if (groups === undefined) return undefined;
  const { folder = "", region = "", account = "", trail = "", home = "", time = "", backfill } = groups;
  return { folder, region, account, trail, home, timeMs: compactTimeMs(time), isBackfill: backfill !== undefined };
}

/** Folder and region of a log file, and the minute it was delivered in. */
export function logName(key: string): { place: string; timeMs: number } | undefined {
  const { folder, region, minute = "" } = logPattern.exec(key)?.groups ?? {};
  return folder === undefined ? undefined : { place: `${folder} ${region}`, timeMs: compactTimeMs(`${minute}00Z`) };
}

export function checkpointName(key: string): { place: string; trail: string; timeMs: number } | undefined {
  const { folder, region, trail = "", time = "" } = checkpointPattern.exec(key)?.groups ?? {};
  return folder === undefined ? undefined : { place: `${folder} ${region}`, trail, timeMs: compactTimeMs(time) };
}

/** `20260801T120000Z` */
function compactTimeMs(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

/** `2026-08-01T12:00:00Z`. Digests may say anything. */
export function isoTime(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? "an unknown time" : `${date.toISOString().slice(0, 19)}Z`;
}
