import { expect, it } from "vitest";
import { recordsTraces } from "./records-traces.js";

it("a trail records who reads traces if a selector takes data events of traces", () => {
  const selector = (category: string, ...types: string[]) => ({
    FieldSelectors: [
      { Field: "eventCategory", Equals: [category] },
      ...(types.length > 0 ? [{ Field: "resources.type", Equals: types }] : []),
    ],
  });
  expect(recordsTraces([selector("Management"), selector("Data", "AWS::XRay::Trace")])).toBe(true);
  expect(recordsTraces([selector("Data", "AWS::S3::Object")])).toBe(false);
  expect(recordsTraces([selector("Management")])).toBe(false);
  expect(recordsTraces(undefined)).toBe(false);
});
