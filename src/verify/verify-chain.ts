import type { DigestDocument } from "./digest-document.js";
import type { Finding } from "./findings.js";
import { Fingerprints } from "./fingerprints.js";
import type { Inspect } from "./inspect-file.js";
import { digestName, isoTime } from "./names.js";
import type { KeySource } from "./public-keys.js";
import { type Expected, judgeDigest, type ReadDigest, readDigest } from "./read-digest.js";
import type { ObjectSource } from "./sources.js";
import { verifyFiles } from "./verify-files.js";

/** Digests that are read before their turn. */
const aheadMax = 8;

/** The digests of one trail and region. */
export interface Chain {
  /** For people: which trail, which region. */
  readonly name: string;
  readonly bucket: string;
  /** Newest first. */
  readonly digestKeys: readonly string[];
  readonly isBackfill: boolean;
}

export interface ChainDeps {
  readonly source: ObjectSource;
  readonly keys: KeySource;
  readonly inspect: Inspect;
  /** Log files that are inspected at once. */
  readonly atOnce: number;
  /** Only digests that cover some of this time are judged. */
  readonly startMs: number;
  readonly endMs: number;
  /** Gets the keys of the log files that digests list, also those of digests that are not judged. */
  readonly listed: Set<string>;
}

/**
 * Walks a trail's digests of one region backwards and reports every break, carrying on past each one.
 *
 * @yields one finding a digest and one a log file; a gap where a digest names no predecessor, yet older ones exist; a hole
 *         where the times of those that are there say that others must have been.
 *
 * Bad objects never throw: finding them is the job. Memory: a few digests and log files, and 16 bytes an event.
 * Source: AWS CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log
 * file integrity validation". Shares no code with what writes digests.
 */
export async function* verifyChain(chain: Chain, deps: ChainDeps): AsyncGenerator<Finding> {
  const { bucket, digestKeys, isBackfill } = chain;
  const read = readingAhead(digestKeys, deps.source);
  const seen = new Set<string>();
  const events = { fingerprints: new Fingerprints(), files: [] as string[] };
  let next = digestKeys[0];
  let expected: Expected | undefined;
  /** The start of the newer digest, where time must go on; and how long digests are. */
  let edge: { readonly startMs: number; readonly periodMs: number; readonly lost: boolean } | undefined;
  let newestEndMs = Number.NaN;
  let oldestStartMs = Number.NaN;
  while (next !== undefined) {
    const key: string = next;
    // A chain that bites its own tail would never end.
    if (seen.has(key)) break;
    seen.add(key);
    const { finding, digest } = judgeDigest(await read(key), { bucket, key, isBackfill }, deps.keys, expected);
    const [startMs, endMs] = digest ? timesOf(digest) : [Number.NaN, timeInName(key)];
    if (digest) {
      if (!(endMs <= newestEndMs)) newestEndMs = endMs;
      if (!(endMs <= deps.startMs) || Number.isNaN(oldestStartMs)) oldestStartMs = startMs;
      for (const file of digest.logFiles) deps.listed.add(file.s3Object);
    }
    if (endMs <= deps.startMs) break;
    if (!(startMs >= deps.endMs)) {
      yield finding;
      if (digest) yield* verifyFiles(digest, deps, events);
    }
    if (edge !== undefined && !isBackfill) yield* holeBetween(chain.name, endMs, edge);

    const previous = digest?.previousDigestS3Object ?? undefined;
    const elsewhere = digest?.previousDigestS3Bucket != null && digest.previousDigestS3Bucket !== bucket;
    if (elsewhere)
      yield {
        kind: "note",
        bucket,
        key,
        detail: `the chain goes on in s3://${digest.previousDigestS3Bucket}, which is to be verified by itself`,
      };
    if (digest && previous !== undefined && !elsewhere) {
      expected = { hash: digest.previousDigestHashValue, signature: digest.previousDigestSignature };
      edge = { startMs, periodMs: endMs - startMs, lost: false };
      yield* passedBy(chain, seen, previous, key);
      next = previous;
      continue;
    }
    expected = undefined;
    const older = digestKeys.find((candidate) => !seen.has(candidate) && !(timeInName(candidate) > timeInName(key)));
    if (digest && older !== undefined && !elsewhere && timeInName(older) > deps.startMs)
      yield { kind: "gap", chain: chain.name, from: isoTime(timeInName(older)), until: digest.digestStartTime };
    // Of one that cannot be read, its name tells the end; that it was as long as its neighbour is a guess.
    edge = digest
      ? undefined
      : edge && { startMs: timeInName(key) - edge.periodMs, periodMs: edge.periodMs, lost: true };
    next = older;
  }
  if (!Number.isNaN(newestEndMs) && !isBackfill)
    yield { kind: "chain", chain: chain.name, from: isoTime(oldestStartMs), until: isoTime(newestEndMs) };
}

/** Digests that the chain passes by were put between its links. */
function* passedBy({ bucket, digestKeys }: Chain, seen: Set<string>, older: string, newer: string): Generator<Finding> {
  const [fromMs, untilMs] = [timeInName(older), timeInName(newer)];
  // A name that is not one of a digest lies nowhere.
  if (Number.isNaN(fromMs)) return;
  for (const key of digestKeys) {
    const timeMs = timeInName(key);
    if (timeMs <= fromMs) break;
    if (seen.has(key) || timeMs >= untilMs) continue;
    seen.add(key);
    yield { kind: "digest", bucket, key, verdict: "unlisted", detail: "the chain does not name it" };
  }
}

function* holeBetween(
  chain: string,
  endMs: number,
  edge: { readonly startMs: number; readonly lost: boolean },
): Generator<Finding> {
  // What has no time, because its name is none of a digest, says nothing.
  if (endMs === edge.startMs || Number.isNaN(endMs - edge.startMs) || (edge.lost && endMs > edge.startMs)) return;
  const [from, until] = [isoTime(Math.min(endMs, edge.startMs)), isoTime(Math.max(endMs, edge.startMs))];
  const detail = edge.lost
    ? "more digests than the one that was named must have been here, or logging was off"
    : endMs < edge.startMs
      ? "the next digest begins later than the one it names ends"
      : "the next digest begins before the one it names ends";
  yield { kind: "hole", chain, from, until, detail };
}

function timesOf(digest: DigestDocument): [startMs: number, endMs: number] {
  return [Date.parse(digest.digestStartTime), Date.parse(digest.digestEndTime)];
}

export function timeInName(key: string): number {
  return digestName(key)?.timeMs ?? Number.NaN;
}

/** Reads digests in the order in which they are most likely wanted, some before they are. */
function readingAhead(digestKeys: readonly string[], source: ObjectSource) {
  const begun = new Map<string, Promise<ReadDigest>>();
  const places = new Map(digestKeys.map((key, place) => [key, place]));
  const begin = (key: string): Promise<ReadDigest> => {
    const reading = begun.get(key) ?? readDigest(source, key);
    // Whoever awaits it sees the failure.
    reading.catch(() => undefined);
    begun.set(key, reading);
    return reading;
  };
  return (key: string): Promise<ReadDigest> => {
    const wanted = begin(key);
    begun.delete(key);
    const place = places.get(key);
    if (place !== undefined) for (const ahead of digestKeys.slice(place + 1, place + 1 + aheadMax)) begin(ahead);
    return wanted;
  };
}
