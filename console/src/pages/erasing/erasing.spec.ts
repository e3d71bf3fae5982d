import { describe, expect, it } from "vitest";
import { inputOf as erasureInput, problemOf as erasureProblem, emptyDraft as noErasure, stepsOf } from "./erasures.js";
import { draftOf, emptyDraft, inputOf, problemOf, readyMade, targetsInWords } from "./rules.js";

describe("a masking rule in the form", () => {
  it("comes out as it went in, also with paths that hold slashes", () => {
    const rule = {
      RuleName: "r",
      AnnotationKeys: ["customer*"],
      MetadataPaths: [
        ["default", "user", "email"],
        ["a/b", "c"],
        ["**", "password"],
      ],
      Detectors: ["EMAIL"],
      Replacement: "HASH",
    } as const;
    expect(draftOf(rule).metadataPaths).toBe('default/user/email\n["a/b","c"]\n**/password');
    expect(inputOf(draftOf(rule))).toEqual(rule);
    expect(targetsInWords(rule)).toEqual([
      "e-mail addresses",
      "annotation customer*",
      'metadata paths default/user/email, ["a/b","c"], **/password',
    ]);
  });

  it("is judged by the service's own rules", () => {
    expect(problemOf(emptyDraft)).toContain("must name something");
    expect(problemOf({ ...emptyDraft, members: "metadata/x" })).toContain("begins with one of user, http");
    for (const ready of Object.values(readyMade)) expect(problemOf(ready)).toBeUndefined();
  });
});

describe("an erasure in the form", () => {
  const byKey = { ...noErasure, key: "customer", value: "17", reason: "asked" };
  it("is asked with the value's type, and counted before it is done", () => {
    expect(erasureInput(byKey, true)).toEqual({
      Annotation: { Key: "customer", Value: "17" },
      Reason: "asked",
      DryRun: true,
    });
    expect(erasureInput({ ...byKey, type: "number", reference: "t 1" }, false)).toEqual({
      Annotation: { Key: "customer", Value: 17 },
      Reason: "asked",
      Reference: "t 1",
    });
    const ids = ["1-6908a1b2-0123456789abcdef01234567", "1-6908a1b2-0123456789abcdef01234568"];
    const byIds = { ...byKey, by: "traces", traceIds: `${ids.join(",\n")} ${ids[0]}` } as const;
    expect(erasureInput(byIds, false)["TraceIds"]).toEqual(ids);
    expect(erasureProblem(byIds)).toBeUndefined();
  });

  it("is not asked while something is missing", () => {
    expect(erasureProblem({ ...byKey, reason: " " })).toContain("why");
    expect(erasureProblem({ ...byKey, type: "number", value: "x" })).toContain("not a number");
    expect(erasureProblem({ ...byKey, by: "traces", traceIds: "1-2" })).toContain("no trace ID: 1-2");
    expect(erasureProblem({ ...byKey, by: "traces", traceIds: " " })).toContain("at least one");
  });
});

it("shows the steps of an erasure, and of a count only the two it has", () => {
  const erasure = { ErasureId: "e", Status: "RUNNING", Reason: "", RequestedBy: "", RequestedAt: 1 } as const;
  expect(stepsOf({ ...erasure, DryRun: true, TraceCount: 2, EndedAt: 3 })).toEqual([
    { id: "requested", doneAt: 1 },
    { id: "counted", doneAt: 0 },
  ]);
  const steps = stepsOf({ ...erasure, DryRun: false, TraceCount: 2, ErasedAt: 4 });
  expect(steps.map(({ doneAt }) => doneAt !== undefined)).toEqual([true, true, true, false, false]);
});
