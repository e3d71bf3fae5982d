import type { RowKey } from "../../identity/policy/row-keys.js";
import type { Scope } from "../../storage/scope.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { readGroups, type TraceGroup } from "../../tracing/groups.js";
import { readTags } from "./tag-store.js";

/** A group and what it gives its traces for condition keys. */
export interface GroupValues {
  readonly group: TraceGroup;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
}

export async function readGroupValues(queries: SettingsQueries, scope: Scope): Promise<GroupValues[]> {
  const groups = await readGroups(queries, scope);
  return Promise.all(groups.map(async (group) => ({ group, tags: await readTags(queries, group.arn) })));
}

export function valuesOfGroup({ group, tags }: GroupValues, { of, name }: RowKey): string[] {
  switch (of) {
    case "group-name":
      return [group.name];
    case "group-arn":
      return [group.arn];
    case "group-tag":
      return tags.flatMap(({ Key, Value }) => (Key === name ? [Value] : []));
    case "annotation":
      return [];
  }
}

/** Condition keys of a call that is about one group. */
export function groupConditions({ group, tags }: GroupValues): Record<string, string> {
  return {
    ...Object.fromEntries(
      tags.flatMap(({ Key, Value }) => [
        [`aws:ResourceTag/${Key}`, Value],
        [`xray:GroupTag/${Key}`, Value],
      ]),
    ),
    "xray:GroupName": group.name,
    "xray:GroupARN": group.arn,
  };
}
