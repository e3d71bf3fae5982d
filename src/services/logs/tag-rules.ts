import { ServiceError } from "../service-error.js";
import { invalidParameter } from "./errors.js";

const tagsPerGroupMax = 50;

/** @throws ServiceError InvalidParameterException or TooManyTagsException */
export function checkTags(tags: Readonly<Record<string, string>> | undefined): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length > tagsPerGroupMax)
    throw new ServiceError("TooManyTagsException", `A log group can have at most ${tagsPerGroupMax} tags.`);
  for (const [key, value] of entries) {
    if (key.length < 1 || key.length > 128 || !tagText.test(key) || key.startsWith("aws:"))
      throw invalidParameter(`Invalid tag key: '${key.slice(0, 128)}'`);
    if (value.length > 256 || !tagText.test(value)) throw invalidParameter(`Invalid value of the tag '${key}'`);
  }
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
