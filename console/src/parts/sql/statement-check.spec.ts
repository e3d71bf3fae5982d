import { describe, expect, it } from "vitest";
import { mistakeOf, mistakesIn } from "./statement-check.js";

const store = "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10";
const mistakes = (statement: string) =>
  mistakesIn(statement, (id) => (id === store ? "CloudTrail" : undefined), Date.UTC(2026, 0, 1)).map(
    ({ from, to, message }) => ({ at: statement.slice(from, to), message }),
  );

describe("a statement that is being written", () => {
  it("has no mistakes where the service would run it, or could still", () => {
    expect(mistakes(`SELECT eventname, count(*) FROM ${store} GROUP BY 1`)).toEqual([]);
    expect(mistakes("")).toEqual([]);
    expect(mistakes("SELECT whatever FROM 00000000-0000-0000-0000-000000000000")).toEqual([]);
  });

  it("has its mistake shown where it is", () => {
    expect(mistakes(`SELECT eventname\nFROM ${store}\nWHER eventname = 'x'`)).toMatchObject([{ at: "eventname" }]);
    expect(mistakes("SELECT eventname FROM events")).toMatchObject([{ at: "events" }]);
    expect(mistakes(`SELECT nosuchcolumn FROM ${store}`)).toMatchObject([{ at: "nosuchcolumn" }]);
    expect(mistakes(`SELECT nosuch(eventname) FROM ${store}`)).toMatchObject([{ at: "nosuch" }]);
  });

  it("is marked as a whole where a message names no place", () => {
    expect(mistakeOf("SELECT 1", "The query is too complex")).toEqual({
      from: 0,
      to: 8,
      message: "The query is too complex",
    });
    expect(mistakeOf("a\r\nbc d", "line 2:4: what")).toEqual({ from: 6, to: 7, message: "what" });
  });
});
