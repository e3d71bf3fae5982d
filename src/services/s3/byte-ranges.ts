import type { ByteRange } from "../../storage/object-store.js";
import { invalidArgument, invalidRange } from "./errors.js";

/**
 * A Range header. What is not one range of bytes is passed over, as S3 does: the whole object is answered.
 *
 * @throws ServiceError InvalidRange (416) if nothing of the range is in the object.
 */
export function rangeOf(header: string, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (match === null) return undefined;
  const [, from = "", until = ""] = match;
  if (from === "" && until === "") return undefined;
  if (from === "") {
    const length = Math.min(Number(until), sizeBytes);
    if (length === 0) throw invalidRange(header, sizeBytes);
    return { first: sizeBytes - length, last: sizeBytes - 1 };
  }
  const first = Number(from);
  if (until !== "" && Number(until) < first) return undefined;
  if (first >= sizeBytes) throw invalidRange(header, sizeBytes);
  return { first, last: until === "" ? sizeBytes - 1 : Math.min(Number(until), sizeBytes - 1) };
}

/** `x-amz-copy-source-range`: both ends are given and lie in the source. */
export function sourceRangeOf(header: string, sizeBytes: number): ByteRange {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header.trim());
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first > last)
    throw invalidArgument(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      "x-amz-copy-source-range",
      header.slice(0, 100),
    );
  if (last >= sizeBytes)
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${sizeBytes}`,
      "x-amz-copy-source-range",
      header.slice(0, 100),
    );
  return { first, last };
}
