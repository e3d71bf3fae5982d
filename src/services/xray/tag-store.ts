import type { Tag } from "@aws-sdk/client-xray";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { ServiceError } from "../service-error.js";
import { invalidRequest } from "./errors.js";

/** AWS's limits: a request may carry more entries than a resource may keep. */
const requestTagsMax = 200;
const resourceTagsMax = 50;
const keyCharsMax = 128;
const valueCharsMax = 256;

/** Letters, digits, spaces and `_ . : / = + - @`, of any script. */
const allowedText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * Holds the tags of a request against the rules for tags: before they are stored, and before anything else is done.
 *
 * @throws ValidationException, InvalidRequestException, TooManyTagsException
 * @see AWS X-Ray Developer Guide, "Tagging X-Ray sampling rules and groups"
 */
export function checkTags(tags: readonly Tag[] | undefined): void {
  if (tags === undefined) return;
  const constraints = new Constraints().length("tags", tags, { max: requestTagsMax });
  for (const [index, { Key, Value }] of tags.slice(0, requestTagsMax).entries())
    constraints
      .length(`tags.${index + 1}.member.key`, Key, { min: 1, max: keyCharsMax })
      .length(`tags.${index + 1}.member.value`, Value, { min: 0, max: valueCharsMax });
  constraints.check();
  const keys = new Set<string>();
  for (const { Key: key = "", Value: value = "" } of tags) {
    if (keys.has(key)) throw invalidRequest(`Tag key ${key} is given more than once`);
    keys.add(key);
    refuseSystemTag(key);
    if (!allowedText.test(key)) throw invalidRequest(`Tag key ${key} has characters that are not allowed`);
    if (!allowedText.test(value)) throw invalidRequest(`The value of tag ${key} has characters that are not allowed`);
  }
  if (tags.length > resourceTagsMax) throw tooManyTags(undefined);
}

/** @throws InvalidRequestException for a key that only AWS itself may set. */
export function refuseSystemTag(key: string): void {
  if (/^aws:/i.test(key)) throw invalidRequest(`Tag key ${key} begins with aws:, which is reserved for system tags`);
}

/** Adds tags that `checkTags` let pass; a key that is there already gets the new value. @throws TooManyTagsException */
export async function putTags(tx: SettingsTransaction, arn: string, tags: readonly Tag[] | undefined): Promise<void> {
  if (tags === undefined || tags.length === 0) return;
  await tx
    .insertInto("xray_tags")
    .values(tags.map((tag) => ({ arn, tag_key: tag.Key ?? "", tag_value: tag.Value ?? "" })))
    .onConflict((conflict) =>
      conflict.columns(["arn", "tag_key"]).doUpdateSet((set) => ({ tag_value: set.ref("excluded.tag_value") })),
    )
    .execute();
  if ((await readTags(tx, arn)).length > resourceTagsMax) throw tooManyTags(arn);
}

/** Removes the tags with these keys, or all tags of a resource that goes away. Absent ones are no error. */
export async function deleteTags(tx: SettingsTransaction, arn: string, keys?: readonly string[]): Promise<void> {
  const removal = tx.deleteFrom("xray_tags").where("arn", "=", arn);
  if (keys === undefined) await removal.execute();
  else {
    // Others were never stored, and some of them no database takes.
    const possible = keys.filter((key) => allowedText.test(key));
    if (possible.length > 0) await removal.where("tag_key", "in", possible).execute();
  }
}

/** The tags of a resource, by key. */
export async function readTags(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
): Promise<{ Key: string; Value: string }[]> {
  if (arn.includes("\0")) return []; // PostgreSQL does not take such a text even to say that it is not there
  const rows = await queries.selectFrom("xray_tags").selectAll().where("arn", "=", arn).execute();
  const tags = rows.map((row) => ({ Key: row.tag_key, Value: row.tag_value }));
  // Not by the database: its order of texts depends on how it was set up.
  return tags.sort((one, other) => (one.Key < other.Key ? -1 : 1));
}

/** Condition keys of a request that carries tags: `aws:RequestTag/…`, `aws:TagKeys`. */
export function requestTagConditions(tags: readonly Tag[] | undefined): Record<string, string | string[]> {
  if (tags === undefined || tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? ""])),
    "aws:TagKeys": tags.map((tag) => tag.Key ?? ""),
  };
}

/** Condition keys of a resource that has tags: `aws:ResourceTag/…`. */
export async function resourceTagConditions(queries: SettingsQueries, arn: string): Promise<Record<string, string>> {
  const tags = await readTags(queries, arn);
  return Object.fromEntries(tags.map(({ Key, Value }) => [`aws:ResourceTag/${Key}`, Value]));
}

function tooManyTags(arn: string | undefined): ServiceError {
  return new ServiceError("TooManyTagsException", `A resource can have at most ${resourceTagsMax} tags`, {
    members: arn === undefined ? {} : { ResourceName: arn },
  });
}
