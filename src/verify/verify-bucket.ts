import type { EndFinding, Finding } from "./findings.js";
import { type Inspect, inspectFile } from "./inspect-file.js";
import { checkpointName, type DigestName, digestName, isoTime, logName } from "./names.js";
import type { KeySource } from "./public-keys.js";
import type { ObjectSource } from "./sources.js";
import { type Chain, timeInName, verifyChain } from "./verify-chain.js";
import { verifyQueryResults } from "./verify-query-results.js";

/** A digest may be late by this and its own interval. */
const lateMsMax = 60_000;
const hourMs = 3_600_000;

/** What a service says of a trail. */
export interface TrailWitness {
  readonly isLogging: boolean;
  readonly stoppedMs?: number;
  readonly latestDigestMs?: number;
}

export interface BucketOptions {
  readonly inspect?: Inspect;
  readonly atOnce?: number;
  /** The time that is looked at, milliseconds. */
  readonly startMs?: number;
  readonly endMs?: number;
  /** Digests are expected up to here; without it only what else is in the bucket tells that newer ones were there. */
  readonly expectedUntilMs?: number;
  /** Asked for each trail. Undefined: nobody can be asked, or there is no such trail. */
  readonly witness?: (trailArn: string, region: string) => Promise<TrailWitness | undefined>;
  /** Told how many log files and digests there are. */
  readonly onTotal?: (objects: number) => void;
}

/**
 * Verifies every chain of digests in a bucket, newest digest first, and then names the log files that no intact digest
 * lists and that are older than the newest digest of their account and region: removed from a digest's sight, or added.
 * Signed results of queries are verified by themselves.
 *
 * Log files delivered while validation was off are "unlisted" too: nothing vouches for them. Files newer than the
 * newest digest are not mentioned: their digest is yet to come.
 */
export async function* verifyBucket(
  bucket: string,
  source: ObjectSource,
  keys: KeySource,
  options: BucketOptions = {},
): AsyncGenerator<Finding> {
  const { startMs = Number.NEGATIVE_INFINITY, endMs = Number.POSITIVE_INFINITY } = options;
  const deps = {
    source,
    keys,
    inspect: options.inspect ?? ((key: string) => inspectFile(source, key)),
    atOnce: options.atOnce ?? 1,
    startMs,
    endMs,
    listed: new Set<string>(),
  };
  const { listed } = deps;
  const all = await source.list("");
  const chains = chainsIn(bucket, all);
  const logs = all.flatMap((key) => {
    const name = logName(key);
    return name && name.timeMs > startMs && name.timeMs < endMs ? [{ key, ...name }] : [];
  });
  options.onTotal?.(logs.length + [...chains.values()].reduce((sum, { digestKeys }) => sum + digestKeys.length, 0));

  const newestOfPlace = new Map<string, number>();
  for (const chain of chains.values()) {
    let covered: { readonly fromMs: number; readonly untilMs: number } | undefined;
    for await (const finding of verifyChain(chain, deps)) {
      if (finding.kind === "chain") covered = { fromMs: Date.parse(finding.from), untilMs: Date.parse(finding.until) };
      yield finding;
    }
    if (chain.isBackfill) continue;
    const newest = chain.digestKeys[0]!;
    const place = `${chain.of.folder} ${chain.of.region}`;
    newestOfPlace.set(place, Math.max(timeInName(newest), newestOfPlace.get(place) ?? 0));
    if (covered !== undefined) yield* endOf(chain, covered.untilMs, { all, logs, listed, options });
  }
  for (const { key, place, timeMs } of logs) {
    const newestMs = newestOfPlace.get(place);
    // A log file's name has no seconds: in the newest digest's own minute it may be younger than the digest.
    if (listed.has(key) || newestMs === undefined || timeMs >= newestMs - (newestMs % 60_000)) continue;
    const detail = "no intact digest lists it; one that was written just before a crash is in the next digest";
    yield { kind: "log", bucket, key, verdict: "unlisted", detail };
  }
  yield* verifyQueryResults(bucket, all, source, keys);
}

interface NamedChain extends Chain {
  readonly of: DigestName;
}

function chainsIn(bucket: string, all: readonly string[]): Map<string, NamedChain> {
  const chains = new Map<string, NamedChain & { digestKeys: string[] }>();
  for (const key of all) {
    const of = digestName(key);
    if (of === undefined) continue;
    const { folder, region, trail, home, isBackfill } = of;
    const id = [folder, region, trail, home, isBackfill].join(" ");
    const name = `trail ${trail} of ${home} in ${region}, account ${of.account}${isBackfill ? ", backfill" : ""}`;
    const chain = chains.get(id) ?? { name, bucket, digestKeys: [], isBackfill, of };
    chains.set(id, chain);
    chain.digestKeys.push(key);
  }
  for (const { digestKeys } of chains.values()) digestKeys.sort((a, b) => timeInName(b) - timeInName(a));
  return chains;
}

/** Whether the chain ends where it should: nothing in a chain can tell that its newest links were cut off. */
async function* endOf(
  chain: NamedChain,
  endMs: number,
  seen: {
    readonly all: readonly string[];
    readonly logs: readonly { readonly key: string; readonly place: string; readonly timeMs: number }[];
    readonly listed: ReadonlySet<string>;
    readonly options: BucketOptions;
  },
): AsyncGenerator<Finding> {
  const { options } = seen;
  const { folder, region, account, trail, home } = chain.of;
  const dueMs = endMs + periodOf(chain, endMs) + lateMsMax;
  const end = (proven: boolean, detail: string): EndFinding => ({
    kind: "end",
    chain: chain.name,
    at: isoTime(endMs),
    proven,
    detail,
  });
  if (options.endMs !== undefined && options.endMs <= endMs) return;

  const witness = await options.witness?.(`arn:aws:cloudtrail:${home}:${account}:trail/${trail}`, region);
  if (witness?.latestDigestMs !== undefined && witness.latestDigestMs > dueMs)
    return yield end(true, `the service delivered a digest at ${isoTime(witness.latestDigestMs)}`);
  if (witness && !witness.isLogging && (witness.stoppedMs ?? 0) <= dueMs)
    return yield end(false, "the trail does not log any more");

  const place = `${folder} ${region}`;
  const log = seen.logs.find((file) => file.place === place && file.timeMs > dueMs && !seen.listed.has(file.key));
  const checkpoint = seen.all
    .map(checkpointName)
    .find((name) => name?.place === place && name.trail === trail && name.timeMs > dueMs);
  if (checkpoint) return yield end(true, `the trail published a checkpoint at ${isoTime(checkpoint.timeMs)}`);
  if (log)
    return yield end(
      true,
      `s3://${chain.bucket}/${log.key} was delivered later: newer digests were taken away, or validation was switched off`,
    );
  const expectedUntilMs = Math.min(options.expectedUntilMs ?? Number.NaN, options.endMs ?? Number.POSITIVE_INFINITY);
  if (expectedUntilMs > dueMs)
    yield end(
      options.endMs !== undefined,
      `digests were expected until ${isoTime(expectedUntilMs)}: they were taken away, or logging or validation ended`,
    );
}

/** How long digests are: by the two newest names; an hour where there is one. */
function periodOf({ digestKeys }: Chain, endMs: number): number {
  const before = digestKeys.find((key) => timeInName(key) < endMs);
  return before === undefined ? hourMs : Math.min(endMs - timeInName(before), 24 * hourMs);
}
