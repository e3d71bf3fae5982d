/**
 * Lengths of requests in classes that are a tenth of an octave to a sixteenth of their value wide: what is needed to
 * know a 95th percentile to a few percent in little memory. Pairs of class and count, classes ascending.
 */
export type Lengths = Uint32Array;

/** Below this a class is a millisecond wide. */
const exactMsMax = 16;
const classesPerOctave = 8;

function classOf(ms: number): number {
  if (!(ms >= 0)) return 0;
  if (ms < exactMsMax) return Math.floor(ms);
  return exactMsMax + Math.floor(classesPerOctave * Math.log2(ms / exactMsMax));
}

/** The least length in a class, in milliseconds. */
export function leastMsOf(lengthClass: number): number {
  if (lengthClass <= exactMsMax) return lengthClass;
  return exactMsMax * 2 ** ((lengthClass - exactMsMax) / classesPerOctave);
}

/** @param histogram milliseconds, and how many requests took so long. */
export function lengthsOf(histogram: ReadonlyMap<number, number>): Lengths {
  const counts: number[] = [];
  for (const [ms, count] of histogram) add(counts, classOf(ms), count);
  return packed(counts);
}

export function merged(all: readonly Lengths[]): Lengths {
  const counts: number[] = [];
  for (const lengths of all) for (let i = 0; i < lengths.length; i += 2) add(counts, lengths[i]!, lengths[i + 1]!);
  return packed(counts);
}

function add(counts: number[], lengthClass: number, count: number): void {
  counts[lengthClass] = (counts[lengthClass] ?? 0) + count;
}

/** @param counts by class, with holes. */
function packed(counts: readonly number[]): Lengths {
  const pairs: number[] = [];
  counts.forEach((count, lengthClass) => {
    if (count > 0) pairs.push(lengthClass, count);
  });
  return Uint32Array.from(pairs);
}

/** How many are in the class given or above it. */
export function countFrom(lengths: Lengths, lengthClass: number): number {
  let count = 0;
  for (let i = 0; i < lengths.length; i += 2) if (lengths[i]! >= lengthClass) count += lengths[i + 1]!;
  return count;
}

/**
 * The class from which on a request is called slow: so many times longer than 95 % of the requests take, and noticeably
 * longer (`noticeableMs`), so that noise of a few milliseconds is nothing.
 *
 * @returns undefined if there are no requests.
 */
export function slowClassOf(lengths: Lengths, factor: number): number | undefined {
  let total = 0;
  for (let i = 1; i < lengths.length; i += 2) total += lengths[i]!;
  let seen = 0;
  for (let i = 0; i < lengths.length; i += 2) {
    seen += lengths[i + 1]!;
    // Counts the class's upper end: what is normal is never above it.
    if (seen >= total * usualShare) {
      const usualMs = leastMsOf(lengths[i]! + 1);
      return classOf(Math.max(usualMs * factor, usualMs + noticeableMs)) + 1;
    }
  }
  return undefined;
}

/** Share of the requests whose longest is what is usual. */
export const usualShare = 0.95;
const noticeableMs = 10;
