import type {
  AdvancedEventSelector,
  AdvancedFieldSelector,
  DataResource,
  EventSelector,
} from "@aws-sdk/client-cloudtrail";
import type { TrailSelectors } from "../../../src/audit/selectors/selectors.js";

/** What selectors select, one sentence for each. An event is selected if any of them selects it. */
export function selectorsInWords(selectors: TrailSelectors): readonly string[] {
  return selectors.kind === "basic"
    ? selectors.selectors.flatMap(basicInWords)
    : selectors.selectors.map(advancedInWords);
}

const subjects: Readonly<Record<string, string>> = {
  Management: "Management events",
  NetworkActivity: "Network activity events",
  Insight: "Insights events",
};

const resourceNames: Readonly<Record<string, string>> = {
  "AWS::XRay::Trace": "X-Ray traces",
  "AWS::S3::Object": "S3 objects",
  "AWS::Lambda::Function": "Lambda functions",
  "AWS::DynamoDB::Table": "DynamoDB tables",
  "AWS::SNS::Topic": "SNS topics",
  "AWS::Logs::LogGroup": "log groups",
};

function callsOn(type: string): string {
  return `Calls on ${Object.hasOwn(resourceNames, type) ? resourceNames[type] : `resources of type ${type}`}`;
}

function advancedInWords({ FieldSelectors = [] }: AdvancedEventSelector): string {
  const category = FieldSelectors.find(({ Field }) => Field === "eventCategory")?.Equals?.[0] ?? "";
  const type = FieldSelectors.find(({ Field }) => Field === "resources.type")?.Equals?.[0];
  const subject =
    type !== undefined
      ? callsOn(type)
      : Object.hasOwn(subjects, category)
        ? subjects[category]
        : `Events of category ${category}`;
  const conditions = FieldSelectors.filter(({ Field }) => Field !== "eventCategory" && Field !== "resources.type").map(
    conditionInWords,
  );
  return conditions.length === 0 ? `${subject}, all of them` : `${subject} ${conditions.join(", and ")}`;
}

const fieldNames: Readonly<Record<string, string>> = {
  eventName: "name",
  eventSource: "service",
  eventType: "event type",
  "resources.ARN": "resource's ARN",
  "userIdentity.arn": "caller's ARN",
  errorCode: "error code",
  vpcEndpointId: "VPC endpoint",
};

function conditionInWords(field: AdvancedFieldSelector): string {
  const { Field = "", Equals, NotEquals } = field;
  if (Field === "readOnly") {
    const [value] = Equals ?? [];
    return Equals?.length === 1 ? (value === "true" ? "that only read" : "that write") : "that read or write";
  }
  if (Field === "sessionCredentialFromConsole")
    return NotEquals === undefined ? "made with a session of the console" : "not made with a session of the console";
  const wanted = [
    ...phrase("is", field.Equals),
    ...phrase("begins with", field.StartsWith),
    ...phrase("ends with", field.EndsWith),
  ];
  const unwanted = [
    ...phrase("is not", field.NotEquals),
    ...phrase("does not begin with", field.NotStartsWith),
    ...phrase("does not end with", field.NotEndsWith),
  ];
  const all = [...(wanted.length === 0 ? [] : [wanted.join(" or ")]), ...unwanted];
  return `whose ${Object.hasOwn(fieldNames, Field) ? fieldNames[Field] : Field} ${all.join(" and ")}`;
}

/** `is a, b or c`; of what is unwanted, every one of the values is. */
function phrase(verb: string, values: readonly string[] | undefined): string[] {
  return values === undefined || values.length === 0 ? [] : [`${verb} ${listed(values, "or")}`];
}

function listed(values: readonly string[], word: string): string {
  const last = values.at(-1) ?? "";
  return values.length < 2 ? last : `${values.slice(0, -1).join(", ")} ${word} ${last}`;
}

const readWrite: Readonly<Record<string, string>> = {
  ReadOnly: " that only read",
  WriteOnly: " that write",
  All: ", all of them",
};

function basicInWords(selector: EventSelector): string[] {
  const { ReadWriteType = "All", IncludeManagementEvents = true, DataResources = [] } = selector;
  const excluded = selector.ExcludeManagementEventSources ?? [];
  const kind = readWrite[ReadWriteType] ?? "";
  const except = excluded.length === 0 ? "" : `, except those of ${listed(excluded, "and")}`;
  const sentences = [
    ...(IncludeManagementEvents ? [`Management events${kind}${except}`] : []),
    ...DataResources.map((resource) => dataResourceInWords(resource, ReadWriteType)),
  ];
  return sentences.length === 0 ? ["Nothing"] : sentences;
}

function dataResourceInWords({ Type = "", Values = [] }: DataResource, readWriteType: string): string {
  const subject = callsOn(Type);
  const kind = readWriteType === "All" ? "" : (readWrite[readWriteType] ?? "");
  if (Values.some((value) => value.split(":").length === 3 || value === "arn:aws:s3:::"))
    return readWriteType === "All" ? `${subject}, all of them` : `${subject}${kind}`;
  if (Values.length === 0) return `${subject}, but none is named`;
  const verb = Type === "AWS::S3::Object" ? "begins with" : "is";
  return `${subject}${kind}${kind === "" ? " " : ", and "}whose ARN ${verb} ${listed(Values, "or")}`;
}
