import { expect, it } from "vitest";
import { defaultSelectors } from "../../../../src/audit/selectors/selectors.js";
import { countSelected } from "./count-selected.js";
import { withTraces } from "./xray-selectors.js";

const event = (category: string, eventName: string) => ({
  category,
  eventName,
  readOnly: true,
  eventSource: "xray.amazonaws.com",
  record: JSON.stringify(category === "Data" ? { resources: [{ type: "AWS::XRay::Trace" }] } : {}),
});

it("what selectors would have selected is counted by the service's own rules; what is not valid counts nothing", () => {
  const events = [event("Management", "GetGroups"), event("Data", "BatchGetTraces"), event("Insight", "GetGroups")];
  expect(countSelected(defaultSelectors, events)).toBe(1);
  const selectors = withTraces(defaultSelectors, { kind: "all", names: [] });
  expect(countSelected({ kind: "advanced", selectors }, events)).toBe(2);
  expect(countSelected({ kind: "advanced", selectors: [{ FieldSelectors: [] }] }, events)).toBeUndefined();
  expect(countSelected({ kind: "basic", selectors: [] }, events)).toBeUndefined();
});
