import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { catchTheRest } from "./last-resort.js";
import { createLog } from "./log.js";

function caught() {
  const process = new EventEmitter();
  const lines: string[] = [];
  let ends = 0;
  const log = createLog({ nowMs: () => Date.UTC(2026, 2, 1), monotonicMs: () => 0 }, (line) => void lines.push(line));
  catchTheRest(process, log, () => void ends++);
  return { process, lines, ends: () => ends };
}

describe("what nothing else caught", () => {
  it("is logged and survived where it is a rejection", () => {
    const { process, lines, ends } = caught();
    process.emit("unhandledRejection", new Error("a bug"));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-03-01T00:00:00.000Z",
        message: "a rejection was not caught",
        cause: { error: expect.stringMatching(/^Error: a bug\n/) },
      },
    ]);
    expect(ends()).toBe(0);
  });

  it("is logged and ends the service, in order, where it is an exception", () => {
    const { process, lines, ends } = caught();
    process.emit("uncaughtException", new Error("a bug"));
    expect(lines).toHaveLength(1);
    expect(ends()).toBe(1);
  });
});

describe("a line of the log", () => {
  it("is one line of JSON whatever is in it, so that nobody can write another", () => {
    const lines: string[] = [];
    const log = createLog({ nowMs: () => 0, monotonicMs: () => 0 }, (line) => void lines.push(line));
    const forged = 'x"}\n{"time":"1970-01-01T00:00:00.000Z","message":"all is well\r\u2028\u001b[2J';
    log("a call failed", { userAgent: forged });
    log.failure("another", new Error(forged));
    expect(lines.map((line) => line.indexOf("\n") === line.length - 1)).toEqual([true, true]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ message: "a call failed", userAgent: forged });
    for (const hidden of ["\r", "\u001b"]) expect(lines.join("")).not.toContain(hidden);
  });
});
