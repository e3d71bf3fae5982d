import type { ObjectSource } from "./sources.js";
import { uncompress } from "./uncompress.js";

/** What one log file is, seen from outside. */
export type Inspection =
  | { readonly found: "missing" }
  | { readonly found: "unreadable"; readonly problem: string }
  | { readonly found: "file"; readonly sha256: string; readonly events?: EventFacts };

/** Of the events in a file. Absent where it is too large to be read, or has no `Records`. */
export interface EventFacts {
  readonly count: number;
  /** Milliseconds; NaN where none has a time. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Two words an event, made of its id. */
  readonly fingerprints: Uint32Array;
}

export type Inspect = (key: string) => Promise<Inspection>;

export async function inspectFile(source: ObjectSource, key: string): Promise<Inspection> {
  const object = await source.read(key);
  if (object === undefined) return { found: "missing" };
  try {
    const { sha256, text } = await uncompress(object.bytes);
    const events = text && eventFacts(text);
    return { found: "file", sha256, ...(events && { events }) };
  } catch (reason) {
    return { found: "unreadable", problem: (reason as Error).message };
  }
}

function eventFacts(text: Buffer): EventFacts | undefined {
  let records: unknown;
  try {
    ({ Records: records } = JSON.parse(text.toString("utf8")) as { Records?: unknown });
  } catch {
    // The hash decides whether it is what was delivered.
  }
  if (!Array.isArray(records)) return undefined;
  const fingerprints = new Uint32Array(records.length * 2);
  let oldestMs = Number.NaN;
  let newestMs = Number.NaN;
  for (const [index, record] of (records as Record<string, unknown>[]).entries()) {
    const id = String(record?.["eventID"]).replaceAll("-", "");
    fingerprints[index * 2] = Number.parseInt(id.slice(0, 8), 16) ^ Number.parseInt(id.slice(8, 16), 16);
    fingerprints[index * 2 + 1] = Number.parseInt(id.slice(16, 24), 16) ^ Number.parseInt(id.slice(24, 32), 16);
    const timeMs = Date.parse(String(record?.["eventTime"]));
    if (!(timeMs >= oldestMs)) oldestMs = Number.isNaN(timeMs) ? oldestMs : timeMs;
    if (!(timeMs <= newestMs)) newestMs = Number.isNaN(timeMs) ? newestMs : timeMs;
  }
  return { count: records.length, oldestMs, newestMs, fingerprints };
}
