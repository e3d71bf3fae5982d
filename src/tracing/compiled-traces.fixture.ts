import fc from "fast-check";
import type { SegmentRow } from "../storage/trace-store.js";
import { compileTrace } from "./compile-trace.js";
import { inferredIdOf } from "./inferred-id.js";
import { readSegmentDocument } from "./segment.js";

export const traceId = "1-69000000-000000000000000000000001";
/** Epoch seconds at which the trace begins. */
export const T = 1761607680;
export const hexId = (number: number) => number.toString(16).padStart(16, "0");

/** A complete segment of a second, not yet of JSON. */
export const segment = (id: number, more: object = {}) => ({
  id: hexId(id),
  trace_id: traceId,
  name: `service-${id}`,
  start_time: T,
  end_time: T + 1,
  ...more,
});

export const subsegment = (id: number, more: object = {}) => ({
  id: hexId(id),
  name: `call-${id}`,
  start_time: T + 0.25,
  end_time: T + 0.5,
  ...more,
});

/** Rows as the store gives them back: of the documents of one id a complete one, else the one received last. */
export function rowsOf(documents: readonly unknown[]): SegmentRow[] {
  const rows = new Map<string, SegmentRow>();
  let receivedMs = T * 1000;
  for (const document of documents)
    readSegmentDocument(JSON.stringify(document), {
      accept(accepted) {
        receivedMs += 1;
        const row = { ...accepted, receivedMs };
        const former = rows.get(row.segmentId);
        if (former === undefined || former.inProgress || !row.inProgress) rows.set(row.segmentId, row);
      },
      reject: ({ errorCode }) => {
        throw new Error(errorCode);
      },
    });
  return [...rows.values()];
}

export function compile(...documents: readonly unknown[]) {
  const options = { nowMs: (T + 10) * 1000, inferredIdOf };
  return compileTrace({ traceId, segments: rowsOf(documents), truncated: false }, options);
}

const someId = fc.integer({ min: 1, max: 12 });
const call = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  fc.constant({ namespace: "remote" }),
  fc.constant({ namespace: "remote", sql: {} }),
  fc.constantFrom("DynamoDB", "SNS", "S3", "sqs").map((name) => ({ namespace: "aws", name, aws: { table_name: "t" } })),
);
const outcome = fc.oneof(
  fc.constant({}),
  fc.record({ fault: fc.boolean(), error: fc.boolean(), throttle: fc.boolean() }, { requiredKeys: [] }),
  fc.constantFrom(200, 404, 429, 503).map((status) => ({ http: { response: { status } } })),
);
const drawnEntity = fc.record({
  id: someId,
  parent: fc.option(someId, { nil: undefined }),
  kind: fc.constantFrom("segment", "detached", "embedded", "detached and embedded"),
  /** Of what was there at first and what at last. */
  sent: fc.constantFrom("complete", "in progress", "in progress, then complete"),
  name: fc.constantFrom("shop", "pay", "carts"),
  origin: fc.constantFrom(undefined, "AWS::EC2::Instance"),
  startMs: fc.nat(3000),
  lengthMs: fc.nat(5000),
  call,
  outcome,
  annotations: fc.dictionary(
    fc.constantFrom("a", "b", "__proto__"),
    fc.oneof(fc.nat(3), fc.boolean(), fc.constant("x")),
  ),
  link: fc.option(someId, { nil: undefined }),
});

/** Documents of one trace whose parents are anything: others, themselves, in rings, absent. All of one id agree. */
export const anyDocuments = fc
  .uniqueArray(drawnEntity, { selector: ({ id }) => id, minLength: 1, maxLength: 12 })
  .map((drawn) => {
    const entityOf = (each: (typeof drawn)[number], complete: boolean) => {
      const start = T + each.startMs / 1000;
      return {
        id: hexId(each.id),
        name: each.name,
        start_time: start,
        ...(complete ? { end_time: start + each.lengthMs / 1000, ...each.outcome } : { in_progress: true }),
        ...(each.kind === "segment" ? each.origin && { origin: each.origin } : each.call),
        annotations: each.annotations,
      };
    };
    const isEmbedded = ({ kind }: (typeof drawn)[number]) => kind.includes("embedded");
    return drawn.flatMap((each) => {
      const children = drawn.filter((child) => isEmbedded(child) && child.parent === each.id && !isEmbedded(each));
      if (each.kind === "embedded") return [];
      const documentOf = (complete: boolean) => ({
        ...entityOf(each, complete),
        trace_id: traceId,
        ...(each.kind === "segment"
          ? each.link !== undefined && { links: [{ trace_id: traceId, id: hexId(each.link) }] }
          : { type: "subsegment" }),
        ...((each.kind !== "segment" || each.parent !== undefined) && { parent_id: hexId(each.parent ?? 99) }),
        subsegments: children.map((child) => entityOf(child, child.sent === "complete")),
      });
      if (each.sent === "in progress") return [documentOf(false)];
      return each.sent === "complete" ? [documentOf(true)] : [documentOf(false), documentOf(true)];
    });
  })
  .filter((documents) => documents.length > 0);
