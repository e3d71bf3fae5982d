import { describe, expect, it } from "vitest";
import { compileTrace } from "./compile-trace.js";
import { factsOf } from "./facts.js";
import { type AcceptedSegment, readSegmentDocument } from "./segment.js";
import { indexedSummaryOf } from "./summary.js";

const traceId = "1-69000000-000000000000000000000001";
const T = 1761607680;
const root = { id: "1111111111111111", trace_id: traceId, name: "shop", start_time: T, end_time: T + 1 };
const sub = (id: string, more: object = {}) => ({
  id,
  name: `s${id[0]}`,
  start_time: T + 0.1,
  end_time: T + 0.2,
  ...more,
});

function compile(...documents: unknown[]) {
  const accepted: AcceptedSegment[] = [];
  for (const document of documents)
    readSegmentDocument(JSON.stringify(document), {
      accept: (segment) => accepted.push(segment),
      reject: ({ errorCode }) => {
        throw new Error(errorCode);
      },
    });
  const segments = accepted.map((segment) => ({ ...segment, receivedMs: T * 1000 }));
  const inferredIdOf = (_: string, id: string) => `0${id.slice(1)}`;
  return compileTrace({ traceId, segments, truncated: false }, { nowMs: T * 1000, inferredIdOf });
}

/** As GetTraceSummaries answers: what the index keeps beside a summary is put into it. */
function summarise(...documents: unknown[]) {
  const trace = compile(...documents);
  const { faultCauses, errorCauses, responseTimeCauses } = factsOf(trace);
  const parsed = (causes: readonly string[]) => causes.map((cause) => JSON.parse(cause));
  return {
    ...JSON.parse(indexedSummaryOf(trace)),
    FaultRootCauses: parsed(faultCauses),
    ErrorRootCauses: parsed(errorCauses),
    ResponseTimeRootCauses: parsed(responseTimeCauses),
  };
}

describe("the worked example", () => {
  const shop = { Name: "shop", Names: ["shop"], Type: "AWS::EC2::Instance" };
  const summary = summarise(
    {
      id: "1111111111111111",
      trace_id: traceId,
      name: "shop",
      origin: "AWS::EC2::Instance",
      start_time: T,
      end_time: T + 0.3,
      http: {
        request: { method: "POST", url: "http://shop.example.com/buy", client_ip: "203.0.113.9", user_agent: "t/1" },
        response: { status: 200 },
      },
      annotations: { cart: "c1" },
      user: "u-100",
      subsegments: [
        {
          id: "2222222222222222",
          name: "DynamoDB",
          namespace: "aws",
          start_time: T + 0.01,
          end_time: T + 0.06,
          aws: { operation: "GetItem", table_name: "carts", region: "eu-west-1" },
          http: { response: { status: 200 } },
        },
        {
          id: "3333333333333333",
          name: "pay.example.com",
          namespace: "remote",
          start_time: T + 0.07,
          end_time: T + 0.27,
          http: { request: { method: "POST", url: "https://pay.example.com/charge" }, response: { status: 503 } },
          fault: true,
        },
      ],
    },
    {
      id: "4444444444444444",
      trace_id: traceId,
      parent_id: "3333333333333333",
      name: "pay",
      start_time: T + 0.08,
      end_time: T + 0.26,
      fault: true,
      http: { response: { status: 503 } },
      cause: { exceptions: [{ id: "aaaaaaaaaaaaaaaa", type: "Timeout", message: "bank did not answer" }] },
    },
  );

  it("is summarised as the reference has it", () => {
    expect(summary).toEqual({
      Id: traceId,
      StartTime: T,
      Duration: 0.3,
      ResponseTime: 0.3,
      HasFault: false,
      HasError: false,
      HasThrottle: false,
      IsPartial: false,
      Http: {
        HttpURL: "http://shop.example.com/buy",
        HttpStatus: 200,
        HttpMethod: "POST",
        UserAgent: "t/1",
        ClientIp: "203.0.113.9",
      },
      Annotations: { cart: [{ AnnotationValue: { StringValue: "c1" }, ServiceIds: [shop] }] },
      Users: [{ UserName: "u-100", ServiceIds: [shop] }],
      ServiceIds: expect.arrayContaining([
        shop,
        { Name: "pay", Names: ["pay"] },
        { Name: "carts", Names: ["carts"], Type: "AWS::DynamoDB::Table" },
        { Name: "shop", Names: ["shop"], Type: "client" },
      ]),
      ResourceARNs: [],
      InstanceIds: [],
      AvailabilityZones: [],
      EntryPoint: shop,
      FaultRootCauses: [
        {
          ClientImpacting: false,
          Services: [
            {
              ...shop,
              Inferred: false,
              EntityPath: [
                { Name: "shop", Exceptions: [], Remote: false },
                { Name: "pay.example.com", Exceptions: [], Remote: true },
              ],
            },
            {
              Name: "pay",
              Names: ["pay"],
              Type: "",
              Inferred: false,
              EntityPath: [
                { Name: "pay", Exceptions: [{ Name: "Timeout", Message: "bank did not answer" }], Remote: false },
              ],
            },
          ],
        },
      ],
      ErrorRootCauses: [],
      ResponseTimeRootCauses: [],
      Revision: 2,
    });
    expect(summary.ServiceIds).toHaveLength(4);
  });
});

describe("a summary", () => {
  it("of a bare segment has empty lists and objects, not absent ones", () => {
    expect(summarise(root)).toMatchObject({
      Http: {},
      Annotations: {},
      Users: [],
      FaultRootCauses: [],
      ErrorRootCauses: [],
      ResponseTimeRootCauses: [],
      Revision: 1,
    });
  });

  it("has the flags of the root alone, and the throttle of any", () => {
    const failing = { ...root, id: "2222222222222222", parent_id: "3333333333333333", fault: true, throttle: true };
    expect(summarise(root, failing)).toMatchObject({ HasFault: false, HasThrottle: true });
    expect(summarise({ ...root, fault: true, http: { response: { status: 500 } } })).toMatchObject({
      HasFault: true,
      HasError: false,
    });
    expect(summarise({ ...root, error: true, http: { response: { status: 200 } } })).toMatchObject({ HasError: true });
  });

  it.each([
    [429, { HasError: true, HasThrottle: true, HasFault: false }],
    [404, { HasError: true, HasThrottle: false, HasFault: false }],
    [503, { HasError: false, HasThrottle: false, HasFault: true }],
    [200, { HasError: false, HasThrottle: false, HasFault: false }],
  ])("without flags goes by the status %d", (status, flags) => {
    expect(summarise({ ...root, http: { response: { status } } })).toMatchObject(flags);
  });

  it("goes by a flag that was sent, whatever the status", () => {
    expect(summarise({ ...root, fault: false, http: { response: { status: 500 } } }).HasFault).toBe(false);
  });

  it("has the root's length as response time while later work counts for the duration", () => {
    const later = { ...root, id: "2222222222222222", parent_id: root.id, start_time: T + 2, end_time: T + 3.00049 };
    expect(summarise(root, later)).toMatchObject({ ResponseTime: 1, Duration: 3 });
  });

  it("of a root in progress has no response time and is partial", () => {
    const summary = summarise({ ...root, end_time: undefined, in_progress: true });
    expect(summary.IsPartial).toBe(true);
    expect(summary).not.toHaveProperty("ResponseTime");
  });

  it("has annotations by type and value, each with the services that carried it", () => {
    const other = {
      ...root,
      id: "2222222222222222",
      name: "pay",
      parent_id: "3333333333333333",
      annotations: { a: "x", n: 1 },
    };
    const { Annotations } = summarise(
      {
        ...root,
        annotations: { a: "x", b: true },
        subsegments: [sub("3333333333333333", { annotations: { n: 1.5 } })],
      },
      other,
    );
    const shop = { Name: "shop", Names: ["shop"] };
    const pay = { Name: "pay", Names: ["pay"] };
    expect(Annotations).toEqual({
      a: [{ AnnotationValue: { StringValue: "x" }, ServiceIds: [shop, pay] }],
      b: [{ AnnotationValue: { BooleanValue: true }, ServiceIds: [shop] }],
      n: [
        { AnnotationValue: { NumberValue: 1.5 }, ServiceIds: [shop] },
        { AnnotationValue: { NumberValue: 1 }, ServiceIds: [pay] },
      ],
    });
  });

  it("indexes 50 annotations a trace", () => {
    const annotations = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, index]));
    expect(Object.keys(summarise({ ...root, annotations }).Annotations!)).toHaveLength(50);
  });

  it("has the resources, instances and zones once each", () => {
    const aws = { ec2: { instance_id: "i-1", availability_zone: "a" }, account_id: "123456789012" };
    const summary = summarise(
      { ...root, resource_arn: "arn:1", aws },
      { ...root, id: "2222222222222222", resource_arn: "arn:1", aws: { ecs: { availability_zone: "b" } } },
    );
    expect(summary).toMatchObject({
      ResourceARNs: [{ ARN: "arn:1" }],
      InstanceIds: [{ Id: "i-1" }],
      AvailabilityZones: [{ Name: "a" }, { Name: "b" }],
      EntryPoint: { Name: "shop", AccountId: "123456789012" },
    });
  });

  it("names a remote call without a segment of its own as a service of type remote", () => {
    const { ServiceIds } = summarise({
      ...root,
      subsegments: [sub("2222222222222222", { namespace: "remote", name: "x.example" })],
    });
    expect(ServiceIds).toContainEqual({ Name: "x.example", Names: ["x.example"], Type: "remote" });
  });

  it("of detached subsegments alone has no entry point", () => {
    const summary = summarise({
      ...sub("2222222222222222", { annotations: { a: 1 } }),
      trace_id: traceId,
      type: "subsegment",
      parent_id: root.id,
    });
    expect(summary).not.toHaveProperty("EntryPoint");
    expect(summary).toMatchObject({ IsPartial: true, ServiceIds: [], HasFault: false, Http: {} });
  });
});

describe("root causes", () => {
  it("are those of the longest chains, however many there are", () => {
    const segments = Array.from({ length: 300 }, (_, index) => ({
      ...root,
      id: (index + 1).toString(16).padStart(16, "0"),
      ...(index > 0 && { parent_id: (index % 2 === 0 ? index - 1 : 1).toString(16).padStart(16, "0") }),
      name: `n${index}`,
      fault: true,
    }));
    const { FaultRootCauses } = summarise(...segments.map((segment) => JSON.parse(JSON.stringify(segment))));
    expect(FaultRootCauses).toHaveLength(5);
    const lengths = FaultRootCauses.map(({ Services }: { Services: unknown[] }) => Services.length);
    expect(lengths).toEqual(lengths.toSorted((a: number, b: number) => b - a));
    expect(lengths[0]).toBeGreaterThan(2);
  });

  it("of a slow Lambda function lead to its cold start", () => {
    const summary = summarise(
      { ...root, name: "fn", origin: "AWS::Lambda", end_time: T + 2.894 },
      {
        ...root,
        id: "2222222222222222",
        parent_id: root.id,
        name: "fn",
        origin: "AWS::Lambda::Function",
        aws: { account_id: "123456789012" },
        start_time: T + 0.2,
        end_time: T + 2.697,
        subsegments: [
          sub("3333333333333333", { name: "Initialization", start_time: T + 0.2, end_time: T + 2.697 }),
          sub("4444444444444444"),
        ],
      },
    );
    expect(summary.ResponseTimeRootCauses).toEqual([
      {
        ClientImpacting: true,
        Services: [
          {
            Name: "fn",
            Names: ["fn"],
            Type: "AWS::Lambda",
            Inferred: false,
            EntityPath: [{ Name: "fn", Coverage: 1, Remote: false }],
          },
          {
            Name: "fn",
            Names: ["fn"],
            Type: "AWS::Lambda::Function",
            AccountId: "123456789012",
            Inferred: false,
            EntityPath: [
              { Name: "fn", Coverage: 0.863, Remote: false },
              { Name: "Initialization", Coverage: 0.863, Remote: false },
            ],
          },
        ],
      },
    ]);
  });

  it("are not given for a root that is flagged and says nothing of the cause", () => {
    expect(summarise({ ...root, error: true }).ErrorRootCauses).toEqual([]);
    const cause = { exceptions: [{ type: "X", message: "m" }] };
    expect(summarise({ ...root, error: true, cause }).ErrorRootCauses).toMatchObject([{ ClientImpacting: true }]);
  });

  it("end at the service that was called but did not report", () => {
    const call = sub("2222222222222222", { name: "x.example", namespace: "remote", fault: true });
    const [cause] = summarise({
      ...root,
      fault: true,
      subsegments: [sub("5555555555555555", { fault: true, subsegments: [call] })],
    }).FaultRootCauses!;
    expect(cause).toMatchObject({
      ClientImpacting: true,
      Services: [
        { Name: "shop", EntityPath: [{ Name: "shop" }, { Name: "s5" }, { Name: "x.example", Remote: true }] },
        { Name: "x.example", Type: "remote", Inferred: true },
      ],
    });
  });

  it("are at most five", () => {
    const subsegments = Array.from({ length: 9 }, (_, index) =>
      sub(`${index + 2}`.repeat(16).slice(0, 16), { namespace: "remote", fault: true }),
    );
    expect(summarise({ ...root, subsegments }).FaultRootCauses).toHaveLength(5);
  });

  it("survive segments that are each other's parents", () => {
    const ring = [
      { ...root, id: "2222222222222222", parent_id: "3333333333333333", fault: true, end_time: T + 5 },
      { ...root, id: "3333333333333333", parent_id: "2222222222222222", fault: true, end_time: T + 5 },
    ];
    expect(() => summarise(...ring)).not.toThrow();
  });
});
