import { describe, expect, it } from "vitest";
import { wordsAt } from "./statement-words.js";

const around = { kind: "CloudTrail" as const, stores: [{ id: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10", name: "audit" }] };
const labels = (before: string) => wordsAt(before, around).words.map(({ label }) => label);

describe("completion of a statement", () => {
  it("offers columns, functions and keywords", () => {
    expect(labels("SELECT ev")).toEqual(expect.arrayContaining(["eventname", "date_trunc", "row_number", "GROUP"]));
    expect(wordsAt("SELECT ev", around).from).toBe(7);
  });

  it("offers the fields of a row after its dot, however deep", () => {
    expect(labels("SELECT useridentity.")).toContain("arn");
    expect(labels("SELECT useridentity.")).not.toContain("eventname");
    expect(labels("SELECT userIdentity.sessioncontext.sessionissuer.u")).toContain("username");
    expect(labels("SELECT eventname.")).toEqual([]);
  });

  it("offers stores where a store comes", () => {
    expect(labels("SELECT 1 FROM ")).toEqual([around.stores[0]!.id]);
    expect(labels("SELECT 1 from 3b7f")).toEqual([around.stores[0]!.id]);
  });

  it("knows the columns of other kinds of stores", () => {
    const insight = wordsAt("SELECT ", { ...around, kind: "Insight" }).words.map(({ label }) => label);
    expect(insight).toContain("insighttype");
    expect(insight).not.toContain("requestparameters");
  });
});
