import { describe, expect, it } from "vitest";
import { mendedTargetsBody } from "./mended-targets-body.js";

const documents = (...all: unknown[]) => ({ SamplingStatisticsDocuments: all });

describe("what samplers send wrong", () => {
  it("is read as they mean it: SampleCount for SampledCount", () => {
    const body = documents({ RuleName: "a", SampleCount: 3 }, { SampledCount: 1, SampleCount: 3 }, { SampledCount: 0 });
    const mended = [{ RuleName: "a", SampledCount: 3 }, { SampledCount: 1 }, { SampledCount: 0 }];
    expect(mendedTargetsBody(body, {})).toMatchObject(documents(...mended));
  });

  it("is mended further at local doors only: counts and lists that are left out", () => {
    expect(mendedTargetsBody(documents({}), { vouched: true })).toEqual(documents({ SampledCount: 0 }));
    expect(mendedTargetsBody(documents({}), {})).toEqual(documents({ SampledCount: undefined }));
    expect(mendedTargetsBody({}, { vouched: true })).toEqual(documents());
    expect(mendedTargetsBody({ SamplingStatisticsDocuments: null }, { vouched: true })).toEqual(documents());
    expect(mendedTargetsBody({}, {})).toEqual({});
  });

  it("stays as it is where it has another shape", () => {
    for (const body of [null, 1, "x", [1], { SamplingStatisticsDocuments: 7 }])
      expect(mendedTargetsBody(body, { vouched: true })).toBe(body);
    expect(mendedTargetsBody(documents(1, null, [2]), { vouched: true })).toEqual(documents(1, null, [2]));
  });
});
