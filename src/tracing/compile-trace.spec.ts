import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SegmentRow } from "../storage/trace-store.js";
import { subsegmentDepthMax } from "./attach-subsegments.js";
import { compileTrace } from "./compile-trace.js";
import type { Entity } from "./entity.js";
import { readSegmentDocument } from "./segment.js";

const traceId = "1-69000000-000000000000000000000001";
const T = 1761607680;
const nowMs = (T + 10) * 1000;
const root = { id: "1111111111111111", trace_id: traceId, name: "shop", start_time: T, end_time: T + 1 };
const sub = (id: string, more: object = {}) => ({
  id,
  name: `s${id[0]}`,
  start_time: T + 0.1,
  end_time: T + 0.2,
  ...more,
});
const detached = (id: string, parent_id: string, more: object = {}) => ({
  ...sub(id),
  trace_id: traceId,
  type: "subsegment",
  parent_id,
  ...more,
});

function rowsOf(documents: readonly unknown[], receivedMs = nowMs): SegmentRow[] {
  const rows: SegmentRow[] = [];
  for (const document of documents)
    readSegmentDocument(typeof document === "string" ? document : JSON.stringify(document), {
      accept: (segment) => rows.push({ ...segment, receivedMs }),
      reject: ({ errorCode }) => {
        throw new Error(errorCode);
      },
    });
  return rows;
}

const inferredIdOf = (trace: string, id: string) => {
  const hash = createHash("sha256").update(trace).update(id).digest();
  hash[0] = hash[0]! & 0x3f;
  return hash.toString("hex", 0, 8);
};

function compileRows(rows: readonly SegmentRow[], at = nowMs) {
  return compileTrace({ traceId, segments: rows, truncated: false }, { nowMs: at, inferredIdOf });
}
const compile = (...documents: unknown[]) => compileRows(rowsOf(documents));
const written = (entity: unknown) => JSON.parse(JSON.stringify(entity));
const inferredOf = (trace: { segments: readonly Entity[] }) => trace.segments.filter(({ inferred }) => inferred);

/** A root with one call in it. */
const calling = (call: object) => compile({ ...root, subsegments: [sub("2222222222222222", call)] });

describe("a compiled trace", () => {
  it("gives a segment back with AWS's order of keys and nothing that is not of the schema", () => {
    const document = {
      Dummy: false,
      subsegments: [
        {
          ...sub("2222222222222222"),
          trace_id: traceId,
          parent_id: root.id,
          type: "subsegment",
          in_progress: false,
          namespace: "local",
          Dummy: 1,
        },
      ],
      cause: {
        exceptions: [
          {
            id: "aaaaaaaaaaaaaaaa",
            message: "m",
            type: "T",
            remote: false,
            stack: [{ path: "p", line: 1, label: "l" }],
          },
        ],
        working_directory: "/",
      },
      user: "u",
      origin: "AWS::EC2::Instance",
      service: { version: "1" },
      metadata: { default: { a: { b: [1, null] } } },
      annotations: { text: "a", number: 1.5, yes: true, object: {}, list: [], nothing: null },
      aws: { account_id: "1", odd: { kept: true }, nothing: null },
      http: { request: { method: "GET", strange: 1 }, response: { status: "200", content_length: -1 } },
      fault: false,
      error: "no",
      ...root,
      in_progress: false,
    };
    const [segment] = compile(document).segments;
    expect(JSON.stringify(segment)).toBe(
      JSON.stringify({
        id: root.id,
        name: "shop",
        start_time: T,
        trace_id: traceId,
        end_time: T + 1,
        fault: false,
        http: { request: { method: "GET" }, response: { content_length: -1 } },
        aws: { account_id: "1", odd: { kept: true } },
        annotations: { text: "a", number: 1.5, yes: true },
        metadata: { default: { a: { b: [1, null] } } },
        service: { version: "1" },
        user: "u",
        origin: "AWS::EC2::Instance",
        cause: {
          working_directory: "/",
          exceptions: [{ message: "m", type: "T", remote: false, stack: [{ path: "p", line: 1, label: "l" }] }],
        },
        subsegments: [
          {
            id: "2222222222222222",
            name: "s2",
            start_time: T + 0.1,
            end_time: T + 0.2,
            in_progress: false,
            namespace: "local",
          },
        ],
      }),
    );
  });

  it("keeps an empty cause, a cause by id, microseconds and keys that name the prototype", () => {
    const annotations = '{"__proto__":"x","a":1}';
    const [segment] = compile(
      JSON.stringify({ ...root, start_time: T + 0.123456, cause: {} }).replace(/}$/, `,"annotations":${annotations}}`),
    ).segments;
    expect(segment).toMatchObject({ start_time: 1761607680.123456, cause: {} });
    expect(JSON.stringify(segment!.annotations)).toBe(annotations);
    expect(compile({ ...root, cause: "AAAAAAAAAAAAAAAA" }).segments[0]!.cause).toBe("aaaaaaaaaaaaaaaa");
  });

  it("leaves out numbers that JSON cannot say again", () => {
    const text = JSON.stringify({ ...root, annotations: { a: 1, b: "B" } }).replace('"B"', "1e999");
    expect(compile(text).segments[0]!.annotations).toEqual({ a: 1 });
  });

  it("does not claim a flag that was not sent", () => {
    const [segment] = compile(root).segments;
    expect(written(segment)).toEqual(root);
  });

  it("shows what is in progress, and that the trace is partial", () => {
    const trace = compile({ ...root, end_time: undefined, in_progress: true });
    expect(trace.segments[0]).toMatchObject({ in_progress: true });
    expect(trace.isPartial).toBe(true);
    expect(compile(root).isPartial).toBe(false);
  });

  it("is as long as from the first start to the last end, subsegments included, in milliseconds", () => {
    const trace = compile(
      { ...root, subsegments: [sub("2222222222222222", { end_time: T + 2.34567 })] },
      { ...root, id: "3333333333333333", parent_id: "2222222222222222", start_time: T - 0.5 },
    );
    expect(trace.durationSeconds).toBe(2.846);
    expect(trace.startSeconds).toBe(T - 0.5);
  });

  it("of nothing that ended is not shorter than 0", () => {
    expect(compile({ ...root, end_time: undefined, in_progress: true }).durationSeconds).toBe(0);
  });
});

describe("detached subsegments", () => {
  const child = detached("2222222222222222", root.id);
  const grandchild = detached("3333333333333333", "2222222222222222");
  const nested = [{ ...sub("2222222222222222"), subsegments: [sub("3333333333333333")] }];

  it("are attached at every level in whatever order they came", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([root, child, grandchild], { minLength: 3 }), (documents) => {
        const trace = compile(...documents);
        expect(trace.segments).toHaveLength(1);
        expect(written(trace.segments[0]!.subsegments)).toEqual(nested);
        expect(trace.isPartial).toBe(false);
      }),
    );
  });

  it("may come as an array, and under embedded ones", () => {
    expect(written(compile([child, grandchild], root).segments[0]!.subsegments)).toEqual(nested);
    const trace = compile({ ...root, subsegments: [sub("2222222222222222")] }, grandchild);
    expect(written(trace.segments[0]!.subsegments)).toEqual(nested);
  });

  it("that are also embedded are one, with the children of both", () => {
    const inside = sub("2222222222222222", {
      end_time: undefined,
      in_progress: true,
      subsegments: [sub("4444444444444444")],
    });
    const trace = compile({ ...root, subsegments: [inside] }, child, grandchild);
    const [one, ...others] = trace.segments[0]!.subsegments!;
    expect(others).toEqual([]);
    expect(one).toMatchObject({ id: "2222222222222222", end_time: T + 0.2 });
    expect(one!.subsegments!.map(({ id }) => id).sort()).toEqual(["3333333333333333", "4444444444444444"]);
    expect(written(one)).not.toHaveProperty("parent_id");
  });

  it("without a parent stay items of their own and make the trace partial", () => {
    const trace = compile(root, grandchild, detached("5555555555555555", "3333333333333333"));
    expect(trace.isPartial).toBe(true);
    expect(written(trace.segments[1])).toMatchObject({
      id: "3333333333333333",
      type: "subsegment",
      trace_id: traceId,
      parent_id: "2222222222222222",
      subsegments: [{ id: "5555555555555555" }],
    });
  });

  it("that hang in a ring are each shown once", () => {
    const trace = compile(root, detached("2222222222222222", "3333333333333333"), grandchild);
    const ids: string[] = [];
    const collect = ({ id, subsegments }: Entity) => {
      ids.push(id);
      subsegments?.forEach(collect);
    };
    trace.segments.forEach(collect);
    expect(ids.sort()).toEqual(["1111111111111111", "2222222222222222", "3333333333333333"]);
  });

  it("chained without end are cut where a reader could not follow, and none is lost", () => {
    const id = (index: number) => index.toString(16).padStart(16, "0");
    const chain = Array.from({ length: 3000 }, (_, index) =>
      detached(id(index + 1), index === 0 ? root.id : id(index)),
    );
    const trace = compile(root, ...chain);
    expect(trace.segments).toHaveLength(Math.ceil(3000 / subsegmentDepthMax));
    const text = trace.segments.map((segment) => JSON.stringify(segment)).join("");
    expect(text.match(/"id":/g)).toHaveLength(3001);
  });

  it("of a Lambda function go under its Invocation", () => {
    const trace = compile(
      { ...root, origin: "AWS::Lambda::Function", subsegments: [sub("9999999999999999", { name: "Invocation" })] },
      child,
    );
    expect(trace.segments[0]!.subsegments).toMatchObject([
      { name: "Invocation", subsegments: [{ id: "2222222222222222" }] },
    ]);
  });

  it("are never lost nor doubled, whoever is whose parent", () => {
    const id = fc.integer({ min: 1, max: 12 }).map((number) => number.toString(16).padStart(16, "0"));
    const documents = fc.uniqueArray(
      fc.record({
        id,
        parent_id: id,
        kind: fc.constantFrom("segment", "subsegment"),
        children: fc.array(id, { maxLength: 3 }),
      }),
      { selector: ({ id }) => id, minLength: 1 },
    );
    fc.assert(
      fc.property(documents, (drawn) => {
        const trace = compile(
          ...drawn.map(({ id, parent_id, kind, children }) => ({
            ...sub(id),
            trace_id: traceId,
            parent_id,
            ...(kind === "subsegment" && { type: "subsegment" }),
            subsegments: children.map((child) => sub(child)),
          })),
        );
        const seen: string[] = [];
        for (const segment of trace.segments) {
          const text = JSON.stringify(segment);
          seen.push(...[...text.matchAll(/"id":"(\w+)"/g)].map((match) => match[1]!));
        }
        const expected = new Set(drawn.flatMap(({ id, children }) => [id, ...children]));
        expect(new Set(seen)).toEqual(expected);
        expect(seen).toHaveLength(expected.size);
      }),
    );
  });
});

describe("a segment inferred from a call", () => {
  it.each([
    ["DynamoDB", { table_name: "t" }, "AWS::DynamoDB::Table", ["t"]],
    ["S3", { bucket_name: "b" }, "AWS::S3::Bucket", ["b"]],
    ["s3", { bucket_name: "b" }, "AWS::S3::Bucket", ["b"]],
    ["S3", {}, "AWS::S3", undefined],
    ["SQS", { queue_url: "https://q/1" }, "AWS::SQS::Queue", ["https://q/1"]],
    ["SNS", { topic_arn: "arn:aws:sns:r:1:t" }, "AWS::SNS", ["arn:aws:sns:r:1:t"]],
    ["rekognition", {}, "AWS::rekognition", undefined],
    ["stepfunctions", {}, "AWS::stepfunctions", undefined],
    ["Secrets Manager", {}, "AWS::Unknown", undefined],
  ])("of %s with %j has the origin %s", (name, aws, origin, names) => {
    const trace = calling({ name, namespace: "aws", aws });
    const [inferred, ...others] = inferredOf(trace);
    expect(others).toEqual([]);
    expect(inferred).toMatchObject({
      name,
      origin,
      parent_id: "2222222222222222",
      trace_id: traceId,
      start_time: T + 0.1,
      end_time: T + 0.2,
      inferred: true,
    });
    expect(inferred!.id).toMatch(/^[0-3][0-9a-f]{15}$/);
    expect(inferred!.aws?.resource_names).toEqual(names);
    expect(trace.segments[0]!.subsegments![0]!.aws?.resource_names).toEqual(names);
  });

  it("of a queue has the time in the queue", () => {
    const [inferred] = inferredOf(calling({ name: "SQS", namespace: "aws", aws: { queue_url: "q" } }));
    expect(inferred!.subsegments).toMatchObject([{ name: "QueueTime", start_time: T + 0.1, end_time: T + 0.2 }]);
  });

  it("of a database is Database::SQL, of any other remote call has no origin, of local code is not there", () => {
    expect(inferredOf(calling({ namespace: "remote", sql: { url: "jdbc" } }))[0]!.origin).toBe("Database::SQL");
    const [remote] = inferredOf(calling({ namespace: "remote" }));
    expect(remote).toBeDefined();
    expect(remote).not.toHaveProperty("origin");
    expect(inferredOf(calling({}))).toEqual([]);
    expect(inferredOf(calling({ namespace: "local" }))).toEqual([]);
  });

  it("is not made where the called side has a segment of its own", () => {
    const trace = compile(
      { ...root, subsegments: [sub("2222222222222222", { namespace: "remote" })] },
      { ...root, id: "3333333333333333", parent_id: "2222222222222222" },
    );
    expect(inferredOf(trace)).toEqual([]);
  });

  it("stands beside the receiver of an event, and a topic's receiver moves under it", () => {
    const withReceiver = (name: string) =>
      compile(
        { ...root, subsegments: [sub("2222222222222222", { namespace: "aws", name, aws: { bucket_name: "b" } })] },
        { ...root, id: "3333333333333333", parent_id: "2222222222222222", origin: "AWS::Lambda" },
      );
    expect(inferredOf(withReceiver("S3"))).toHaveLength(1);
    expect(withReceiver("S3").segments[1]).toMatchObject({ parent_id: "2222222222222222" });
    const topic = withReceiver("SNS");
    expect(topic.segments[1]).toMatchObject({ origin: "AWS::Lambda", parent_id: inferredOf(topic)[0]!.id });
    expect(inferredOf(withReceiver("DynamoDB"))).toEqual([]);
  });

  it("has the same id at every reading", () => {
    const call = { name: "S3", namespace: "aws" };
    expect(inferredOf(calling(call))).toEqual(inferredOf(calling(call)));
  });

  it("sees the failure from the called side", () => {
    const [inferred] = inferredOf(
      calling({
        namespace: "aws",
        fault: true,
        error: true,
        http: { response: { status: 400 } },
        cause: { exceptions: [{ id: "aaaaaaaaaaaaaaaa", message: "no such table", type: "X" }] },
      }),
    );
    expect(inferred).toMatchObject({ error: true, cause: { message: "no such table" } });
    expect(inferred!.fault).toBeUndefined();
    expect(inferred!.cause).toEqual({ message: "no such table" });
  });

  it("copies flags only where there was no answer", () => {
    expect(inferredOf(calling({ namespace: "remote", fault: true }))[0]!.fault).toBe(true);
    expect(inferredOf(calling({ namespace: "remote", fault: false }))[0]).not.toHaveProperty("fault");
    expect(inferredOf(calling({ namespace: "remote", http: { response: { status: 429 } } }))[0]).toMatchObject({
      error: true,
      throttle: true,
    });
  });

  it("of a Lambda function named by its ARN has the bare name and the account", () => {
    const arn = "arn:aws:lambda:eu-west-1:123456789012:function:pay:live";
    const trace = calling({ name: "Lambda", namespace: "aws", aws: { function_name: arn } });
    expect(trace.segments[0]!.subsegments![0]!.aws).toMatchObject({
      resource_names: ["pay"],
      account_id: "123456789012",
    });
    expect(
      compile({ ...root, origin: "AWS::Lambda::Function", aws: { function_arn: arn } }).segments[0]!.aws,
    ).toMatchObject({ resource_names: ["pay"] });
  });

  it("of a call that promised a segment waits a minute for it", () => {
    const rows = rowsOf([{ ...root, subsegments: [sub("2222222222222222", { namespace: "remote", traced: true })] }]);
    expect(compileRows(rows, nowMs + 59_999)).toMatchObject({ isPartial: true, segments: [{}] });
    const late = compileRows(rows, nowMs + 60_000);
    expect(inferredOf(late)).toHaveLength(1);
    expect(late.isPartial).toBe(true);
  });
});

describe("the root", () => {
  it("is the earliest segment without a parent", () => {
    const later = { ...root, id: "2222222222222222", start_time: T + 0.5 };
    expect(compile(later, root).root!.id).toBe(root.id);
    expect(compile(later, root).roots).toHaveLength(2);
  });

  it("is else the earliest segment whose parent is not in the trace", () => {
    const trace = compile(
      { ...root, id: "3333333333333333", parent_id: "2222222222222222", start_time: T - 1 },
      { ...root, parent_id: "eeeeeeeeeeeeeeee", subsegments: [sub("2222222222222222")] },
    );
    expect(trace.root!.id).toBe(root.id);
  });

  it("is one of several where a chain is broken: each part has its own", () => {
    const called = { ...root, id: "2222222222222222", parent_id: root.id };
    const stray = { ...root, id: "3333333333333333", parent_id: "9999999999999999", start_time: T - 5 };
    const waiting = { ...detached("4444444444444444", "8888888888888888"), namespace: "remote" };
    const calledByWaiting = { ...root, id: "5555555555555555", parent_id: waiting.id, start_time: T + 0.5 };
    const trace = compile(called, stray, root, waiting, calledByWaiting);
    expect(trace.roots.map(({ id }) => id)).toEqual([root.id, stray.id, calledByWaiting.id]);
    expect([...trace.callers].map(([segment, { entity }]) => [segment.id, entity.id])).toEqual([[called.id, root.id]]);
  });

  it("is not there if only subsegments are", () => {
    expect(compile(detached("2222222222222222", root.id)).root).toBeUndefined();
  });
});
