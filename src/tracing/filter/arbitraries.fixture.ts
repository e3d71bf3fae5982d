import fc from "fast-check";
import type { AnnotationFacts, CallFacts, NodeId, RequestFacts, SegmentFacts, TraceFacts } from "../trace-facts.js";
import { callFacts, segmentFacts, traceFacts } from "./example-traces.fixture.js";
import { type Comparison, causeElements, causeKinds, type Filter, type NodePattern, type Value } from "./filter.js";
import { type KeywordKind, keywords, type Place } from "./keywords.js";
import { placeInCause } from "./parse-filter.js";

/** Few texts, so that filters find something, with what is awkward in them: other planes, quotes, parts of each other. */
const commonTexts = [
  "a",
  "A",
  "ab",
  "b",
  "shop",
  "€",
  "😀",
  "a😀",
  "\ud83d",
  'q"\\',
  "%_",
  "a\tb\n",
  "{f0:String}",
  "'",
];
export const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...commonTexts) },
  { weight: 1, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 5 }) },
);
/** Of filters: read from an expression, and so without half characters. */
const filterText = text.map((value) => value.toWellFormed().replaceAll("\0", ""));

const finite = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => (value === 0 ? 0 : value));
const number = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 2, -1, 0.1, 0.2, 0.3, 0.30000000000000004, 0.7, 1.5, 200, 404, 429) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 4000 }).map((ms) => ms / 1000) },
  { weight: 1, arbitrary: finite },
);

// Filters.

const comparisonsOf: Record<KeywordKind, readonly Comparison[]> = {
  boolean: ["=", "!="],
  number: ["=", "!=", "<", "<=", ">", ">="],
  text: ["=", "!=", "CONTAINS", "BEGINSWITH", "ENDSWITH"],
};
const valuesOf: Record<KeywordKind, fc.Arbitrary<Value>> = { boolean: fc.boolean(), number, text: filterText };

const comparedTo = (kind: KeywordKind) =>
  fc.record({ comparison: fc.constantFrom(...comparisonsOf[kind]), value: valuesOf[kind] });
const compared = (kind: KeywordKind) => fc.option(comparedTo(kind), { nil: {}, freq: 3 });

const keyword = (place: Place): fc.Arbitrary<Filter> =>
  fc
    .constantFrom(...Object.entries(keywords[place] as Record<string, KeywordKind>))
    .chain(([name, kind]) => compared(kind).map((rest) => ({ kind: "keyword", keyword: name, ...rest }) as Filter));

const filterKey = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "aws.local.x", "k-1", "two words", "x/😀") },
  { weight: 1, arbitrary: filterText.filter((key) => key !== "") },
);
const annotation: fc.Arbitrary<Filter> = fc
  .tuple(
    filterKey,
    fc.constantFrom("boolean", "number", "text").chain((kind) => compared(kind as KeywordKind)),
  )
  .map(([key, rest]) => ({ kind: "annotation", key, ...rest }));

const nodePattern: fc.Arbitrary<NodePattern> = fc
  .record({ name: filterText, type: filterText, accountId: filterText }, { requiredKeys: [] })
  .filter((pattern) => Object.keys(pattern).length > 0);

/** Terms of one kind joined, a few levels deep. */
function joined(term: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter; list: Filter; not: Filter; term: Filter }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: depth, depthIdentifier: "filter", withCrossShrink: true },
      { weight: 3, arbitrary: tie("term") },
      { weight: 1, arbitrary: tie("not") },
      { weight: 2, arbitrary: tie("list") },
    ),
    term,
    not: tie("filter").map((inner) => ({ kind: "not", term: inner }) as Filter),
    list: fc
      .tuple(fc.constantFrom("and", "or"), fc.array(tie("filter"), { minLength: 2, maxLength: 3 }))
      .map(([kind, terms]) => ({ kind, terms }) as Filter),
  })).filter;
}

const where = (place: Place) =>
  fc.option(
    joined(keyword(place), 2).map((inner) => ({ where: inner })),
    { nil: {}, freq: 4 },
  );

const service: fc.Arbitrary<Filter> = fc
  .tuple(fc.option(nodePattern, { nil: {}, freq: 2 }), where("service"))
  .map(([node, rest]) => ({ kind: "service", node, ...rest }) as Filter);

const edge: fc.Arbitrary<Filter> = fc
  .tuple(nodePattern, nodePattern, where("edge"))
  .map(([source, target, rest]) => ({ kind: "edge", source, target, ...rest }) as Filter);

const rootCause: fc.Arbitrary<Filter> = fc
  .tuple(fc.constantFrom(...causeKinds), fc.constantFrom(...causeElements))
  .chain(([of, element]) =>
    where(placeInCause(of, element)).map((rest) => ({ kind: "rootcause", of, element, ...rest }) as Filter),
  );

const group: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant("group" as const),
  by: fc.constantFrom("name" as const, "arn" as const),
  comparison: fc.constantFrom("=" as const, "!=" as const),
  value: filterText,
});

// Facts.

const node: fc.Arbitrary<NodeId> = fc.record({
  name: text.filter((name) => name !== ""),
  type: fc.oneof(fc.constant(""), text),
  accountId: fc.constantFrom("", "a", "b"),
});

const startUs = 1_761_607_680_000_000;
const lengthUs = fc.oneof(fc.constantFrom(0, 100_000, 300_000, 700_000, 1_500_000), fc.nat(5_000_000));
const request: fc.Arbitrary<RequestFacts> = fc
  .record({
    fault: fc.boolean(),
    error: fc.boolean(),
    throttle: fc.boolean(),
    httpStatus: fc.constantFrom(0, 200, 404, 429, 500),
    httpUrl: text,
    httpMethod: text,
    length: fc.option(lengthUs, { nil: undefined, freq: 3 }),
  })
  .map(({ length, ...facts }) => ({ ...facts, startUs, endUs: length === undefined ? undefined : startUs + length }));

const segment: fc.Arbitrary<SegmentFacts> = fc
  .tuple(
    node,
    request,
    fc.record({
      root: fc.boolean(),
      inferred: fc.boolean(),
      httpUserAgent: text,
      httpClientIp: text,
      user: text,
      availabilityZone: text,
      instanceId: text,
      resourceArn: text,
    }),
  )
  .map(([of, asked, facts]) => segmentFacts(of, { ...asked, ...facts }));

const call: fc.Arbitrary<CallFacts> = fc
  .tuple(node, node, request, fc.boolean())
  .map(([source, target, asked, link]) => callFacts(source, target, { ...asked, link }));

const annotationFacts: fc.Arbitrary<AnnotationFacts> = fc.record({
  key: fc.oneof(fc.constantFrom("a", "b", "aws.local.x", "k-1", "two words"), text),
  value: fc.oneof(text, number, fc.boolean()),
});

const wellFormed = text.map((value) => value.toWellFormed());
const listOf = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 3 });

/** As `coverage` is: what is more than 64 bits hold would be no JSON for the engine. */
const share = fc.oneof(fc.constantFrom(0, 0.1, 0.2, 0.7, 1), fc.double({ min: 0, max: 1, noNaN: true }));

const entity = (of: "failure" | "responsetime"): fc.Arbitrary<object> =>
  of === "failure"
    ? fc.record({
        Name: wellFormed,
        Exceptions: listOf(fc.record({ Name: wellFormed, Message: wellFormed }, { requiredKeys: [] })),
        Remote: fc.boolean(),
      })
    : fc.record({ Name: wellFormed, Coverage: share, Remote: fc.boolean() });

/** Root causes as summaries have them: half characters are none of JSON that other programs read. */
const cause = (of: "failure" | "responsetime") =>
  fc.record({
    Services: listOf(
      fc.record(
        {
          Name: wellFormed,
          Names: listOf(wellFormed),
          Type: wellFormed,
          AccountId: wellFormed,
          EntityPath: listOf(entity(of)),
          Inferred: fc.boolean(),
        },
        { requiredKeys: ["Name", "EntityPath", "Inferred"] },
      ),
    ),
    ClientImpacting: fc.boolean(),
  });
const causes = (of: "failure" | "responsetime") =>
  fc.array(cause(of), { maxLength: 2 }).map((all) => all.map((each) => JSON.stringify(each)));

export const facts: fc.Arbitrary<TraceFacts> = fc
  .record({
    durationMs: fc.nat(4000),
    responseMs: fc.option(fc.nat(4000), { nil: undefined }),
    ok: fc.boolean(),
    fault: fc.boolean(),
    error: fc.boolean(),
    throttle: fc.boolean(),
    partial: fc.boolean(),
    httpStatus: fc.constantFrom(0, 200, 404, 429, 500),
    httpUrl: text,
    httpMethod: text,
    httpUserAgent: text,
    httpClientIp: text,
    segments: fc.array(segment, { maxLength: 4 }),
    calls: fc.array(call, { maxLength: 3 }),
    annotations: fc.array(annotationFacts, { maxLength: 4 }),
    faultCauses: causes("failure"),
    errorCauses: causes("failure"),
    responseTimeCauses: causes("responsetime"),
  })
  .map(traceFacts);

/** Root causes with members left out, changed, or replaced by null: some fit, some nearly. */
const rootCauseJson: fc.Arbitrary<Filter> = fc
  .array(
    fc
      .tuple(fc.constantFrom("failure" as const, "responsetime" as const), fc.infiniteStream(fc.nat(11)))
      .chain(([of, choices]) => cause(of).map((whole) => thinned(whole, choices))),
    { minLength: 1, maxLength: 2 },
  )
  .map((json) => ({ kind: "rootcause-json", json }) as Filter);

function thinned(value: unknown, choices: Iterator<number>): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "");
  if (Array.isArray(value)) return value.map((element) => thinned(element, choices));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const choice = choices.next().value as number;
      if (choice < 8 && name !== "Services") return [];
      if (choice === 8 && name !== "Services") return [[name, null]];
      return [[name, thinned(member, choices)]];
    }),
  );
}

const terms = { keyword: keyword("trace"), annotation, service, edge, rootCause, rootCauseJson };
const anyTerm = fc.oneof(...Object.values(terms));

/** Filters of the store: without groups. */
export const inlinedFilter = joined(anyTerm, 3);
/** One term of each kind in turn finds more than a long conjunction does. */
export const inlinedTerm = anyTerm;
/** What policies ask, which no expression says. */
export const policyTerm: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant("annotation-values" as const),
    key: filterKey,
    which: fc.constantFrom("some" as const, "outside" as const),
    tests: fc.array(
      fc.oneof(
        fc.record({
          comparison: fc.constantFrom("=" as const, "CONTAINS" as const, "BEGINSWITH" as const, "ENDSWITH" as const),
          value: filterText,
        }),
        fc.record({ comparison: fc.constant("=" as const), value: fc.oneof(fc.boolean(), number) }),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  edge.map((term) => ({ ...term, withoutLinks: true }) as Filter),
);
/** Filters as expressions can have them. */
export const anyFilter = joined(fc.oneof({ weight: 8, arbitrary: anyTerm }, { weight: 1, arbitrary: group }), 3);
