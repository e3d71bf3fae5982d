import type { AdvancedFieldSelector, EventSelector } from "@aws-sdk/client-cloudtrail";
import { describe, expect, it } from "vitest";
import { defaultSelectors } from "../../../src/audit/selectors/selectors.js";
import { selectorsInWords } from "./selectors-in-words.js";

const advanced = (...fields: AdvancedFieldSelector[]) =>
  selectorsInWords({ kind: "advanced", selectors: [{ FieldSelectors: fields }] })[0];
const basic = (selector: EventSelector) => selectorsInWords({ kind: "basic", selectors: [selector] });
const category = (value: string): AdvancedFieldSelector => ({ Field: "eventCategory", Equals: [value] });
const traces = [category("Data"), { Field: "resources.type", Equals: ["AWS::XRay::Trace"] }];

describe("advanced selectors in words", () => {
  it("name what is called, and everything of it where nothing narrows it", () => {
    expect(advanced(...traces)).toBe("Calls on X-Ray traces, all of them");
    expect(advanced(category("Management"))).toBe("Management events, all of them");
    expect(advanced(category("Data"), { Field: "resources.type", Equals: ["AWS::New::Thing"] })).toBe(
      "Calls on resources of type AWS::New::Thing, all of them",
    );
    expect(advanced(category("NetworkActivity"), { Field: "eventSource", Equals: ["kms.amazonaws.com"] })).toBe(
      "Network activity events whose service is kms.amazonaws.com",
    );
    expect(advanced(category("Insight"))).toBe("Insights events, all of them");
    expect(advanced(category("constructor"))).toBe("Events of category constructor, all of them");
  });

  it("tell reads from writes", () => {
    expect(advanced(...traces, { Field: "readOnly", Equals: ["true"] })).toBe("Calls on X-Ray traces that only read");
    expect(advanced(...traces, { Field: "readOnly", Equals: ["false"] })).toBe("Calls on X-Ray traces that write");
    expect(advanced(...traces, { Field: "readOnly", Equals: ["true", "false"] })).toBe(
      "Calls on X-Ray traces that read or write",
    );
  });

  it("say every operator: what selects pools, what excludes is taken away", () => {
    expect(
      advanced(...traces, {
        Field: "eventName",
        Equals: ["A", "B"],
        StartsWith: ["Get"],
        EndsWith: ["s"],
        NotEquals: ["C"],
        NotStartsWith: ["Put", "Delete", "List"],
        NotEndsWith: ["x"],
      }),
    ).toBe(
      "Calls on X-Ray traces whose name is A or B or begins with Get or ends with s and is not C and does not begin with Put, Delete or List and does not end with x",
    );
  });

  it.each([
    ["eventSource", "service"],
    ["eventType", "event type"],
    ["resources.ARN", "resource's ARN"],
    ["userIdentity.arn", "caller's ARN"],
    ["errorCode", "error code"],
    ["vpcEndpointId", "VPC endpoint"],
  ])("name the field %s", (Field, name) => {
    expect(advanced(...traces, { Field, NotEquals: ["x"] })).toBe(`Calls on X-Ray traces whose ${name} is not x`);
  });

  it("say where a session comes from, and join several conditions", () => {
    const fromConsole = { Field: "sessionCredentialFromConsole" };
    expect(advanced(...traces, { ...fromConsole, Equals: ["true"] }, { Field: "readOnly", Equals: ["true"] })).toBe(
      "Calls on X-Ray traces made with a session of the console, and that only read",
    );
    expect(advanced(...traces, { ...fromConsole, NotEquals: ["true"] })).toMatch(/not made with a session/);
  });
});

describe("basic selectors in words", () => {
  it("say the default, reads, writes and sources that are left out", () => {
    expect(selectorsInWords(defaultSelectors)).toEqual(["Management events, all of them"]);
    expect(basic({ ReadWriteType: "ReadOnly" })).toEqual(["Management events that only read"]);
    expect(basic({ ReadWriteType: "WriteOnly", ExcludeManagementEventSources: ["kms.amazonaws.com", "b"] })).toEqual([
      "Management events that write, except those of kms.amazonaws.com and b",
    ]);
    expect(basic({ IncludeManagementEvents: false })).toEqual(["Nothing"]);
  });

  it("say data resources: all, by prefix, by ARN, or none", () => {
    const of = (Type: string, Values: string[], more: EventSelector = {}) =>
      basic({ IncludeManagementEvents: false, DataResources: [{ Type, Values }], ...more })[0];
    expect(of("AWS::S3::Object", ["arn:aws:s3"])).toBe("Calls on S3 objects, all of them");
    expect(of("AWS::S3::Object", ["arn:aws:s3:::"], { ReadWriteType: "ReadOnly" })).toBe(
      "Calls on S3 objects that only read",
    );
    expect(of("AWS::S3::Object", ["arn:aws:s3:::a/", "arn:aws:s3:::b/"])).toBe(
      "Calls on S3 objects whose ARN begins with arn:aws:s3:::a/ or arn:aws:s3:::b/",
    );
    expect(of("AWS::Lambda::Function", ["arn:aws:lambda:r:1:function:f"], { ReadWriteType: "WriteOnly" })).toBe(
      "Calls on Lambda functions that write, and whose ARN is arn:aws:lambda:r:1:function:f",
    );
    expect(of("AWS::S3::Object", [])).toBe("Calls on S3 objects, but none is named");
  });
});
