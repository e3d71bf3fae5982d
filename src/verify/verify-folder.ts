import type { Finding } from "./findings.js";
import type { KeySource } from "./public-keys.js";
import type { ObjectSource } from "./sources.js";
import { timeInName, verifyChain } from "./verify-chain.js";

/** `[PREFIX/]AWSLogs/ACCT/CloudTrail-Digest/REGION/Y/M/D/ACCT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_TIME.json.gz` */
const digestPattern =
  /^(?:.+\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail-Digest\/[a-z0-9-]+\/\d{4}\/\d\d\/\d\d\/(\d{12}_CloudTrail-Digest_.+)_\d{8}T\d{6}Z\.json\.gz$/;

const logPattern = /^(?:.+\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail\/[a-z0-9-]+\/.+\.json\.gz$/;

/**
 * Verifies every chain of digests in a bucket, newest digest first, and then names the log files that no intact digest
 * lists and that are older than the newest digest of their account and region: removed from a digest's sight, or added.
 *
 * Log files delivered while validation was off are "unlisted" too: nothing vouches for them. Files newer than the
 * newest digest are not mentioned: their digest is yet to come.
 */
export async function* verifyBucket(bucket: string, source: ObjectSource, keys: KeySource): AsyncGenerator<Finding> {
  const all = await source.list("");
  const chains = new Map<string, string[]>();
  for (const key of all) {
    const [, chain] = digestPattern.exec(key) ?? [];
    if (chain === undefined) continue;
    const folder = key.slice(0, key.indexOf("/CloudTrail-Digest/"));
    const name = `${folder} ${chain}`;
    chains.set(name, [...(chains.get(name) ?? []), key]);
  }
  const listed = new Set<string>();
  const newestOfPlace = new Map<string, string>();
  for (const digestKeys of chains.values()) {
    digestKeys.sort((a, b) => (timeInName(a) < timeInName(b) ? 1 : -1));
    const newest = digestKeys[0] as string;
    const place = placeOf(newest);
    if (timeInName(newest) > (newestOfPlace.get(place) ?? "")) newestOfPlace.set(place, timeInName(newest));
    for await (const finding of verifyChain(bucket, digestKeys, source, keys)) {
      if (finding.kind === "log") listed.add(finding.key);
      yield finding;
    }
  }
  for (const key of all) {
    if (!logPattern.test(key) || listed.has(key)) continue;
    const newest = newestOfPlace.get(placeOf(key));
    const [, minute] = /_(\d{8}T\d{4})Z_[A-Za-z0-9]+\.json\.gz$/.exec(key) ?? [];
    // A log file's name has no seconds: in the newest digest's own minute it may be younger than the digest.
    if (newest !== undefined && minute !== undefined && minute < newest.slice(0, 13))
      yield {
        kind: "log",
        bucket,
        key,
        verdict: "unlisted",
        detail: "no intact digest lists it; one that was written just before a crash is in the next digest",
      };
  }
}

/** Folder, account and region of a digest or a log file. */
function placeOf(key: string): string {
  return key.replace("/CloudTrail-Digest/", "/CloudTrail/").replace(/\/\d{4}\/\d\d\/\d\d\/[^/]+$/, "");
}
