import type { _Object, CommonPrefix, EncodingType } from "@aws-sdk/client-s3";
import type { Listing, ListQuery } from "../../storage/object-store.js";
import { invalidArgument } from "./errors.js";
import { quoted } from "./etags.js";
import { limits } from "./limits.js";
import { canonicalUser } from "./owners.js";

/** `max-keys` and its siblings: 1,000 unless told otherwise, never more, and not negative. */
export function listLimit(given: number | undefined, name: string): number {
  if (given === undefined) return limits.keysListedMax;
  if (given < 0) throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  return Math.min(given, limits.keysListedMax);
}

/** How keys stand in an answer: percent-encoded for who asked, because XML cannot hold every key. */
export function keyEncoder(encoding: EncodingType | undefined): (key: string) => string {
  if (encoding === undefined) return (key) => key;
  if (encoding !== "url")
    throw invalidArgument(
      "Invalid Encoding Method specified in Request",
      "encoding-type",
      String(encoding).slice(0, 100),
    );
  return (key) => encodeURIComponent(key).replaceAll("%2F", "/");
}

/** @throws ServiceError InvalidArgument for what can be part of no key. */
export function listQuery(input: { Prefix?: string; Delimiter?: string; after?: string; limit: number }): ListQuery {
  const { Prefix = "", Delimiter, after, limit } = input;
  for (const text of [Prefix, Delimiter ?? "", after ?? ""])
    if (/\p{Surrogate}/u.test(text)) throw invalidArgument("A key is UTF-8 text");
  return {
    prefix: Prefix,
    ...(Delimiter === undefined || Delimiter === "" ? {} : { delimiter: Delimiter }),
    ...(after === undefined || after === "" ? {} : { after }),
    limit,
  };
}

/** `Contents` and `CommonPrefixes`; each is left out if there is nothing in it. */
export function listed(
  { objects, commonPrefixes }: Listing,
  encode: (key: string) => string,
  ownerAccountId?: string,
): { Contents?: _Object[]; CommonPrefixes?: CommonPrefix[] } {
  const owner = ownerAccountId === undefined ? {} : { Owner: canonicalUser(ownerAccountId) };
  return {
    ...(objects.length === 0
      ? {}
      : {
          Contents: objects.map((object) => ({
            Key: encode(object.key),
            LastModified: new Date(object.lastModifiedMs),
            ETag: quoted(object.etag),
            Size: object.sizeBytes,
            StorageClass: "STANDARD" as const,
            ...owner,
          })),
        }),
    ...(commonPrefixes.length === 0
      ? {}
      : { CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })) }),
  };
}
