import { describe, expect, it } from "vitest";
import { segmentDocuments, spansOf } from "./nezha.js";

const csv = `TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration
0087f677c0a2cf3f80a551987167911b,ee744a66e6efcb2e,root,frontend-579b9bff58-t2dbm,hipstershop.Frontend/Recv.,1661140374351773094,1661140374362982609,11209
0087f677c0a2cf3f80a551987167911b,a23660ca2e7cc4c8,ee744a66e6efcb2e,cart-service-6f6cfc45b-h5m2n,Get,1661140374351910124,1661140374357482580,5572
`;

describe("segments made of spans", () => {
  const nowMs = 1_790_000_000_000;
  const salts = [0x9e3779b9, 0x3c6ef372, 0xdaa66d2b, 0x78dde6e4];
  const documents = segmentDocuments(spansOf(csv), nowMs, () => salts.shift()!);
  const take = () => JSON.parse(documents.next().value as string);
  const [root, child, rootAgain, childAgain] = [take(), take(), take(), take()];

  it("keep services, parents and durations, and end now", () => {
    expect(root).toMatchObject({ name: "frontend", annotations: { operation: "hipstershop.Frontend/Recv." } });
    expect(child).toMatchObject({ name: "cart-service", parent_id: root.id, trace_id: root.trace_id });
    expect(root.parent_id).toBeUndefined();
    expect(root.end_time).toBeCloseTo(nowMs / 1000, 5);
    expect(child.end_time - child.start_time).toBeCloseTo(0.005572, 5);
  });

  it("have ids and trace ids of X-Ray's form, other ones in every round", () => {
    expect(root.id).toMatch(/^[0-9a-f]{16}$/);
    expect(root.trace_id).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(Number.parseInt(root.trace_id.slice(2, 10), 16)).toBe(Math.floor(root.start_time));
    expect(rootAgain.id).not.toBe(root.id);
    expect(rootAgain.trace_id).not.toBe(root.trace_id);
    expect(childAgain).toMatchObject({ parent_id: rootAgain.id, trace_id: rootAgain.trace_id });
  });
});
