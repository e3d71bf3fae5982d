import type { DataResource, EventSelector } from "@aws-sdk/client-cloudtrail";

/** AWS's limits. Source: "Quotas in AWS CloudTrail". */
export const basicLimits = { selectorsMax: 5, dataResourceValuesMax: 250 } as const;

const excludable = ["kms.amazonaws.com", "rdsdata.amazonaws.com"];
const readWriteTypes = ["ReadOnly", "WriteOnly", "All"];

/** Values of each resource type: the forms that mean all of them, and the form of one. */
const valueForms: Readonly<Record<string, { readonly all: readonly string[]; readonly one: RegExp }>> = {
  // One bucket needs its slash: a bucket ARN without it would be the prefix of other buckets' names.
  "AWS::S3::Object": {
    all: ["arn:aws:s3", "arn:aws:s3:::"],
    one: /^arn:aws[\w-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\/.*$/s,
  },
  "AWS::Lambda::Function": {
    all: ["arn:aws:lambda"],
    one: /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}$/,
  },
  "AWS::DynamoDB::Table": {
    all: ["arn:aws:dynamodb"],
    one: /^arn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}$/,
  },
};

/** @returns what is wrong, in words for the caller; undefined if nothing is. */
export function problemOfBasicSelectors(selectors: readonly EventSelector[]): string | undefined {
  if (selectors.length === 0) return "At least one event selector must be given.";
  if (selectors.length > basicLimits.selectorsMax)
    return `A trail can have at most ${basicLimits.selectorsMax} event selectors.`;
  let counted = 0;
  for (const selector of selectors) {
    const type = selector.ReadWriteType;
    if (type !== undefined && !readWriteTypes.includes(type)) return `Value ${type} for ReadWriteType is invalid.`;
    for (const source of selector.ExcludeManagementEventSources ?? [])
      if (!excludable.includes(source)) return `Value ${source} for ExcludeManagementEventSources is invalid.`;
    for (const resource of selector.DataResources ?? []) {
      const problem = problemOfDataResource(resource);
      if (problem !== undefined) return problem;
      const all = valueForms[resource.Type as string]?.all ?? [];
      counted += (resource.Values ?? []).filter((value) => !all.includes(value)).length;
    }
  }
  if (counted > basicLimits.dataResourceValuesMax)
    return `A trail can have at most ${basicLimits.dataResourceValuesMax} data resources over all its event selectors.`;
  return undefined;
}

function problemOfDataResource(resource: DataResource): string | undefined {
  const type = resource.Type ?? "";
  const forms = Object.hasOwn(valueForms, type) ? valueForms[type] : undefined;
  if (forms === undefined) return `Value ${type} for DataResources.Type is invalid.`;
  for (const value of resource.Values ?? [])
    if (!forms.all.includes(value) && !forms.one.test(value))
      return `Value ${value} for DataResources.Values is invalid.`;
  return undefined;
}
