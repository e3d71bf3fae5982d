import type { Tag } from "@aws-sdk/client-cloudtrail";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { cloudTrailError } from "../errors.js";

/** AWS's limits: a request may carry more entries than a resource may keep. */
const requestTagsMax = 200;
const resourceTagsMax = 50;
const keyCharsMax = 128;
const valueCharsMax = 256;

/** What the model says of tags, whether they are added or removed. @throws ValidationException */
export function checkTagShapes(tags: readonly Tag[]): void {
  const constraints = new Constraints().length("tagsList", tags, { max: requestTagsMax });
  for (const [index, tag] of tags.entries())
    constraints
      .length(`tagsList.${index + 1}.member.key`, tag.Key, { min: 1, max: keyCharsMax })
      .length(`tagsList.${index + 1}.member.value`, tag.Value, { min: 1, max: valueCharsMax });
  constraints.check();
}

/** @throws ValidationException, InvalidTagParameter */
export function checkTags(tags: readonly Tag[]): void {
  checkTagShapes(tags);
  const keys = new Set<string>();
  for (const tag of tags) {
    const key = tag.Key as string;
    const refuse = (message: string) => {
      throw cloudTrailError("InvalidTagParameter", message);
    };
    if (keys.has(key)) refuse(`Tag key ${key} is given more than once.`);
    keys.add(key);
    if (/^aws:/i.test(key)) refuse(`Tag key ${key} begins with aws:, which is reserved.`);
    const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
    if (!allowed.test(key)) refuse(`Tag key ${key} has characters that are not allowed.`);
    if (!allowed.test(tag.Value ?? "")) refuse(`The value of tag ${key} has characters that are not allowed.`);
  }
  if (tags.length > resourceTagsMax) throw tagsLimitExceeded();
}

/** Adds tags; a key that is there already gets the new value. @throws TagsLimitExceeded */
export async function putTags(tx: SettingsTransaction, arn: string, tags: readonly Tag[]): Promise<void> {
  for (const tag of tags) {
    const tag_value = tag.Value ?? null;
    await tx
      .insertInto("trail_tags")
      .values({ arn, tag_key: tag.Key as string, tag_value })
      .onConflict((conflict) => conflict.columns(["arn", "tag_key"]).doUpdateSet({ tag_value }))
      .execute();
  }
  const kept = await tx.selectFrom("trail_tags").select("tag_key").where("arn", "=", arn).execute();
  if (kept.length > resourceTagsMax) throw tagsLimitExceeded();
}

/** A resource's tags, sorted by key. */
export async function readTags(queries: SettingsQueries | SettingsTransaction, arn: string): Promise<Tag[]> {
  const rows = await queries.selectFrom("trail_tags").selectAll().where("arn", "=", arn).orderBy("tag_key").execute();
  return rows.map(({ tag_key, tag_value }) => ({ Key: tag_key, ...(tag_value !== null && { Value: tag_value }) }));
}

/** Condition keys of a request that carries tags. */
export function requestTagConditions(tags: readonly Tag[] | undefined): Record<string, string | string[]> {
  if (tags === undefined || tags.length === 0) return {};
  return {
    ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.Key}`, tag.Value ?? ""])),
    "aws:TagKeys": tags.map((tag) => tag.Key ?? ""),
  };
}

function tagsLimitExceeded() {
  return cloudTrailError("TagsLimitExceeded", `A resource can have at most ${resourceTagsMax} tags.`);
}
