import type { SettingsQueries } from "../storage/settings-store.js";
import type { ContextTags } from "./event-context.js";

type EventRecord = Readonly<Record<string, unknown>>;
type Tags = Readonly<Record<string, string>>;

/**
 * The tags, as they are now, of the callers and resources of some records: one reading for a batch.
 *
 * @returns for each record, in the same order, what `withEventContext` takes.
 */
export async function readContextTags(
  queries: SettingsQueries,
  records: readonly EventRecord[],
): Promise<ContextTags[]> {
  const ids = new Set<string>();
  const arns = new Set<string>();
  for (const record of records) {
    const id = principalIdOf(record);
    if (id !== undefined) ids.add(id);
    for (const arn of resourceArnsOf(record)) arns.add(arn);
  }
  const [principals, resources] = await Promise.all([tagsOfEntities(queries, [...ids]), tagsOf(queries, [...arns])]);
  return records.map((record) => {
    const principal = principals.get(principalIdOf(record) ?? "");
    return {
      ...(principal && { principal }),
      resources: resourceArnsOf(record).flatMap((arn) => {
        const tags = resources.get(arn);
        return tags === undefined ? [] : [{ arn, tags }];
      }),
    };
  });
}

/** The id of a user or of a session's role: `AROA…:session` without its session. */
function principalIdOf(record: EventRecord): string | undefined {
  const { principalId } = (record["userIdentity"] ?? {}) as { readonly principalId?: string };
  return principalId?.split(":")[0] || undefined;
}

function resourceArnsOf(record: EventRecord): string[] {
  const resources = record["resources"];
  if (!Array.isArray(resources)) return [];
  const arns = resources.map((resource: { readonly ARN?: unknown } | null) => resource?.ARN);
  return [...new Set(arns.filter((arn) => typeof arn === "string"))];
}

/** Values of one `IN`: engines bound them. */
const valuesMax = 500;

function* slices(values: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < values.length; from += valuesMax) yield values.slice(from, from + valuesMax);
}

async function tagsOfEntities(queries: SettingsQueries, ids: readonly string[]): Promise<Map<string, Tags>> {
  const found = new Map<string, Tags>();
  for (const some of slices(ids)) {
    const rows = await queries.selectFrom("iam_tags").selectAll().where("entity_id", "in", some).execute();
    for (const row of rows) found.set(row.entity_id, { ...found.get(row.entity_id), [row.tag_key]: row.tag_value });
  }
  return found;
}

async function tagsOf(queries: SettingsQueries, arns: readonly string[]): Promise<Map<string, Tags>> {
  const found = new Map<string, Tags>();
  const add = (arn: string, tags: Tags) => {
    if (Object.keys(tags).length > 0) found.set(arn, { ...found.get(arn), ...tags });
  };
  for (const some of slices(arns)) {
    for (const table of ["trail_tags", "xray_tags"] as const)
      for (const row of await queries.selectFrom(table).selectAll().where("arn", "in", some).execute())
        add(row.arn, { [row.tag_key]: row.tag_value ?? "" });
    for (const row of await queries.selectFrom("sns_topics").select(["arn", "tags"]).where("arn", "in", some).execute())
      add(row.arn, JSON.parse(row.tags) as Tags);
    await addEntities(queries, some, add);
    await addNamed(queries, some, add);
  }
  return found;
}

type Add = (arn: string, tags: Tags) => void;

async function addEntities(queries: SettingsQueries, arns: readonly string[], add: Add): Promise<void> {
  const iam = arns.filter((arn) => arn.split(":")[2] === "iam");
  if (iam.length === 0) return;
  const entities = await queries
    .selectFrom("iam_entities")
    .select(["arn", "entity_id"])
    .where("arn", "in", iam)
    .execute();
  const tags = await tagsOfEntities(
    queries,
    entities.map((entity) => entity.entity_id),
  );
  for (const { arn, entity_id } of entities) add(arn, tags.get(entity_id) ?? {});
}

/** Keys, buckets and log groups are kept by their names, not by their ARNs. */
async function addNamed(queries: SettingsQueries, arns: readonly string[], add: Add): Promise<void> {
  for (const arn of arns) {
    const [, key] = /^arn:[^:]+:kms:[^:]+:\d{12}:key\/([\w-]+)$/.exec(arn) ?? [];
    const [, bucket] = /^arn:[^:]+:s3:::([^/]+)$/.exec(arn) ?? [];
    const [, region, accountId, group] = /^arn:[^:]+:logs:([^:]+):(\d{12}):log-group:([^:]+)(?::\*)?$/.exec(arn) ?? [];
    const row =
      key !== undefined
        ? await queries.selectFrom("kms_keys").select("tags").where("key_id", "=", key).executeTakeFirst()
        : bucket !== undefined
          ? await queries.selectFrom("s3_buckets").select("tags").where("name", "=", bucket).executeTakeFirst()
          : group !== undefined
            ? await queries
                .selectFrom("log_groups")
                .select("tags")
                .where("account_id", "=", accountId as string)
                .where("region", "=", region as string)
                .where("name", "=", group)
                .executeTakeFirst()
            : undefined;
    if (row !== undefined) add(arn, JSON.parse(row.tags) as Tags);
  }
}
