import { expect, it } from "vitest";
import { filterProblemOf } from "./filter-problems.js";

it("problems of a filter are where the service's own parser finds them", () => {
  expect(filterProblemOf('service("web") { fault }')).toBeUndefined();
  const text = "fault AND nonsense = 1";
  const problem = filterProblemOf(text);
  expect(text.slice(problem?.from, problem?.until)).toBe("nonsense");
  expect(problem?.message).toContain("no keyword");
  expect(filterProblemOf("fault AND")).toMatchObject({ from: 9, until: 9 });
});
