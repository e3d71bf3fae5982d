import type { DigestDocument, ListedFile } from "./digest-document.js";
import type { Finding, ObjectFinding } from "./findings.js";
import type { Fingerprints } from "./fingerprints.js";
import type { EventFacts, Inspect, Inspection } from "./inspect-file.js";
import { isoTime, logName } from "./names.js";

/** Events are delivered within minutes; what is older than this in a file came by another way. */
const lateMsMax = 24 * 3_600_000;
/** A clock may be wrong by so much. */
const earlyMsMax = 5 * 60_000;

interface EventsOfTrail {
  readonly fingerprints: Fingerprints;
  /** Keys by number, from 1. */
  readonly files: string[];
}

/** Checks what a digest lists, several files at once; findings come in the order of the digest. */
export async function* verifyFiles(
  digest: DigestDocument,
  deps: { readonly inspect: Inspect; readonly atOnce: number },
  events: EventsOfTrail,
): AsyncGenerator<Finding> {
  const underWay: { file: ListedFile; inspection: Promise<Inspection> }[] = [];
  for (const file of digest.logFiles) {
    const inspection: Promise<Inspection> =
      file.s3Bucket === digest.digestS3Bucket
        ? deps.inspect(file.s3Object)
        : Promise.resolve({ found: "missing" } as const);
    // Awaited in its turn; until then nobody else may call a failure unheard.
    inspection.catch(() => undefined);
    underWay.push({ file, inspection });
    if (underWay.length >= deps.atOnce) yield* judged(underWay.shift()!, events);
  }
  for (const next of underWay) yield* judged(next, events);
}

async function* judged(
  { file, inspection }: { file: ListedFile; inspection: Promise<Inspection> },
  events: EventsOfTrail,
): AsyncGenerator<Finding> {
  const { s3Bucket: bucket, s3Object: key, hashValue } = file;
  const found = (verdict: ObjectFinding["verdict"], detail?: string): ObjectFinding => ({
    kind: "log",
    bucket,
    key,
    verdict,
    ...(detail !== undefined && { detail }),
  });
  const seen = await inspection;
  if (seen.found === "missing") return yield found("missing");
  if (seen.found === "unreadable") return yield found("unreadable", seen.problem);
  if (seen.sha256 !== hashValue) return yield found("altered");
  yield found("intact");
  if (seen.events === undefined)
    return yield { kind: "note", bucket, key, detail: "its events could not be looked at" };
  for (const detail of [...repeated(seen.events, key, events), ...misplaced(seen.events, file)])
    yield { kind: "note", bucket, key, detail };
}

function* repeated({ count, fingerprints }: EventFacts, key: string, events: EventsOfTrail): Generator<string> {
  const number = events.files.push(key);
  const times = new Map<number, number>();
  for (let event = 0; event < count; event++) {
    const before = events.fingerprints.add(fingerprints[event * 2]!, fingerprints[event * 2 + 1]!, number);
    if (before !== 0) times.set(before, (times.get(before) ?? 0) + 1);
  }
  for (const [before, repeats] of times)
    yield `${repeats} of its events are also in ${before === number ? "itself" : events.files[before - 1]}`;
}

function* misplaced({ oldestMs, newestMs }: EventFacts, file: ListedFile): Generator<string> {
  const deliveredMs = logName(file.s3Object)?.timeMs ?? Number.NaN;
  if (oldestMs < deliveredMs - lateMsMax) yield `it has an event of ${isoTime(oldestMs)}, long before its delivery`;
  if (newestMs > deliveredMs + earlyMsMax) yield `it has an event of ${isoTime(newestMs)}, after its delivery`;
  for (const [listed, foundMs] of [
    [file.oldestEventTime, oldestMs],
    [file.newestEventTime, newestMs],
  ] as const)
    if (typeof listed === "string" && !Number.isNaN(foundMs) && listed !== isoTime(foundMs))
      yield `its digest says ${listed} of an event that is of ${isoTime(foundMs)}`;
}
