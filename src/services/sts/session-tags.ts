import type { Tag } from "@aws-sdk/client-sts";
import type { Caller } from "../../identity/caller.js";
import { Constraints } from "../constraints.js";
import { stsValidationError } from "./sts-answers.js";

const tagsMax = 50;
const tagPattern = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** What a new session has of tags: those passed, and those its maker's session passes on. */
export interface SessionTags {
  readonly tags: Readonly<Record<string, string>>;
  /** In lower case. */
  readonly transitiveKeys: readonly string[];
}

/** The keys under which a session's holder keeps them; absent where there are none. */
export function heldTags({ tags, transitiveKeys }: SessionTags) {
  return {
    ...(Object.keys(tags).length > 0 && { sessionTags: tags }),
    ...(transitiveKeys.length > 0 && { transitiveTagKeys: transitiveKeys }),
  };
}

/** @throws ServiceError for tags that break a limit, or that the caller's own session has fixed. */
export function sessionTags(
  given: readonly Tag[] | undefined,
  transitiveKeys: readonly string[] | undefined,
  caller: Caller,
): SessionTags {
  checkTags(given ?? [], transitiveKeys ?? []);
  const inherited = inheritedTags(caller);
  const inheritedKeys = Object.keys(inherited).map((key) => key.toLowerCase());
  const tags = Object.fromEntries((given ?? []).map(({ Key, Value }) => [Key!, Value!]));
  const keys = Object.keys(tags).map((key) => key.toLowerCase());
  const fixed = keys.find((key) => inheritedKeys.includes(key));
  if (fixed !== undefined) throw stsValidationError(`The tag ${fixed} is transitive and cannot be passed again.`);
  const absent = (transitiveKeys ?? []).find((key) => !keys.includes(key.toLowerCase()));
  if (absent !== undefined)
    throw stsValidationError(`The transitive tag key ${absent} is not the key of a tag passed.`);
  return {
    tags: { ...tags, ...inherited },
    transitiveKeys: [...new Set([...(transitiveKeys ?? []).map((key) => key.toLowerCase()), ...inheritedKeys])],
  };
}

/** Condition keys of a request that makes a session with tags. */
export function tagConditions({ tags, transitiveKeys }: SessionTags): Record<string, string | readonly string[]> {
  const keys = Object.keys(tags);
  if (keys.length === 0) return {};
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    "aws:TagKeys": keys,
    ...(transitiveKeys.length > 0 && {
      "sts:TransitiveTagKeys": keys.filter((key) => transitiveKeys.includes(key.toLowerCase())),
    }),
  };
}

function inheritedTags(caller: Caller): Record<string, string> {
  if (caller.kind !== "role-session") return {};
  const transitive = caller.transitiveTagKeys ?? [];
  return Object.fromEntries(
    Object.entries(caller.sessionTags ?? {}).filter(([key]) => transitive.includes(key.toLowerCase())),
  );
}

function checkTags(tags: readonly Tag[], transitiveKeys: readonly string[]): void {
  const constraints = new Constraints()
    .length("tags", tags, { max: tagsMax })
    .length("transitiveTagKeys", transitiveKeys, { max: tagsMax });
  tags.forEach(({ Key, Value }, i) => {
    const path = `tags.${i + 1}.member`;
    constraints.required(`${path}.key`, Key).length(`${path}.key`, Key, { min: 1, max: 128 });
    constraints.required(`${path}.value`, Value).length(`${path}.value`, Value, { max: 256 });
    constraints.pattern(`${path}.key`, Key, tagPattern).pattern(`${path}.value`, Value, tagPattern);
  });
  constraints.check("ValidationError");
  const lower = tags.map(({ Key }) => Key!.toLowerCase());
  if (new Set(lower).size < lower.length)
    throw stsValidationError("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  if (lower.some((key) => key.startsWith("aws:")))
    throw stsValidationError("Tag keys that begin with aws: are reserved for AWS.");
}
