import type { ObjectInfo } from "../../storage/object-store.js";
import { notModified, preconditionFailed } from "./errors.js";
import { namesEtag } from "./etags.js";

export interface ReadConditions {
  readonly IfMatch?: string;
  readonly IfNoneMatch?: string;
  readonly IfModifiedSince?: Date;
  readonly IfUnmodifiedSince?: Date;
}

/**
 * Conditions of a read, in the order of RFC 9110: an etag condition makes the date condition of its kind void.
 *
 * @throws ServiceError PreconditionFailed (412), or NotModified (304).
 */
export function checkReadConditions(conditions: ReadConditions, info: ObjectInfo): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!namesEtag(IfMatch, info.etag)) throw preconditionFailed("If-Match");
  } else if (IfUnmodifiedSince !== undefined && wholeSeconds(info) > IfUnmodifiedSince.getTime())
    throw preconditionFailed("If-Unmodified-Since");
  if (IfNoneMatch !== undefined) {
    if (namesEtag(IfNoneMatch, info.etag)) throw notModified();
  } else if (IfModifiedSince !== undefined && wholeSeconds(info) <= IfModifiedSince.getTime()) throw notModified();
}

/** The conditions of a copy's source: every failure is a 412. */
export function checkSourceConditions(
  input: {
    readonly CopySourceIfMatch?: string;
    readonly CopySourceIfNoneMatch?: string;
    readonly CopySourceIfModifiedSince?: Date;
    readonly CopySourceIfUnmodifiedSince?: Date;
  },
  info: ObjectInfo,
): void {
  try {
    checkReadConditions(
      {
        IfMatch: input.CopySourceIfMatch,
        IfNoneMatch: input.CopySourceIfNoneMatch,
        IfModifiedSince: input.CopySourceIfModifiedSince,
        IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
      },
      info,
    );
  } catch {
    throw preconditionFailed();
  }
}

/** Dates of HTTP have whole seconds only. */
function wholeSeconds({ lastModifiedMs }: ObjectInfo): number {
  return Math.floor(lastModifiedMs / 1000) * 1000;
}
