import type { EventSelector } from "@aws-sdk/client-cloudtrail";
import { describe, expect, it } from "vitest";
import { compileSelectors } from "../../../../src/audit/selectors/compile.js";
import { defaultSelectors } from "../../../../src/audit/selectors/selectors.js";
import { problemOfAdvancedSelectors } from "../../../../src/audit/selectors/validate-advanced.js";
import {
  type ActionChoice,
  asAdvanced,
  recordsTraces,
  sameSelectors,
  traceCalls,
  withTraces,
} from "./xray-selectors.js";

const choice = (kind: ActionChoice["kind"], names: string[] = []) => ({ kind, names });
const call = (eventName: string, readOnly: boolean) => ({
  category: "Data",
  eventSource: "xray.amazonaws.com",
  eventName,
  readOnly,
  record: JSON.stringify({ resources: [{ type: "AWS::XRay::Trace" }] }),
});
const selectedBy = (wanted: ActionChoice) => {
  const selects = compileSelectors({ kind: "advanced", selectors: withTraces(defaultSelectors, wanted) });
  return traceCalls.filter(({ name, readOnly }) => selects(call(name, readOnly))).map(({ name }) => name);
};

describe("calls on traces put into a trail's selectors", () => {
  it("are those that were chosen", () => {
    expect(selectedBy(choice("all"))).toHaveLength(traceCalls.length);
    expect(selectedBy(choice("write"))).toEqual(["PutTraceSegments", "PutTelemetryRecords"]);
    expect(selectedBy(choice("read"))).toHaveLength(traceCalls.length - 2);
    expect(selectedBy(choice("some", ["BatchGetTraces"]))).toEqual(["BatchGetTraces"]);
  });

  it("replace what was chosen before, and leave everything else", () => {
    const s3 = {
      FieldSelectors: [
        { Field: "eventCategory", Equals: ["Data"] },
        { Field: "resources.type", Equals: ["AWS::S3::Object"] },
      ],
    };
    const before = { kind: "advanced" as const, selectors: [s3, ...withTraces(defaultSelectors, choice("write"))] };
    const after = withTraces(before, choice("read"));
    expect(sameSelectors(withTraces(before, choice("write")), before.selectors)).toBe(true);
    expect(sameSelectors(after, before.selectors)).toBe(false);
    expect(after).toHaveLength(3);
    expect(after[0]).toEqual(s3);
    expect(recordsTraces(before)).toBe(true);
    expect(recordsTraces({ kind: "advanced", selectors: [s3] })).toBe(false);
    expect(recordsTraces(defaultSelectors)).toBe(false);
  });
});

describe("basic selectors written as advanced ones", () => {
  const objects = ["arn:aws:s3:::logs/", "arn:aws:s3:::other/a"];
  const cases: EventSelector[] = [
    {},
    { ReadWriteType: "WriteOnly", ExcludeManagementEventSources: ["kms.amazonaws.com"] },
    { IncludeManagementEvents: false, DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }] },
    { ReadWriteType: "ReadOnly", DataResources: [{ Type: "AWS::S3::Object", Values: objects }] },
    { DataResources: [{ Type: "AWS::S3::Object", Values: [] }] },
  ];
  const events = ["Management", "Data"].flatMap((category) =>
    [true, false].flatMap((readOnly) =>
      ["kms.amazonaws.com", "s3.amazonaws.com"].flatMap((eventSource) =>
        ["arn:aws:s3:::logs/x", "arn:aws:s3:::other/b", "arn:aws:s3:::other/ab"].map((ARN) => ({
          category,
          readOnly,
          eventSource,
          eventName: "A",
          record: JSON.stringify({ resources: [{ type: "AWS::S3::Object", ARN }] }),
        })),
      ),
    ),
  );

  it.each(cases)("are valid and select the same events: %j", (selector) => {
    const basic = { kind: "basic" as const, selectors: [selector] };
    const advanced = asAdvanced(basic);
    expect(problemOfAdvancedSelectors(advanced)).toBeUndefined();
    const one = compileSelectors(basic);
    const other = compileSelectors({ kind: "advanced", selectors: advanced });
    expect(events.filter(other)).toEqual(events.filter(one));
  });
});
