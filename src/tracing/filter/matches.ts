import type { CallFacts, NodeId, RequestFacts, SegmentFacts, TraceFacts } from "../trace-facts.js";
import type { Comparison, Filter, KeywordTerm, NodePattern, RootCauseTerm, Term, Value } from "./filter.js";
import type { KeywordOf } from "./keywords.js";
import { fitsPattern, listsOf } from "./root-cause-elements.js";

/**
 * Whether a trace meets a filter. `filterToSql` asks the store the same.
 *
 * What is absent (an empty text, status 0, the length of what is in progress) meets no comparison. Of several values one
 * has to meet it. Lengths are compared in seconds.
 *
 * @param filter without groups (`inlineGroups`).
 */
export function matches(filter: Filter, facts: TraceFacts): boolean {
  return holds(filter, (term) => traceMeets(term, facts));
}

/** No deeper than filters are nested. */
function holds(filter: Filter, meets: (term: Term) => boolean): boolean {
  switch (filter.kind) {
    case "and":
      return filter.terms.every((term) => holds(term, meets));
    case "or":
      return filter.terms.some((term) => holds(term, meets));
    case "not":
      return !holds(filter.term, meets);
    default:
      return meets(filter);
  }
}

function traceMeets(term: Term, facts: TraceFacts): boolean {
  switch (term.kind) {
    case "keyword":
      return meets(term, traceKeywords[term.keyword as KeywordOf<"trace">](facts));
    case "annotation": {
      const values = facts.annotations.filter(({ key }) => key.toWellFormed() === term.key).map(({ value }) => value);
      // The documented test for a key, whatever its value is.
      if (term.comparison === "CONTAINS" && term.value === "") return values.length > 0;
      return meets(term, values);
    }
    case "annotation-values": {
      const values = facts.annotations.filter(({ key }) => key.toWellFormed() === term.key).map(({ value }) => value);
      return values.some((value) => term.tests.some((test) => meets(test, [value])) === (term.which === "some"));
    }
    case "service": {
      const { node, where } = term;
      if (where === undefined) return facts.nodes.some((candidate) => isNode(candidate, node));
      return facts.segments.some(
        (segment) => isNode(segment.node, node) && elementMeets(where, serviceKeywords, segment),
      );
    }
    case "edge": {
      const { source, target, where, withoutLinks } = term;
      return facts.calls.some(
        (call) =>
          !(withoutLinks && call.link) &&
          isNode(call.source, source) &&
          isNode(call.target, target) &&
          (where === undefined || elementMeets(where, edgeKeywords, call)),
      );
    }
    case "rootcause":
      return causesOf(facts, term.of).some((cause) =>
        listsOf(term.element, cause).some((list) => listMeets(term.where, list)),
      );
    case "rootcause-json":
      return (["fault", "error", "responsetime"] as const).some((kind) => {
        const causes = causesOf(facts, kind).map((cause): unknown => JSON.parse(cause));
        return term.json.every((pattern) => causes.some((cause) => fitsPattern(pattern, cause)));
      });
    case "group":
      throw new Error("groups are put into the filter before it is used");
  }
}

function isNode(node: NodeId, pattern: NodePattern): boolean {
  return (
    (pattern.name === undefined || node.name.toWellFormed() === pattern.name) &&
    (pattern.type === undefined || node.type.toWellFormed() === pattern.type) &&
    (pattern.accountId === undefined || node.accountId.toWellFormed() === pattern.accountId)
  );
}

function causesOf(facts: TraceFacts, of: RootCauseTerm["of"]): readonly string[] {
  switch (of) {
    case "fault":
      return facts.faultCauses;
    case "error":
      return facts.errorCauses;
    case "responsetime":
      return facts.responseTimeCauses;
  }
}

function listMeets(where: Filter | undefined, list: readonly CauseElement["json"][]): boolean {
  if (where === undefined) return list.length > 0;
  return list.some((json, index) => elementMeets(where, causeKeywords, { json, index, length: list.length }));
}

type Values = readonly Value[];
/** The values of a keyword that are set. */
type Readers<Keyword extends string, Element> = Readonly<Record<Keyword, (element: Element) => Values>>;

function elementMeets<Element>(
  where: Filter,
  readers: Readonly<Record<string, (element: Element) => Values>>,
  element: Element,
) {
  return holds(where, (term) => {
    if (term.kind !== "keyword") throw new Error("braces hold keywords alone");
    return meets(term, readers[term.keyword]!(element));
  });
}

function meets({ comparison, value: wanted }: Pick<KeywordTerm, "comparison" | "value">, values: Values): boolean {
  if (comparison === undefined || wanted === undefined) return values.some((value) => value !== false);
  return values.some((value) => compares(typeof value === "string" ? value.toWellFormed() : value, comparison, wanted));
}

function compares(value: Value, comparison: Comparison, wanted: Value): boolean {
  if (typeof value !== typeof wanted) return false;
  switch (comparison) {
    case "=":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "<":
      return value < wanted;
    case "<=":
      return value <= wanted;
    case ">":
      return value > wanted;
    case ">=":
      return value >= wanted;
    case "CONTAINS":
      return String(value).includes(String(wanted));
    case "BEGINSWITH":
      return String(value).startsWith(String(wanted));
    case "ENDSWITH":
      return String(value).endsWith(String(wanted));
  }
}

const microsPerSecond = 1_000_000;
const millisPerSecond = 1000;

const text = (value: string): Values => (value === "" ? [] : [value]);
const texts = (segments: readonly SegmentFacts[], of: (segment: SegmentFacts) => string): Values =>
  segments.map(of).filter((value) => value !== "");
const status = ({ httpStatus }: { httpStatus: number }): Values => (httpStatus === 0 ? [] : [httpStatus]);
const length = ({ startUs, endUs }: RequestFacts): Values =>
  endUs === undefined ? [] : [(endUs - startUs) / microsPerSecond];
const absent = (): Values => [];

const requestKeywords = {
  ok: ({ fault, error, throttle }: RequestFacts) => [!fault && !error && !throttle],
  error: ({ error }: RequestFacts) => [error],
  fault: ({ fault }: RequestFacts) => [fault],
  throttle: ({ throttle }: RequestFacts) => [throttle],
  responsetime: length,
  duration: length,
  "http.status": status,
  "http.url": ({ httpUrl }: RequestFacts) => text(httpUrl),
  "http.method": ({ httpMethod }: RequestFacts) => text(httpMethod),
};

const traceKeywords: Readers<KeywordOf<"trace">, TraceFacts> = {
  ok: ({ ok }) => [ok],
  error: ({ error }) => [error],
  fault: ({ fault }) => [fault],
  throttle: ({ throttle }) => [throttle],
  partial: ({ partial }) => [partial],
  inferred: ({ segments }) => [segments.some(({ inferred }) => inferred)],
  responsetime: ({ responseMs }) => (responseMs === undefined ? [] : [responseMs / millisPerSecond]),
  duration: ({ durationMs }) => [durationMs / millisPerSecond],
  "http.status": status,
  "http.url": ({ httpUrl }) => text(httpUrl),
  "http.method": ({ httpMethod }) => text(httpMethod),
  "http.useragent": ({ httpUserAgent }) => text(httpUserAgent),
  "http.clientip": ({ httpClientIp }) => text(httpClientIp),
  user: ({ segments }) => texts(segments, ({ user }) => user),
  availabilityzone: ({ segments }) => texts(segments, ({ availabilityZone }) => availabilityZone),
  "instance.id": ({ segments }) => texts(segments, ({ instanceId }) => instanceId),
  "resource.arn": ({ segments }) => texts(segments, ({ resourceArn }) => resourceArn),
  "account.id": ({ segments }) => texts(segments, ({ node }) => node.accountId),
};

const serviceKeywords: Readers<KeywordOf<"service">, SegmentFacts> = {
  ...requestKeywords,
  inferred: ({ inferred }) => [inferred],
  root: ({ root }) => [root],
  "http.useragent": ({ httpUserAgent }) => text(httpUserAgent),
  "http.clientip": ({ httpClientIp }) => text(httpClientIp),
  user: ({ user }) => text(user),
  availabilityzone: ({ availabilityZone }) => text(availabilityZone),
  "instance.id": ({ instanceId }) => text(instanceId),
  "resource.arn": ({ resourceArn }) => text(resourceArn),
  name: ({ node }) => text(node.name),
  type: ({ node }) => text(node.type),
  "account.id": ({ node }) => text(node.accountId),
};

/** A link leads from an event to who received it: the event has an age, which is no response time. */
const callLength = (call: CallFacts) => (call.link ? [] : length(call));

const edgeKeywords: Readers<KeywordOf<"edge">, CallFacts> = {
  ...requestKeywords,
  responsetime: callLength,
  duration: callLength,
  "http.useragent": absent,
  "http.clientip": absent,
  user: absent,
  availabilityzone: absent,
  "instance.id": absent,
  "resource.arn": absent,
};

interface CauseElement {
  readonly json: Readonly<Record<string, unknown>>;
  /** Its place in its list, and the length of that. */
  readonly index: number;
  readonly length: number;
}

const memberText =
  (name: string) =>
  ({ json }: CauseElement): Values =>
    typeof json[name] === "string" ? text(json[name]) : [];

type CauseKeyword = KeywordOf<"causeService" | "causeEntity" | "slowEntity" | "causeException">;

const causeKeywords: Readers<CauseKeyword, CauseElement> = {
  first: ({ index }) => [index === 0],
  last: ({ index, length }) => [index === length - 1],
  index: ({ index }) => [index],
  name: memberText("Name"),
  type: memberText("Type"),
  message: memberText("Message"),
  inferred: ({ json }) => [json["Inferred"] === true],
  remote: ({ json }) => [json["Remote"] === true],
  coverage: ({ json }) => (typeof json["Coverage"] === "number" ? [json["Coverage"]] : []),
};
