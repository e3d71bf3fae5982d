import { describe, expect, it } from "vitest";
import type { Reader } from "./answers.js";
import { problemOf, readQuestion, writeQuestion } from "./question.js";
import { annotationSentence, askedFor, callerName, callerSentence, traceSentence } from "./sentences.js";
import { bucketsOf } from "./timeline.js";

const reader = (name: string, ReadCount: number, RefusalCount = 0): Reader => ({
  Caller: `arn:aws:iam::000000000000:user/${name}`,
  PrincipalIds: [],
  TraceCount: ReadCount === 0 ? 0 : 1,
  Kinds: [],
  ReadCount,
  RefusalCount,
});

describe("the sentence over an answer", () => {
  const trace = (ReaderCount: number, RefusalCount: number) => ({
    CompleteSince: 0,
    ReaderCount,
    ReadCount: ReaderCount,
    RefusalCount,
  });

  it("says how many have seen a trace, and how many were refused and never saw it", () => {
    expect(traceSentence(trace(0, 0), [])).toBe("Nobody has seen this trace, nobody was refused.");
    expect(traceSentence(trace(1, 0), [reader("a", 1)])).toBe("1 caller has seen this trace, nobody was refused.");
    const readers = [reader("a", 4), reader("b", 1), reader("c", 1), reader("eve", 0, 7)];
    expect(traceSentence(trace(3, 7), readers)).toBe("3 callers have seen this trace, 1 was refused.");
    expect(traceSentence(trace(0, 2), [reader("eve", 0, 1), reader("f", 0, 1)])).toBe(
      "Nobody has seen this trace, 2 were refused.",
    );
  });

  it("keeps apart who was refused once and saw it at another time", () => {
    expect(traceSentence(trace(1, 2), [reader("a", 1, 1), reader("eve", 0, 1)])).toBe(
      "1 caller has seen this trace, 1 was refused; 1 of those who saw it was refused at another time.",
    );
  });

  it("counts requests, not callers, while the list of callers goes on", () => {
    expect(traceSentence(trace(2000, 3), undefined)).toBe(
      "2,000 callers have seen this trace; 3 requests were refused.",
    );
  });

  it("says the same of a customer, and of a caller", () => {
    const answer = {
      ...{ CompleteSince: 0, TracesSince: 0, TraceCount: 40, CallerCount: 2 },
      ...{ ReadCount: 61, RefusalCount: 0, Callers: [] },
    };
    expect(annotationSentence(answer, { key: "customer", value: "c-17" }, [])).toBe(
      "2 callers have seen 40 traces with customer = c-17, nobody was refused.",
    );
    const of = { CompleteSince: 0, Traces: [], Refusals: [] };
    expect(callerSentence({ ...of, TraceCount: 41, CallCount: 12, RefusedCallCount: 1 })).toBe(
      "This caller has seen 41 traces in 12 calls; 1 call was refused.",
    );
    expect(callerSentence({ ...of, TraceCount: 0, CallCount: 0, RefusedCallCount: 0 })).toBe(
      "This caller has seen no trace; no call was refused.",
    );
  });
});

it("names callers and requests shortly", () => {
  expect(callerName("arn:aws:sts::000000000000:assumed-role/Support/ada")).toBe("assumed-role/Support/ada");
  expect(callerName("someone")).toBe("someone");
  expect(askedFor({ startTime: 1, endTime: 2, filterExpression: "fault" })).toBe("filter fault");
  expect(askedFor({ startTime: 1, endTime: 2 })).toBe("every trace of a period");
  expect(askedFor({ traceIds: ["1-a"] })).toBe("by its id");
  expect(askedFor({ traceIds: ["1-a", "1-b"] })).toBe("by id, one of 2");
  expect(askedFor("x".repeat(3))).toBe("xxx");
  expect(askedFor(null)).toBe("");
});

describe("a question in an address", () => {
  it("comes out as it went in, and is told from what is there if the address does not say which", () => {
    for (const question of [
      { kind: "trace", traceId: "1-68ff0a2c-0123456789abcdef01234567" },
      { kind: "caller", caller: "arn:aws:iam::000000000000:user/bob" },
      { kind: "annotation", key: "customer", value: "a&b=c" },
    ] as const) {
      const written = writeQuestion(question);
      expect(readQuestion(written)).toEqual(question);
      written.delete("ask");
      expect(readQuestion(written)).toEqual(question);
      expect(problemOf(question)).toBeUndefined();
    }
  });

  it("is not put while it is no question", () => {
    expect(problemOf({ kind: "trace", traceId: "" })).toBe("empty");
    expect(problemOf({ kind: "trace", traceId: "1-2" })).toBe("trace");
    expect(problemOf({ kind: "caller", caller: "bob" })).toBe("caller");
    expect(problemOf({ kind: "annotation", key: "", value: "x" })).toBe("empty");
  });
});

it("a timeline has each read in its bucket, from the first to the last", () => {
  const marks = [
    { timeMs: 0, isRefused: false },
    { timeMs: 50, isRefused: true },
    { timeMs: 100, isRefused: false },
  ];
  const { buckets, startMs, endMs } = bucketsOf(marks, 4)!;
  expect([startMs, endMs]).toEqual([0, 100]);
  expect(buckets).toEqual([
    { reads: 1, refusals: 0 },
    { reads: 0, refusals: 0 },
    { reads: 0, refusals: 1 },
    { reads: 1, refusals: 0 },
  ]);
  expect(bucketsOf([], 4)).toBeUndefined();
  expect(bucketsOf([marks[1]!], 2)!.buckets[0]).toEqual({ reads: 0, refusals: 1 });
});
