import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EmbeddedSession } from "./embedded-session.js";

describe("a session of the embedded engine", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-session-"));
  let sessions: EmbeddedSession[];
  beforeAll(() => {
    sessions = [new EmbeddedSession(folder), new EmbeddedSession(folder)];
  });
  afterAll(async () => {
    for (const session of sessions) await session.close();
    rmSync(folder, { recursive: true });
  });

  /** Well-formed, as the engine works on UTF-8. */
  const anyText = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom("\\", "'", '"', "\n", "\t", "\r", "\0", "{", "}", ":", ";", "N", "[", "]", ","),
    }),
  );

  it("binds any text, number and list, also while another session binds others", async () => {
    const text = "SELECT {text:String} AS text, {number:Int64} AS number, {list:Array(String)} AS list";
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: anyText, number: fc.integer(), list: fc.array(anyText, { maxLength: 4 }) }), {
          minLength: 2,
          maxLength: 2,
        }),
        async (values) => {
          const answers = await Promise.all(values.map((value, index) => sessions[index]!.query(text, value)));
          expect(answers).toEqual(values.map((value) => [value]));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("does not wait for a slow query of another session", async () => {
    const ended: string[] = [];
    await Promise.all([
      sessions[0]!.query("SELECT sleep({seconds:UInt8})", { seconds: 1 }).then(() => ended.push("slow")),
      sessions[1]!.query("SELECT {seconds:UInt8}", { seconds: 1 }).then(() => ended.push("quick")),
    ]);
    expect(ended).toEqual(["quick", "slow"]);
  });
});
