import type { AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";
import { describe, expect, it } from "vitest";
import { kindOfStore, problemOfAdvancedSelectors, problemOfStoreSelectors } from "./validate-advanced.js";
import { problemOfBasicSelectors } from "./validate-basic.js";

const category = (value: string): AdvancedFieldSelector => ({ Field: "eventCategory", Equals: [value] });
const type: AdvancedFieldSelector = { Field: "resources.type", Equals: ["AWS::XRay::Trace"] };
const names = (count: number): AdvancedFieldSelector => ({
  Field: "eventName",
  Equals: Array.from({ length: count }, (_, index) => `Event${index}`),
});

describe("advanced selectors", () => {
  const valid: Record<string, AdvancedFieldSelector[]> = {
    "management alone": [category("Management")],
    "management reads without KMS": [
      category("Management"),
      { Field: "readOnly", Equals: ["true"] },
      { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] },
    ],
    "data of a type nobody knows yet": [category("Data"), { Field: "resources.type", Equals: ["AWS::New::Thing"] }],
    "every operator": [
      category("Data"),
      type,
      {
        Field: "eventName",
        Equals: ["a"],
        NotEquals: ["b"],
        StartsWith: ["c"],
        NotStartsWith: ["d"],
        EndsWith: ["e"],
        NotEndsWith: ["f"],
      },
    ],
    "500 values": [category("Data"), type, names(498)],
  };
  it.each(Object.entries(valid))("%s: accepted", (_, FieldSelectors) => {
    expect(problemOfAdvancedSelectors([{ FieldSelectors }])).toBeUndefined();
  });

  const invalid: Record<string, AdvancedFieldSelector[]> = {
    "no field": [],
    "no eventCategory": [type],
    "eventCategory excluded": [{ Field: "eventCategory", NotEquals: ["Data"] }, type],
    "two categories": [{ Field: "eventCategory", Equals: ["Data", "Management"] }, type],
    "a category only event data stores take": [category("Insight")],
    "a category that is an object's own member": [category("constructor")],
    "data without a type": [category("Data")],
    "two types": [category("Data"), { Field: "resources.type", Equals: ["AWS::XRay::Trace", "AWS::S3::Object"] }],
    "readOnly by StartsWith": [category("Data"), type, { Field: "readOnly", StartsWith: ["t"] }],
    "readOnly neither true nor false": [category("Data"), type, { Field: "readOnly", Equals: ["yes"] }],
    "eventName of management events": [category("Management"), { Field: "eventName", Equals: ["A"] }],
    "another source left out of management events": [
      category("Management"),
      { Field: "eventSource", NotEquals: ["iam.amazonaws.com"] },
    ],
    "a field twice": [category("Data"), type, names(1), names(2)],
    "a field without an operator": [category("Data"), type, { Field: "eventName" }],
    "an operator without a value": [category("Data"), type, { Field: "eventName", Equals: [] }],
    "an empty value": [category("Data"), type, { Field: "eventName", Equals: [""] }],
    "a value too long": [category("Data"), type, { Field: "eventName", Equals: ["x".repeat(2049)] }],
    "an unknown field": [category("Data"), type, { Field: "toString", Equals: ["x"] }],
    "501 values": [category("Data"), type, names(499)],
    "network activity without a source": [category("NetworkActivity")],
  };
  it.each(Object.entries(invalid))("%s: refused", (_, FieldSelectors) => {
    expect(problemOfAdvancedSelectors([{ FieldSelectors }])).toBeTypeOf("string");
  });

  it("count the values of all selectors together", () => {
    const half = { FieldSelectors: [category("Data"), type, names(249)] };
    expect(problemOfAdvancedSelectors([half, half])).toMatch(/limit of 500/);
  });
});

describe("selectors of event data stores", () => {
  const of = (...fields: AdvancedFieldSelector[]) => ({ FieldSelectors: fields });
  const finer: AdvancedFieldSelector[] = [
    { Field: "eventName", StartsWith: ["Get"] },
    { Field: "eventSource", EndsWith: ["amazonaws.com"] },
    { Field: "eventType", NotEquals: ["AwsServiceEvent"] },
    { Field: "userIdentity.arn", NotStartsWith: ["arn:aws:iam::1:"] },
    { Field: "sessionCredentialFromConsole", Equals: ["true"] },
    { Field: "readOnly", Equals: ["false"] },
  ];

  it.each(finer)("select management events by $Field, which a trail may not", (field) => {
    expect(problemOfStoreSelectors([of(category("Management"), field)])).toBeUndefined();
    expect(problemOfAdvancedSelectors([of(category("Management"), field)]) === undefined).toBe(
      field.Field === "readOnly",
    );
  });

  it("mix management, data and network events, which are of one kind", () => {
    const source = { Field: "eventSource", Equals: ["kms.amazonaws.com"] };
    const mixed = [of(category("Data"), type), of(category("Management")), of(category("NetworkActivity"), source)];
    expect(problemOfStoreSelectors(mixed)).toBeUndefined();
    expect(kindOfStore(mixed)).toBe("CloudTrail");
  });

  it.each(["Insight", "ActivityAuditLog", "ConfigurationItem", "Evidence"] as const)(
    "select %s events alone, by no other field, and with no other kind",
    (kind) => {
      expect(problemOfStoreSelectors([of(category(kind))])).toBeUndefined();
      expect(kindOfStore([of(category(kind))])).toBe(kind);
      expect(problemOfStoreSelectors([of(category(kind), finer[0]!)])).toBeTypeOf("string");
      expect(problemOfStoreSelectors([of(category(kind)), of(category("Management"))])).toMatch(/mix/);
      expect(problemOfStoreSelectors([of(category("Management")), of(category(kind))])).toMatch(/mix/);
    },
  );

  it("are five at most, with 500 values at most", () => {
    const management = of(category("Management"));
    expect(problemOfStoreSelectors(Array(5).fill(management))).toBeUndefined();
    expect(problemOfStoreSelectors(Array(6).fill(management))).toMatch(/at most 5/);
    expect(problemOfStoreSelectors([of(category("Data"), type, names(499))])).toMatch(/limit of 500/);
    expect(problemOfStoreSelectors([])).toBeTypeOf("string");
    expect(problemOfStoreSelectors([of(category("constructor"))])).toBeTypeOf("string");
  });
});

describe("basic selectors", () => {
  it("refuse data events of X-Ray, which only advanced selectors know", () => {
    const DataResources = [{ Type: "AWS::XRay::Trace", Values: ["arn:aws:xray"] }];
    expect(problemOfBasicSelectors([{ DataResources }])).toMatch(/DataResources.Type/);
  });

  it.each(["arn:aws:s3:::bucket", "arn:aws:s3:::*", "bucket/", "arn:aws:s3:::"])("of S3 objects: %s", (value) => {
    const problem = problemOfBasicSelectors([{ DataResources: [{ Type: "AWS::S3::Object", Values: [value] }] }]);
    expect(problem).toBe(value === "arn:aws:s3:::" ? undefined : `Value ${value} for DataResources.Values is invalid.`);
  });

  it("refuse a sixth selector, an unknown source, an unknown type and a 251st resource", () => {
    expect(problemOfBasicSelectors([])).toBeTypeOf("string");
    expect(problemOfBasicSelectors([{}, {}, {}, {}, {}])).toBeUndefined();
    expect(problemOfBasicSelectors([{}, {}, {}, {}, {}, {}])).toBeTypeOf("string");
    expect(problemOfBasicSelectors([{ ExcludeManagementEventSources: ["iam.amazonaws.com"] }])).toBeTypeOf("string");
    expect(problemOfBasicSelectors([{ ReadWriteType: "Reads" as "All" }])).toBeTypeOf("string");
    const Values = Array.from({ length: 251 }, (_, index) => `arn:aws:s3:::bucket/${index}`);
    expect(problemOfBasicSelectors([{ DataResources: [{ Type: "AWS::S3::Object", Values }] }])).toMatch(/250/);
  });
});
