import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Writable } from "node:stream";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { NotACall, toOcsf } from "./ocsf.js";

const exportUsage = `dosimeter export --format ocsf <file or folder> …

Writes the records of CloudTrail log files (.json or .json.gz, folders with all below them) to standard output, one JSON
object a line. Digests and records that are no calls (Insights, aggregated events) are left out and counted on standard
error.

  --format   ocsf: the class API Activity (6003) of OCSF 1.5.0

Exit status: 0 all exported, 1 a file could not be read, 2 wrongly called.
`;

/** A log file of AWS has at most 50 MB; more than this is not one. */
const uncompressedBytesMax = 256 * 1024 * 1024;

/** `dosimeter export`. @returns the exit status. */
export async function runExport(
  argv: readonly string[],
  out: Writable = process.stdout,
  say: (line: string) => void = console.error,
): Promise<number> {
  const places = parse(argv);
  if (places === undefined) {
    say(exportUsage);
    return 2;
  }
  let left = 0;
  let status = 0;
  for await (const file of filesOf(places)) {
    try {
      for (const record of recordsOf(await readFile(file))) {
        const line = lineOf(record);
        if (line === undefined) left++;
        else if (!out.write(line)) await once(out, "drain");
      }
    } catch (reason) {
      say(`${file}: ${(reason as Error).message}`);
      status = 1;
    }
  }
  if (left > 0) say(`${left} records are no calls of an API and were left out.`);
  return status;
}

function parse(argv: readonly string[]): string[] | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: { format: { type: "string" } },
      allowPositionals: true,
    });
    return values.format === "ocsf" && positionals.length > 0 ? positionals : undefined;
  } catch {
    return undefined;
  }
}

async function* filesOf(places: readonly string[]): AsyncGenerator<string> {
  for (const place of places) {
    if (!(await stat(place)).isDirectory()) {
      yield place;
      continue;
    }
    const names = await readdir(place, { recursive: true });
    for (const name of names.sort())
      if (/\.json(\.gz)?$/.test(name) && !name.includes("CloudTrail-Digest")) yield path.join(place, name);
  }
}

/** @throws Error for what is no log file. */
function recordsOf(bytes: Buffer): readonly unknown[] {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = isGzip ? gunzipSync(bytes, { maxOutputLength: uncompressedBytesMax }) : bytes;
  const { Records: records } = JSON.parse(text.toString("utf8")) as { Records?: unknown };
  if (!Array.isArray(records)) throw new Error("has no Records");
  return records;
}

function lineOf(record: unknown): string | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  try {
    return `${JSON.stringify(toOcsf(record as Record<string, unknown>))}\n`;
  } catch (reason) {
    if (reason instanceof NotACall) return undefined;
    throw reason;
  }
}
