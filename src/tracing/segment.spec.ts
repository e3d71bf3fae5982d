import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AcceptedSegment,
  documentBytesMax,
  documentDepthMax,
  type RejectedSegment,
  readSegmentDocument,
} from "./segment.js";

const traceId = "1-69000000-000000000000000000000001";
const valid = {
  id: "1111111111111111",
  trace_id: traceId,
  name: "shop",
  start_time: 1761607680.123456,
  end_time: 1761607680.3,
};

function read(document: unknown) {
  const accepted: AcceptedSegment[] = [];
  const rejected: RejectedSegment[] = [];
  const text = typeof document === "string" ? document : JSON.stringify(document);
  const recorded = readSegmentDocument(text, {
    accept: (segment) => accepted.push(segment),
    reject: (segment) => rejected.push(segment),
  });
  return { accepted, rejected, recorded };
}

function codeOf(document: unknown): string | undefined {
  return read(document).rejected[0]?.errorCode;
}

const without = (member: keyof typeof valid) => ({ ...valid, [member]: undefined });

describe("a segment document", () => {
  it("is accepted with what is needed to find it, and its text as it was sent", () => {
    const text = `  ${JSON.stringify(valid)} `;
    expect(read(text)).toEqual({
      accepted: [
        {
          traceId,
          segmentId: "1111111111111111",
          kind: "segment",
          parentId: undefined,
          startTimeSeconds: 1761607680.123456,
          endTimeSeconds: 1761607680.3,
          inProgress: false,
          document: text,
        },
      ],
      rejected: [],
      recorded: traceId,
    });
  });

  it("has its ids in lower case", () => {
    const { accepted } = read({
      ...valid,
      id: "ABCDEF0123456789",
      parent_id: "FEDCBA9876543210",
      trace_id: "1-4EFAAF4D-1E8720B39541901950019EE5",
    });
    expect(accepted[0]).toMatchObject({
      segmentId: "abcdef0123456789",
      parentId: "fedcba9876543210",
      traceId: "1-4efaaf4d-1e8720b39541901950019ee5",
    });
  });

  it("without an id is MissingId and has no Id", () => {
    expect(read(without("id")).rejected).toEqual([
      { errorCode: "MissingId", message: "Invalid segment. ErrorCode: MissingId" },
    ]);
  });

  it("that is an empty array is MissingId and has no Id", () => {
    expect(read("[]").rejected).toEqual([{ errorCode: "MissingId", message: "Invalid segment. ErrorCode: MissingId" }]);
  });

  it("with neither end nor in_progress is MissingEndTime under its own id", () => {
    expect(read(without("end_time")).rejected).toEqual([
      {
        id: "1111111111111111",
        errorCode: "MissingEndTime",
        message: "Invalid segment. ErrorCode: MissingEndTime",
      },
    ]);
  });

  it("with an embedded subsegment without end fails as a whole, under its own id", () => {
    const subsegments = [{ id: "2222222222222222", name: "b", start_time: 1, subsegments: [] }];
    const { accepted, rejected } = read({ ...valid, subsegments });
    expect(accepted).toEqual([]);
    expect(rejected).toEqual([
      {
        id: "1111111111111111",
        errorCode: "MissingEndTime",
        message: "Invalid subsegment. ErrorCode: MissingEndTime, Cause: null",
      },
    ]);
  });

  it("is judged at every depth of its subsegments", () => {
    const bad = { id: "5555555555555555", name: "bad*", start_time: 1, end_time: 2 };
    const middle = { id: "4444444444444444", name: "c", start_time: 1, end_time: 2, subsegments: [bad] };
    expect(codeOf({ ...valid, subsegments: [middle] })).toBe("InvalidName");
  });

  it.each(["a*", "a?", "a!", "", "a\u0000b", "emoji 🙂", "x".repeat(201), "€"])("refuses the name %j", (name) => {
    expect(codeOf({ ...valid, name })).toBe("InvalidName");
  });

  it.each(["_.:/%&#=+\\-@ 09azAZ", "x".repeat(200), "größe 東京 мир", "𠀀".repeat(200), "\ttab"])(
    "accepts the name %j",
    (name) => {
      expect(codeOf({ ...valid, name })).toBeUndefined();
    },
  );

  it.each([
    "1-5f84c7a1-e7d1852db8c4fd35d88bf49",
    "1-5f84c7a1-e7d1852db8c4fd35d88bf49gg",
    "2-5f84c7a1-e7d1852db8c4fd35d88bf491",
    "4efaaf4d1e8720b39541901950019ee5",
    `${traceId}\n`,
    "",
    7,
    {},
  ])("refuses the trace id %j", (trace_id) => {
    const { rejected, recorded } = read({ ...valid, trace_id });
    expect(rejected[0]).toMatchObject({
      errorCode: "InvalidTraceId",
      message: "Invalid segment. ErrorCode: InvalidTraceId",
    });
    expect(recorded).toBeUndefined();
  });

  it("may bear a trace id whose first part is no time", () => {
    expect(codeOf({ ...valid, trace_id: "1-4efaaf4d-1e8720b39541901950019ee5" })).toBeUndefined();
    expect(codeOf({ ...valid, trace_id: "1-ffffffff-1e8720b39541901950019ee5" })).toBeUndefined();
  });

  it.each([
    ["MissingTraceId", without("trace_id")],
    ["MissingName", without("name")],
    ["MissingStartTime", without("start_time")],
    ["MissingId", { ...valid, id: null }],
    ["InvalidId", { ...valid, id: "123" }],
    ["InvalidId", { ...valid, id: 1111111111111111 }],
    ["InvalidStartTime", { ...valid, start_time: "1761607680" }],
    ["InvalidStartTime", { ...valid, start_time: -1 }],
    ["InvalidStartTime", { ...valid, start_time: 1761607680123 }],
    ["InvalidStartTime", JSON.stringify(valid).replace("1761607680.123456", "1e999")],
    ["InvalidEndTime", { ...valid, end_time: valid.start_time - 1 }],
    ["InvalidEndTime", { ...valid, end_time: "later" }],
    ["InvalidParentId", { ...valid, parent_id: "zz" }],
    ["MissingParentId", { ...valid, type: "subsegment" }],
    ["MissingEndTime", { ...without("end_time"), in_progress: "yes" }],
  ])("tells %s", (code, document) => {
    expect(codeOf(document)).toBe(code);
  });

  it("in progress needs no end, and end null is no end", () => {
    expect(read({ ...valid, end_time: null, in_progress: true }).accepted[0]).toMatchObject({ inProgress: true });
  });

  it("with an end is complete, whatever in_progress says", () => {
    expect(read({ ...valid, in_progress: false }).accepted[0]).toMatchObject({ inProgress: false });
  });

  it("may be an array, whose elements are judged one by one", () => {
    const sub = (id: string, more = {}) => ({ ...valid, id, type: "subsegment", parent_id: valid.id, ...more });
    const other = "1-69000000-000000000000000000000002";
    const { accepted, rejected, recorded } = read([
      sub("2222222222222222"),
      sub("3333333333333333", { name: "b!" }),
      7,
      sub("4444444444444444", { trace_id: other }),
    ]);
    expect(accepted.map(({ segmentId, kind }) => [segmentId, kind])).toEqual([
      ["2222222222222222", "subsegment"],
      ["4444444444444444", "subsegment"],
    ]);
    expect(JSON.parse(accepted[0]!.document)).toEqual(sub("2222222222222222"));
    expect(rejected).toEqual([
      {
        id: "3333333333333333",
        errorCode: "InvalidName",
        message: "Invalid subsegment. ErrorCode: InvalidName, Cause: null",
      },
      { errorCode: "MissingId", message: "Invalid segment. ErrorCode: MissingId" },
    ]);
    expect(recorded).toBe(`${traceId},${other}`);
  });

  it("of 64 KB is accepted and of one byte more is not, counted in UTF-8", () => {
    const ofSize = (bytes: number) => {
      const text = JSON.stringify({ ...valid, metadata: { default: { text: "" } } });
      const room = bytes - Buffer.byteLength(text);
      return text.replace('"text":""', `"text":"${"ü".repeat(Math.floor(room / 2))}${"x".repeat(room % 2)}"`);
    };
    expect(Buffer.byteLength(ofSize(documentBytesMax))).toBe(documentBytesMax);
    expect(codeOf(ofSize(documentBytesMax))).toBeUndefined();
    expect(codeOf(ofSize(documentBytesMax + 1))).toBe("InvalidSegment");
  });

  it("may nest as deep as its size lets real subsegments, and no deeper than can be written again", () => {
    const nested = (levels: number) => {
      let subsegment: object = { id: "2222222222222222", name: "b", start_time: 1, end_time: 2 };
      for (let level = 1; level < levels; level++)
        subsegment = { id: "2222222222222222", name: "b", start_time: 1, end_time: 2, subsegments: [subsegment] };
      return JSON.stringify({ ...valid, subsegments: [subsegment] });
    };
    expect(codeOf(nested(780))).toBeUndefined();
    const brackets = (depth: number) => `${"[".repeat(depth)}"]]\\"[["${"]".repeat(depth)}`;
    const withBrackets = (depth: number) =>
      JSON.stringify(valid).replace(/}$/, `,"metadata":{"a":${brackets(depth)}}}`);
    expect(codeOf(withBrackets(documentDepthMax - 2))).toBeUndefined();
    expect(codeOf(withBrackets(documentDepthMax - 1))).toBe("ParseError");
    expect(codeOf("[".repeat(60_000))).toBe("ParseError");
  });

  it.each(["", "{", "nonsense", '"text"', "5", "null", '{"id":"1111111111111111"'])("refuses the text %j", (text) => {
    expect(codeOf(text)).toBe("ParseError");
  });

  it("ignores what the schema does not know", () => {
    const { accepted } = read({ ...valid, Dummy: false, subsegments: [null, 7, "x"], annotations: [], http: 5 });
    expect(accepted).toHaveLength(1);
  });

  it("never makes the reader throw, and is always accepted or rejected", () => {
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            id: fc.oneof(fc.constant("1111111111111111"), fc.jsonValue()),
            trace_id: fc.oneof(fc.constant(traceId), fc.jsonValue()),
            name: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()),
            start_time: fc.oneof(fc.double(), fc.jsonValue()),
            end_time: fc.oneof(fc.double(), fc.jsonValue()),
            subsegments: fc.jsonValue(),
            type: fc.constantFrom("subsegment", "segment", null),
          },
          { requiredKeys: [] },
        )
        .map((document) => JSON.stringify(document)),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const { accepted, rejected } = read(text);
        expect(accepted.length + rejected.length).toBeGreaterThan(0);
      }),
    );
  });
});

const suite = path.resolve(import.meta.dirname, "../../../shared/data/json-test-suite");
const files = readable(suite);

describe.skipIf(files.length === 0)("JSON that others found hard", () => {
  it("is accepted or refused without harm", () => {
    for (const file of files) {
      const { accepted, rejected } = read(readFileSync(file, "utf8"));
      expect(accepted).toEqual([]);
      expect(rejected.length, file).toBeGreaterThan(0);
      if (path.basename(file).startsWith("n_"))
        expect(rejected[0]!.errorCode, file).toMatch(/ParseError|InvalidSegment/);
    }
  });
});

function readable(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((file) => path.join(folder, file));
  } catch {
    return []; // the data is not beside this checkout
  }
}
