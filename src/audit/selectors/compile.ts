import type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  DataResource,
  EventSelector,
} from "@aws-sdk/client-cloudtrail";
import { parsedRecord } from "../parsed-record.js";
import type { SelectableEvent, TrailSelectors } from "./selectors.js";

export type EventPredicate = (event: SelectableEvent) => boolean;

/** The parts of a record that selectors read. */
export interface RecordView {
  readonly eventType?: string;
  readonly errorCode?: string;
  readonly vpcEndpointId?: string;
  readonly sessionCredentialFromConsole?: string | boolean;
  readonly userIdentity?: { readonly arn?: string; readonly invokedBy?: string };
  readonly resources?: readonly { readonly type?: string; readonly ARN?: string }[];
  readonly requestID?: string;
}

/**
 * Makes a function of validated selectors, once for each change of them. Columns are compared before the record is
 * parsed, and the record is parsed at most once.
 */
export function compileSelectors(selectors: TrailSelectors): EventPredicate {
  const predicates =
    selectors.kind === "basic" ? selectors.selectors.map(compileBasic) : selectors.selectors.map(compileAdvanced);
  return (event) => {
    const lazily = () => parsedRecord(event) as RecordView;
    return predicates.some((predicate) => predicate(event, lazily));
  };
}

type RecordSource = () => RecordView;
type Test = (event: SelectableEvent, record: RecordSource) => boolean;

function compileBasic(selector: EventSelector): Test {
  const type = selector.ReadWriteType ?? "All";
  const management = selector.IncludeManagementEvents ?? true;
  const excluded = new Set(selector.ExcludeManagementEventSources);
  const resources = (selector.DataResources ?? []).map(compileDataResource);
  return (event, record) => {
    if (type !== "All" && (type === "ReadOnly") !== event.readOnly) return false;
    if (event.category === "Management") return management && !excluded.has(event.eventSource);
    if (event.category !== "Data" || resources.length === 0) return false;
    const touched = record().resources ?? [];
    return resources.some((matches) => touched.some(matches));
  };
}

/** For each type: the value that means all, and whether another value is a prefix (S3) or the whole ARN. */
function compileDataResource(resource: DataResource) {
  const isS3 = resource.Type === "AWS::S3::Object";
  const values = resource.Values ?? [];
  // `arn:aws:s3`, `arn:aws:lambda`, `arn:aws:dynamodb`: three parts. `arn:aws:s3:::` is one more way to say it.
  const all = values.some((value) => value.split(":").length === 3 || value === "arn:aws:s3:::");
  return ({ type, ARN = "" }: { readonly type?: string; readonly ARN?: string }): boolean => {
    if (type !== resource.Type) return false;
    return all || values.some((value) => (isS3 ? ARN.startsWith(value) : ARN === value));
  };
}

function compileAdvanced(selector: AdvancedEventSelector): Test {
  const fields = selector.FieldSelectors ?? [];
  const resourceType = fields.find((field) => field.Field === "resources.type")?.Equals?.[0];
  // The cheap tests first: most events fall at their category.
  const ordered = [...fields].sort((a, b) => costOf(a.Field) - costOf(b.Field));
  const tests = ordered.map((field) => compileField(field, resourceType));
  return (event, record) => tests.every((test) => test(event, record));
}

const columnFields = ["eventCategory", "readOnly", "eventSource", "eventName"];

function costOf(field: string | undefined): number {
  const place = columnFields.indexOf(field ?? "");
  return place === -1 ? columnFields.length : place;
}

function compileField(selector: AdvancedFieldSelector, resourceType: string | undefined): Test {
  const equals = new Set(selector.Equals);
  const { StartsWith: starts = [], EndsWith: ends = [] } = selector;
  const notEquals = new Set(selector.NotEquals);
  const { NotStartsWith: notStarts = [], NotEndsWith: notEnds = [] } = selector;
  const selecting = equals.size + starts.length + ends.length > 0;

  const selected = (value: string) =>
    equals.has(value) || starts.some((head) => value.startsWith(head)) || ends.some((tail) => value.endsWith(tail));
  const vetoed = (value: string) =>
    notEquals.has(value) ||
    notStarts.some((head) => value.startsWith(head)) ||
    notEnds.some((tail) => value.endsWith(tail));

  const valuesOf = readerOf(selector.Field as string, resourceType);
  return (event, record) => {
    const values = valuesOf(event, record);
    // A record without the field is not selected by it, and not vetoed either.
    return (!selecting || values.some(selected)) && !values.some(vetoed);
  };
}

/** The values a field has in an event: none where the record lacks it, several for `resources`. */
function readerOf(field: string, resourceType: string | undefined) {
  return (event: SelectableEvent, record: RecordSource): readonly string[] => {
    switch (field) {
      case "eventCategory":
        return [event.category];
      case "eventSource":
        return [event.eventSource];
      case "eventName":
        return [event.eventName];
      case "readOnly":
        return [String(event.readOnly)];
      case "resources.type":
        return present((record().resources ?? []).map((resource) => resource.type));
      case "resources.ARN":
        return present(
          (record().resources ?? [])
            .filter((resource) => resourceType === undefined || resource.type === resourceType)
            .map((resource) => resource.ARN),
        );
      case "userIdentity.arn":
        return present([record().userIdentity?.arn]);
      case "sessionCredentialFromConsole":
        return present([record().sessionCredentialFromConsole?.toString()]);
      case "eventType":
        return present([record().eventType]);
      case "errorCode":
        return present([record().errorCode]);
      case "vpcEndpointId":
        return present([record().vpcEndpointId]);
      default:
        throw new Error(`a field that validation lets through must be read here: ${field}`);
    }
  };
}

function present(values: readonly (string | undefined)[]): string[] {
  return values.filter((value) => value !== undefined);
}
