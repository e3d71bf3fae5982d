import type { Tag } from "@aws-sdk/client-s3";
import { s3Failure } from "./errors.js";
import { limits } from "./limits.js";

export type Tags = Readonly<Record<string, string>>;

/** @throws ServiceError InvalidTag, BadRequest for too many. */
export function tagsOf(set: readonly Tag[], countMax: number): Tags {
  if (set.length > countMax)
    throw s3Failure(
      "BadRequest",
      400,
      countMax === limits.objectTagsMax
        ? `Object tags cannot be greater than ${countMax}`
        : `Bucket tag count cannot be greater than ${countMax}`,
    );
  const tags = new Map<string, string>();
  for (const { Key = "", Value = "" } of set) {
    if (Key === "" || Key.length > limits.tagKeyLengthMax || !tagText.test(Key))
      throw s3Failure("InvalidTag", 400, "The TagKey you have provided is invalid", { TagKey: Key.slice(0, 256) });
    if (Value.length > limits.tagValueLengthMax || !tagText.test(Value))
      throw s3Failure("InvalidTag", 400, "The TagValue you have provided is invalid", { TagKey: Key });
    if (/^aws:/i.test(Key))
      throw s3Failure("InvalidTag", 400, "System tags cannot be added/updated by requester", { TagKey: Key });
    if (tags.has(Key))
      throw s3Failure("InvalidTag", 400, "Cannot provide multiple Tags with the same key", { TagKey: Key });
    tags.set(Key, Value);
  }
  return Object.fromEntries(tags);
}

/** `x-amz-tagging`: `key=value&…`, form-encoded. */
export function tagsOfHeader(header: string | undefined): Tags {
  if (header === undefined || header === "") return {};
  const set = [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
  return tagsOf(set, limits.objectTagsMax);
}

export function tagSetOf(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Letters, digits, spaces and `_ . : / = + - @`. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
