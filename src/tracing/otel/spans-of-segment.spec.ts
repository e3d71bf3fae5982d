import { describe, expect, it } from "vitest";
import { entityOfDocument } from "../document.js";
import { spansOfSegment } from "./spans-of-segment.js";

const seconds = 1_772_366_400;
const part = (index: number, more: object = {}) => ({
  id: index.toString(16).padStart(16, "0"),
  name: `part-${index}`,
  start_time: seconds,
  end_time: seconds + 0.5,
  ...more,
});
const spansOf = (more: object) =>
  spansOfSegment(
    entityOfDocument(
      JSON.stringify({ ...part(1), trace_id: "1-69a42a40-00000000000000000000000a", name: "shop", ...more }),
    ),
  );

describe("a segment as spans", () => {
  it("has a span for each of its parts, under the one it is in, with the resource of all", () => {
    const spans = spansOf({
      service: { version: "7" },
      subsegments: [part(2, { subsegments: [part(3)] }), part(4, { namespace: "remote", fault: true })],
    });
    const resource = { attributes: { "service.name": "shop", "service.version": "7" } };
    const traceId = "69a42a4000000000000000000000000a";
    expect(spans.map(({ spanId, parentSpanId }) => [Number(`0x${spanId}`), Number(`0x${parentSpanId ?? 0}`)])).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 1],
    ]);
    for (const span of spans) expect(span).toMatchObject({ traceId, resource, scope: { name: "aws-xray" } });
    expect(spans.map(({ kind }) => kind)).toEqual(["SERVER", "INTERNAL", "INTERNAL", "CLIENT"]);
    expect(spans[3]).toMatchObject({ status: { code: "ERROR" }, durationNano: 500_000_000 });
    const [short] = spansOf({ start_time: seconds + 0.01, end_time: seconds + 0.06 });
    expect(short!.durationNano).toBe(50_000_000);
  });

  it("does not repeat what is long: a document of 64 KB stays below a megabyte", () => {
    const version = "v".repeat(30_000);
    const spans = spansOf({
      service: { version },
      subsegments: Array.from({ length: 300 }, (_, index) => part(index + 2)),
    });
    expect(spans).toHaveLength(301);
    expect(spans[0]!.resource.attributes["service.version"]).toBe(version);
    expect(spans[300]!.resource).toEqual({ attributes: { "service.name": "shop" } });
    expect(JSON.stringify(spans).length).toBeLessThan(1_000_000);
  });
});
