import type { AdvancedEventSelector, AdvancedFieldSelector } from "@aws-sdk/client-cloudtrail";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileSelectors } from "./compile.js";
import { operators, type SelectableEvent } from "./selectors.js";
import { problemOfAdvancedSelectors } from "./validate-advanced.js";

interface Facts {
  readonly category: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly readOnly: boolean;
  readonly type?: string;
  readonly ARN?: string;
  readonly userArn?: string;
}

function event(facts: Partial<Facts> = {}): SelectableEvent {
  const {
    category = "Data",
    eventSource = "xray.amazonaws.com",
    eventName = "PutTraceSegments",
    readOnly = false,
  } = facts;
  const record = {
    eventType: "AwsApiCall",
    userIdentity: { arn: facts.userArn },
    ...(facts.type && { resources: [{ type: facts.type, ...(facts.ARN && { ARN: facts.ARN }) }] }),
  };
  return { category, eventSource, eventName, readOnly, record: JSON.stringify(record) };
}

const data = (...more: AdvancedFieldSelector[]): AdvancedEventSelector => ({
  FieldSelectors: [
    { Field: "eventCategory", Equals: ["Data"] },
    { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
    ...more,
  ],
});

const advanced = (...selectors: AdvancedEventSelector[]) => compileSelectors({ kind: "advanced", selectors });
const trace = { type: "AWS::XRay::Trace" };

describe("advanced event selectors", () => {
  it("select one call and not another by eventName", () => {
    const selects = advanced(data({ Field: "eventName", Equals: ["PutTraceSegments"] }));
    expect(selects(event(trace))).toBe(true);
    expect(selects(event({ ...trace, eventName: "BatchGetTraces" }))).toBe(false);
    expect(selects(event({ ...trace, category: "Management" }))).toBe(false);
    expect(selects(event({ type: "AWS::S3::Object" }))).toBe(false);
    expect(selects(event())).toBe(false);
  });

  it("drop an event that is excluded even if it begins as wanted (fact 38)", () => {
    const selects = advanced(data({ Field: "eventName", NotEquals: ["GetA"], StartsWith: ["Get"] }));
    expect(selects(event({ ...trace, eventName: "GetA" }))).toBe(false);
    expect(selects(event({ ...trace, eventName: "GetB" }))).toBe(true);
    expect(selects(event({ ...trace, eventName: "PutB" }))).toBe(false);
  });

  it("pool what selects, and let what excludes veto", () => {
    const selects = advanced(
      data({
        Field: "resources.ARN",
        StartsWith: ["arn:x/a"],
        Equals: ["arn:x/b1"],
        NotEndsWith: [".tmp"],
        NotStartsWith: ["arn:x/a/secret"],
      }),
    );
    const selected = ["arn:x/a/x", "arn:x/b1", "arn:x/a/x.tmp", "arn:x/a/secret/1", "arn:x/c"].filter((ARN) =>
      selects(event({ ...trace, ARN })),
    );
    expect(selected).toEqual(["arn:x/a/x", "arn:x/b1"]);
  });

  it("neither select nor exclude by a field that the record lacks", () => {
    expect(advanced(data({ Field: "userIdentity.arn", NotEquals: ["arn:me"] }))(event(trace))).toBe(true);
    expect(advanced(data({ Field: "userIdentity.arn", StartsWith: ["arn"] }))(event(trace))).toBe(false);
  });

  it("agree with a model that does the plainest thing", () => {
    const word = fc.constantFrom("Get", "GetA", "GetB", "Put", "A", "B");
    const words = fc.option(fc.array(word, { minLength: 1, maxLength: 2 }), { nil: undefined });
    const field = fc.record({
      Field: fc.constantFrom("eventName", "eventSource", "userIdentity.arn", "resources.ARN"),
      Equals: words,
      StartsWith: words,
      EndsWith: words,
      NotEquals: words,
      NotStartsWith: words,
      NotEndsWith: words,
    });
    const selector = fc
      .uniqueArray(field, { maxLength: 3, selector: ({ Field }) => Field })
      .map((fields) => data(...fields));
    const facts = fc.record({
      category: fc.constantFrom("Data", "Management"),
      eventSource: word,
      eventName: word,
      readOnly: fc.boolean(),
      type: fc.constantFrom("AWS::XRay::Trace", "AWS::S3::Object"),
      ARN: fc.option(word, { nil: undefined }),
      userArn: fc.option(word, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(selector, { minLength: 1, maxLength: 3 }), facts, (selectors, given) => {
        expect(advanced(...selectors)(event(given))).toBe(selectors.some((each) => model(each, given)));
      }),
      { numRuns: 2000 },
    );
  });
});

/** The semantics of the User Guide, word by word. */
function model(selector: AdvancedEventSelector, facts: Facts): boolean {
  return (selector.FieldSelectors ?? []).every((field) => {
    const value = {
      eventCategory: facts.category,
      "resources.type": facts.type,
      eventName: facts.eventName,
      eventSource: facts.eventSource,
      "userIdentity.arn": facts.userArn,
      "resources.ARN": facts.type === "AWS::XRay::Trace" ? facts.ARN : undefined,
    }[field.Field as string];
    const holds = {
      Equals: (wanted: string) => value === wanted,
      StartsWith: (wanted: string) => value?.slice(0, wanted.length) === wanted,
      EndsWith: (wanted: string) =>
        value !== undefined &&
        value.lastIndexOf(wanted) === value.length - wanted.length &&
        value.length >= wanted.length,
    };
    const anyOf = (operator: keyof typeof holds, values?: string[]) =>
      (values ?? []).some((wanted) => holds[operator](wanted));
    const selecting = [field.Equals, field.StartsWith, field.EndsWith].some((values) => values !== undefined);
    const selected =
      anyOf("Equals", field.Equals) || anyOf("StartsWith", field.StartsWith) || anyOf("EndsWith", field.EndsWith);
    const vetoed =
      anyOf("Equals", field.NotEquals) ||
      anyOf("StartsWith", field.NotStartsWith) ||
      anyOf("EndsWith", field.NotEndsWith);
    return (!selecting || selected) && !vetoed;
  });
}

describe("basic event selectors", () => {
  const basic = (selector: object) => compileSelectors({ kind: "basic", selectors: [selector] });
  const management = { category: "Management", eventSource: "xray.amazonaws.com" };

  it("tell reads from writes", () => {
    const selects = basic({ ReadWriteType: "WriteOnly" });
    expect(selects(event({ ...management, readOnly: false }))).toBe(true);
    expect(selects(event({ ...management, readOnly: true }))).toBe(false);
  });

  it("leave out excluded sources, and data events that are not named", () => {
    const selects = basic({ ExcludeManagementEventSources: ["kms.amazonaws.com"] });
    expect(selects(event({ ...management, eventSource: "kms.amazonaws.com" }))).toBe(false);
    expect(selects(event(management))).toBe(true);
    expect(selects(event(trace))).toBe(false);
  });

  it("name objects by bucket, prefix or all", () => {
    const object = { type: "AWS::S3::Object", ARN: "arn:aws:s3:::logs/a/b" };
    const of = (value: string) =>
      basic({ IncludeManagementEvents: false, DataResources: [{ Type: "AWS::S3::Object", Values: [value] }] });
    expect(of("arn:aws:s3")(event(object))).toBe(true);
    expect(of("arn:aws:s3:::logs/")(event(object))).toBe(true);
    expect(of("arn:aws:s3:::logs/b")(event(object))).toBe(false);
    expect(of("arn:aws:s3:::other/")(event(object))).toBe(false);
    expect(of("arn:aws:s3")(event(management))).toBe(false);
  });
});

it("every field that validation accepts can be compiled", () => {
  const named = ["eventCategory", "resources.type", "readOnly", "eventSource", "eventName", "eventType", "errorCode"];
  const fields = [...named, "resources.ARN", "userIdentity.arn", "sessionCredentialFromConsole", "vpcEndpointId"];
  for (const category of ["Management", "Data", "NetworkActivity"])
    for (const Field of fields)
      for (const operator of operators)
        for (const value of ["true", "kms.amazonaws.com", "VpceAccessDenied"]) {
          const selector = {
            FieldSelectors: [
              { Field: "eventCategory", Equals: [category] },
              ...(category === "Data" ? [{ Field: "resources.type", Equals: ["AWS::XRay::Trace"] }] : []),
              ...(category === "NetworkActivity" ? [{ Field: "eventSource", Equals: ["a.amazonaws.com"] }] : []),
              { Field, [operator]: [value] },
            ],
          };
          if (problemOfAdvancedSelectors([selector]) === undefined)
            expect(() => advanced(selector)(event({ category, ...trace }))).not.toThrow();
        }
});
