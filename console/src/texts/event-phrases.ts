import { type EventRecord, memberOf, textOf, textsOf, tracesIn } from "../parts/event-record.js";

/** `1 trace`, `41 traces` */
export function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what : what.endsWith("y") ? `${what.slice(0, -1)}ies` : `${what}s`}`;
}

/** What a call that succeeded did, in the past tense, without its subject. Undefined: a call of another kind. */
export function phraseOf(record: EventRecord): string | undefined {
  const { eventName = "", eventSource = "" } = record;
  const service = eventSource.replace(/\.amazonaws\.com$/, "");
  const phrase = Object.hasOwn(phrases, `${service} ${eventName}`) ? phrases[`${service} ${eventName}`] : undefined;
  return phrase?.(record);
}

type Phrase = (record: EventRecord) => string;

/** Calls whose record says more than their name does. */
const phrases: Readonly<Record<string, Phrase>> = {
  "xray BatchGetTraces": (record) => `read ${shownTraces(record)}`,
  "xray GetTraceSummaries": (record) => `read summaries of ${counted(shownCount(record), "trace")}${searched(record)}`,
  "xray GetTraceGraph": (record) => `read the graph of ${shownTraces(record)}`,
  "xray GetServiceGraph": (record) => `read the trace map${ofGroup(record)}`,
  "xray GetTimeSeriesServiceStatistics": (record) => `read response time statistics${ofGroup(record)}`,
  "xray PutTraceSegments": sent,
  "xray PutTelemetryRecords": (record) =>
    `sent ${counted(textCount(record.requestParameters, "telemetryRecords"), "telemetry record")}`,
  "xray GetSamplingTargets": () => "asked how much to sample",
  "xray GetSamplingRules": () => "read the sampling rules",
  "xray StartTraceRetrieval": (record) => `asked for the retrieval of ${namedTraces(record)}`,
  "xray ListRetrievedTraces": (record) =>
    givenCount(record) === undefined
      ? "asked for retrieved traces, which were not there yet"
      : `read ${shownTraces(record)} that had been retrieved`,
  "xray GetRetrievedTracesGraph": (record) => `read the graph of ${shownTraces(record)}`,
  "xray GetTraceExposure": ({ requestParameters }) =>
    `asked who has seen trace ${textOf(requestParameters, "traceId") ?? ""}`,
  "xray GetCallerExposure": ({ requestParameters }) =>
    `asked which traces ${textOf(requestParameters, "caller") ?? "somebody"} has seen`,
  "xray GetAnnotationExposure": ({ requestParameters }) =>
    `asked who has seen traces annotated ${textOf(requestParameters, "key") ?? ""}=${textOf(requestParameters, "value") ?? ""}`,
  "xray StartTraceErasure": ({ requestParameters }) =>
    memberOf(requestParameters, "dryRun") === true
      ? "asked what an erasure of traces would erase"
      : `erased traces, giving as reason: ${textOf(requestParameters, "reason") ?? "none"}`,
  "logs GetLogEvents": readLogs,
  "logs FilterLogEvents": readLogs,
  "cloudtrail SearchEvents": ({ requestParameters }) =>
    `searched the record of calls${attributes(requestParameters, "searchAttributes")}`,
  "cloudtrail LookupEvents": ({ requestParameters }) =>
    `looked into event history${attributes(requestParameters, "lookupAttributes")}`,
  "cloudtrail GetInclusionProof": ({ requestParameters }) =>
    `asked for the proof of event ${textOf(requestParameters, "eventId") ?? ""}`,
  "cloudtrail StartLogging": ({ requestParameters }) => `started trail ${lastPart(textOf(requestParameters, "name"))}`,
  "cloudtrail StopLogging": ({ requestParameters }) => `stopped trail ${lastPart(textOf(requestParameters, "name"))}`,
  "cloudtrail PutEventSelectors": ({ requestParameters }) =>
    `changed what trail ${lastPart(textOf(requestParameters, "trailName"))} selects`,
  "signin ConsoleLogin": ({ responseElements, errorMessage }) =>
    textOf(responseElements, "consoleLogin") === "Failure" || textOf(responseElements, "ConsoleLogin") === "Failure"
      ? `could not sign in to the console: ${errorMessage ?? "for a reason that is not recorded"}`
      : "signed in to the console",
  "signin CheckMfa": () => "gave a right password and was asked for a code",
  "sts AssumeRole": ({ requestParameters }) =>
    `took role ${lastPart(textOf(requestParameters, "roleArn"))} as session ${textOf(requestParameters, "roleSessionName") ?? ""}`,
  "sts GetCallerIdentity": () => "asked who they are",
  "sts GetSessionToken": () => "got temporary credentials",
  "kms Decrypt": (record) => `had something decrypted${withKey(record)}`,
  "kms GenerateDataKey": (record) => `had a data key made${withKey(record)}`,
};

function sent(record: EventRecord): string {
  const documents = textsOf(record.requestParameters, "traceSegmentDocuments");
  const more = Number(/^\((\d+) more/.exec(documents.at(-1) ?? "")?.[1] ?? 0);
  const segments = documents.filter((document) => document.startsWith("trace_id:")).length + more;
  const traces = tracesIn(record);
  const of =
    traces.length === 1 ? `trace ${traces[0]}` : `${more > 0 ? "at least " : ""}${counted(traces.length, "trace")}`;
  const isOtlp = textOf(record.additionalEventData, "protocol") === "otlp";
  if (isOtlp) return `sent spans of ${of} by OpenTelemetry`;
  const rejected = textCount(record.responseElements, "unprocessedTraceSegments");
  const what = `sent ${counted(segments, "segment")}${traces.length === 0 ? "" : ` of ${of}`}`;
  return rejected === 0 ? what : `${what}, of which ${counted(rejected, "segment")} could not be read`;
}

function readLogs(record: EventRecord): string {
  const parameters = record.requestParameters;
  const group = lastGroup(textOf(parameters, "logGroupName") ?? textOf(parameters, "logGroupIdentifier") ?? "");
  const given = givenCount(record);
  const pattern = textOf(parameters, "filterPattern");
  const filter = pattern === undefined ? "" : `, filter ${pattern}`;
  return given === undefined
    ? `read log group ${group}${filter}`
    : `read ${counted(given, "trace")} in log group ${group}${filter}`;
}

/** Of a search: its group and its filter. */
function searched(record: EventRecord): string {
  const filter = textOf(record.requestParameters, "filterExpression") ?? "";
  // Groups are named within the filter: as the console writes it, in front.
  const [whole, group] = /^\s*group\.name\s*=\s*"([^"]*)"\s*(?:AND\s+|$)/i.exec(filter) ?? [];
  const rest = whole === undefined ? filter : filter.slice(whole.length);
  return `${group === undefined ? "" : ` of group ${group}`}${rest === "" ? "" : `, filter ${rest}`}`;
}

function ofGroup({ requestParameters }: EventRecord): string {
  const group = textOf(requestParameters, "groupName") ?? lastPart(textOf(requestParameters, "groupARN"));
  return group === "" ? "" : ` of group ${group}`;
}

function attributes(parameters: unknown, member: string): string {
  const given = memberOf(parameters, member);
  if (!Array.isArray(given) || given.length === 0) return "";
  const texts = given.map((each) => `${textOf(each, "attributeKey") ?? "?"} ${textOf(each, "attributeValue") ?? "?"}`);
  return ` for ${texts.join(" and ")}`;
}

function withKey({ resources = [] }: EventRecord): string {
  const key = resources.find(({ type }) => type === "AWS::KMS::Key")?.ARN;
  return key === undefined ? "" : ` with key ${lastPart(key)}`;
}

/** How many traces an answer gave; undefined where it gave none of any kind. */
function givenCount({ additionalEventData }: EventRecord): number | undefined {
  const count = memberOf(additionalEventData, "traceCount");
  return typeof count === "number" ? count : undefined;
}

function shownCount(record: EventRecord): number {
  return givenCount(record) ?? 0;
}

function shownTraces(record: EventRecord): string {
  const ids = textsOf(record.additionalEventData, "traceIds");
  const count = shownCount(record);
  return count === 1 && ids.length === 1 ? `trace ${ids[0]}` : counted(count, "trace");
}

function namedTraces(record: EventRecord): string {
  const ids = tracesIn(record);
  return ids.length === 1 ? `trace ${ids[0]}` : counted(ids.length, "trace");
}

function textCount(value: unknown, member: string): number {
  const list = memberOf(value, member);
  return Array.isArray(list) ? list.length : 0;
}

/** The name in an ARN, or the name itself. */
export function lastPart(nameOrArn: string | undefined): string {
  if (nameOrArn === undefined || !nameOrArn.startsWith("arn:")) return nameOrArn ?? "";
  const resource = nameOrArn.split(":").slice(5).join(":");
  return resource.split(/[/:]/).at(-1) ?? nameOrArn;
}

function lastGroup(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? (nameOrArn.split(":")[6] ?? nameOrArn) : nameOrArn;
}
