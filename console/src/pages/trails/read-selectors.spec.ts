import { expect, it } from "vitest";
import { readSelectors } from "./read-selectors.js";
import { managementSelector } from "./xray-selectors.js";

it("selectors that are typed are read, or what is wrong with them is said", () => {
  expect(readSelectors(JSON.stringify([managementSelector]))).toEqual({
    kind: "advanced",
    selectors: [managementSelector],
  });
  expect(readSelectors("[")).toMatch(/^This is not JSON/);
  for (const shape of ["1", "{}", "[1]", "[null]", '[{"FieldSelectors":1}]', '[{"FieldSelectors":[{"Field":1}]}]'])
    expect(readSelectors(shape)).toBe("This must be a list of selectors.");
  expect(readSelectors('[{"FieldSelectors":[{"Field":"a","Equals":[1]}]}]')).toBe("This must be a list of selectors.");
  expect(readSelectors("[]")).toBe("At least one advanced event selector must be given.");
  expect(readSelectors('[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]}]}]')).toMatch(/resources.type/);
});
