import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { uncompress } from "./digest-document.js";
import type { Finding } from "./findings.js";
import { consoleOutput, type Output } from "./output.js";
import { KeysUnavailable, readPublicKeys } from "./public-keys.js";
import { runVerifyProof, verifyProofUsage } from "./run-verify-proof.js";
import { folderSource, type ObjectSource } from "./sources.js";
import { verifyBucket } from "./verify-folder.js";

export const verifyUsage = `dosimeter verify --folder <folder> --keys <file> [--bucket <name>] [--verbose]

Checks downloaded CloudTrail log files against their signed digests, without any service.

  --folder   a downloaded bucket: aws s3 sync s3://BUCKET FOLDER
  --keys     public keys: aws cloudtrail list-public-keys --start-time … --end-time … > FILE
  --bucket   the bucket's name (default: what the newest digest says of itself)
  --verbose  name what is intact, too

Exit status: 0 all intact, 1 something is not, 2 it could not be checked.
`;

/** `dosimeter verify`. @returns the exit status. */
export async function runVerify(argv: readonly string[], output: Output = consoleOutput): Promise<number> {
  const ofProof = await runVerifyProof(argv, output);
  if (ofProof !== undefined) return ofProof;
  const options = parse(argv);
  if (options === undefined) {
    output.error(`${verifyUsage}\n${verifyProofUsage}`);
    return 2;
  }
  try {
    const keys = readPublicKeys(await readFile(options.keys, "utf8"));
    const source = folderSource(options.folder);
    const bucket = options.bucket ?? (await bucketOf(source));
    if (bucket === undefined) {
      output.error(`No readable digest was found in ${options.folder}.`);
      return 2;
    }
    return await report(verifyBucket(bucket, source, keys), options.verbose, output);
  } catch (reason) {
    if (!(reason instanceof KeysUnavailable) && (reason as NodeJS.ErrnoException).code === undefined) throw reason;
    output.error((reason as Error).message);
    return 2;
  }
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        folder: { type: "string" },
        keys: { type: "string" },
        bucket: { type: "string" },
        verbose: { type: "boolean", default: false },
      },
    });
    const { folder, keys, bucket, verbose } = values;
    return folder === undefined || keys === undefined
      ? undefined
      : { folder: path.resolve(folder), keys, bucket, verbose };
  } catch {
    return undefined;
  }
}

/** Any digest's own word for its bucket: a wrong one makes all digests "moved", which is then what is reported. */
async function bucketOf(source: ObjectSource): Promise<string | undefined> {
  const digests = (await source.list("")).filter(
    (key) => key.includes("/CloudTrail-Digest/") && key.endsWith(".json.gz"),
  );
  for (const key of digests.reverse()) {
    const object = await source.read(key);
    try {
      const { digestS3Bucket } = JSON.parse(uncompress(object?.bytes ?? Buffer.alloc(0)).toString("utf8"));
      if (typeof digestS3Bucket === "string") return digestS3Bucket;
    } catch {
      // Reported when the chain is walked; another digest may know.
    }
  }
  return undefined;
}

async function report(findings: AsyncIterable<Finding>, verbose: boolean, output: Output): Promise<number> {
  const counts = { digest: { intact: 0, bad: 0 }, log: { intact: 0, bad: 0 } };
  for await (const finding of findings) {
    if (finding.kind === "gap") {
      output.out(
        `No digest covers the time between ${finding.from} and ${finding.until}: logging or validation was off.`,
      );
      continue;
    }
    const intact = finding.verdict === "intact";
    counts[finding.kind][intact ? "intact" : "bad"]++;
    const noun = finding.kind === "digest" ? "Digest file" : "Log file";
    const detail = finding.detail ? ` (${finding.detail})` : "";
    const line = `${noun}\ts3://${finding.bucket}/${finding.key}\t${finding.verdict}${detail}`;
    if (!intact) output.error(line);
    else if (verbose) output.out(line);
  }
  for (const [noun, { intact, bad }] of Object.entries(counts))
    output.out(`${intact}/${intact + bad} ${noun} files intact${bad > 0 ? `, ${bad} not` : ""}`);
  const bad = counts.digest.bad + counts.log.bad;
  if (counts.digest.intact === 0) output.error("No intact digest was found: nothing vouches for these files.");
  return bad > 0 || counts.digest.intact === 0 ? 1 : 0;
}
