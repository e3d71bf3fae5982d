/** One read or refusal on a timeline. */
export interface Mark {
  readonly timeMs: number;
  readonly isRefused: boolean;
}

export interface Bucket {
  reads: number;
  refusals: number;
}

/** @returns counts of equal stretches from the first mark to the last; undefined without marks. */
export function bucketsOf(
  marks: readonly Mark[],
  bucketCount: number,
): { readonly startMs: number; readonly endMs: number; readonly buckets: readonly Bucket[] } | undefined {
  if (marks.length === 0) return undefined;
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { timeMs } of marks) {
    startMs = Math.min(startMs, timeMs);
    endMs = Math.max(endMs, timeMs);
  }
  const buckets = Array.from({ length: bucketCount }, (): Bucket => ({ reads: 0, refusals: 0 }));
  const width = (endMs - startMs) / bucketCount || 1;
  for (const { timeMs, isRefused } of marks) {
    const bucket = buckets[Math.min(bucketCount - 1, Math.floor((timeMs - startMs) / width))]!;
    if (isRefused) bucket.refusals += 1;
    else bucket.reads += 1;
  }
  return { startMs, endMs, buckets };
}
