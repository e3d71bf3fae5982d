import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { inspectInThreads } from "./inspect-in-threads.js";
import { digestName } from "./names.js";
import { onlineService } from "./online.js";
import { consoleOutput, type Output } from "./output.js";
import { type KeySource, KeysUnavailable, readPublicKeys } from "./public-keys.js";
import { readDigest } from "./read-digest.js";
import { report } from "./report.js";
import { runVerifyProof, verifyProofUsage } from "./run-verify-proof.js";
import { type ObjectSource, openSource, type SourcePlace } from "./sources.js";
import { type BucketOptions, verifyBucket } from "./verify-bucket.js";

export const verifyUsage = `dosimeter verify --folder <folder> --keys <file> …
dosimeter verify --bucket s3://<name> [--endpoint <url>] [--keys <file>] …

Checks CloudTrail log files against their signed digests.

  --folder      a downloaded bucket: aws s3 sync s3://BUCKET FOLDER
  --bucket      the bucket itself, read as whoever the AWS SDK finds (environment, profile …); with --folder, its name
                (default: what the newest digest says of itself)
  --endpoint    the S3 endpoint, and the service that signed (default: AWS)
  --region      the bucket's region
  --keys        public keys: aws cloudtrail list-public-keys --start-time … --end-time … > FILE; may be given for several
                regions. Without it, with --bucket, the service is asked for them and for the status of trails
  --start-time  only what was delivered after this time, such as 2026-08-01T00:00:00Z
  --end-time    … and before this time; digests must reach up to it
  --threads     how many threads uncompress and hash (default: one a processor)
  --json        findings as lines of JSON, then a summary
  --verbose     name what is intact, too

Exit status: 0 all intact, 1 something is not, 2 it could not be checked.
`;

/**
 * `dosimeter verify`. @returns the exit status.
 * @param nowMs up to which time a bucket's digests are expected.
 */
export async function runVerify(
  argv: readonly string[],
  output: Output = consoleOutput,
  nowMs?: number,
): Promise<number> {
  const ofProof = await runVerifyProof(argv, output);
  if (ofProof !== undefined) return ofProof;
  const options = parse(argv);
  if (options === undefined) {
    output.error(`${verifyUsage}\n${verifyProofUsage}`);
    return 2;
  }
  const { place } = options;
  const inspector = inspectInThreads(place, options.threads);
  try {
    const opened = openSource(place);
    const all = await opened.list("");
    // Asked for once, however large it is.
    const source: ObjectSource = { ...opened, list: async () => all };
    const digestKeys = all.filter((key) => digestName(key) !== undefined);
    const bucket = options.bucket ?? (await bucketOf(source, digestKeys));
    if (bucket === undefined) {
      output.error("No readable digest was found.");
      return 2;
    }
    const online = options.keys.length === 0 ? onlineService(options.endpoint) : undefined;
    const keys = (await online?.publicKeys(digestKeys)) ?? (await keysIn(options.keys));
    const expectedUntilMs = Math.min(options.endMs ?? Number.POSITIVE_INFINITY, nowMs ?? Number.POSITIVE_INFINITY);
    let total = 0;
    const bucketOptions: BucketOptions = {
      inspect: inspector.inspect,
      atOnce: inspector.atOnce,
      ...(options.startMs !== undefined && { startMs: options.startMs }),
      ...(options.endMs !== undefined && { endMs: options.endMs }),
      // A download is as old as it is: of it, only a time that was asked for can be expected.
      ...((place.kind === "bucket" || options.endMs !== undefined) &&
        Number.isFinite(expectedUntilMs) && { expectedUntilMs }),
      ...(online && { witness: online.witness }),
      onTotal: (objects) => {
        total = objects;
      },
    };
    const findings = verifyBucket(bucket, source, keys, bucketOptions);
    const { verbose, json } = options;
    const terminal = output === consoleOutput ? { terminal: process.stderr } : {};
    return (await report(findings, { verbose, json, output, ...terminal, total: () => total })) ? 0 : 1;
  } catch (reason) {
    if (!isOutside(reason)) throw reason;
    output.error(`${(reason as Error).name}: ${(reason as Error).message}`);
    return 2;
  } finally {
    await inspector.close();
  }
}

/** A file or a service that is not there or refuses: not a fault of ours. */
function isOutside(reason: unknown): boolean {
  const { code, $metadata } = reason as NodeJS.ErrnoException & { $metadata?: unknown };
  const isOfSdk = $metadata !== undefined || (reason as Error).name === "CredentialsProviderError";
  return reason instanceof KeysUnavailable || code !== undefined || isOfSdk;
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        folder: { type: "string" },
        bucket: { type: "string" },
        endpoint: { type: "string" },
        region: { type: "string" },
        keys: { type: "string", multiple: true, default: [] },
        "start-time": { type: "string" },
        "end-time": { type: "string" },
        threads: { type: "string" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
      },
    });
    const { folder, endpoint, region, keys, json, verbose } = values;
    const bucket = values.bucket?.replace(/^s3:\/\//, "").replace(/\/$/, "");
    const place: SourcePlace | undefined =
      folder !== undefined
        ? { kind: "folder", folder: path.resolve(folder) }
        : bucket === undefined || bucket === ""
          ? undefined
          : { kind: "bucket", bucket, endpoint, region };
    const [startMs, endMs] = [values["start-time"], values["end-time"]].map((time) => time && Date.parse(time));
    const threads = values.threads === undefined ? undefined : Number(values.threads);
    if (!place || (place.kind === "folder" && keys.length === 0)) return undefined;
    if (Number.isNaN(startMs) || Number.isNaN(endMs) || (threads !== undefined && !(threads >= 1 && threads <= 64)))
      return undefined;
    return {
      place,
      bucket,
      endpoint,
      keys,
      json,
      verbose,
      ...(startMs !== undefined && { startMs: startMs as number }),
      ...(endMs !== undefined && { endMs: endMs as number }),
      ...(threads !== undefined && { threads: Math.floor(threads) }),
    };
  } catch {
    return undefined;
  }
}

/** @throws KeysUnavailable */
async function keysIn(files: readonly string[]): Promise<KeySource> {
  const sources = await Promise.all(files.map(async (file) => readPublicKeys(await readFile(file, "utf8"))));
  return new Map(sources.flatMap((keys) => [...keys]));
}

/** Any digest's own word for its bucket: a wrong one makes all digests "moved", which is then what is reported. */
async function bucketOf(source: ObjectSource, digestKeys: readonly string[]): Promise<string | undefined> {
  for (const key of digestKeys.toReversed()) {
    const read = await readDigest(source, key);
    // What cannot be read is reported when the chain is walked; another digest may know.
    if (read.found === "digest") return read.digest.digestS3Bucket;
  }
  return undefined;
}
