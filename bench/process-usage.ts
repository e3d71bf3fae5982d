import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** Processor time a process has used so far, all its threads, in seconds. Linux. */
export function processorSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it, in clock ticks.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond;
}

/** Memory of a process that is resident now, in bytes. Linux. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024;
}

/** Bytes a folder takes on the disk, in blocks that are allocated. What vanishes meanwhile is not counted. */
export function diskBytes(folder: string): number {
  let bytes = 0;
  for (const name of namesIn(folder)) {
    const place = path.join(folder, name);
    const found = statSync(place, { throwIfNoEntry: false });
    if (found?.isFile()) bytes += found.blocks * 512;
    else if (found?.isDirectory()) bytes += diskBytes(place);
  }
  return bytes;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw problem;
  }
}

/** USER_HZ, which is 100 on every Linux that Node.js supports. */
const clockTicksPerSecond = 100;
