import type { CallFacts, NodeId, RequestFacts, SegmentFacts, TraceFacts } from "../trace-facts.js";

/** Node of a name, a type and an account, each maybe absent. */
export const node = (name: string, type = "", accountId = ""): NodeId => ({ name, type, accountId });

const request: RequestFacts = {
  startUs: 0,
  endUs: 0,
  fault: false,
  error: false,
  throttle: false,
  httpStatus: 0,
  httpUrl: "",
  httpMethod: "",
};

export const segmentFacts = (of: NodeId, facts: Partial<SegmentFacts> = {}): SegmentFacts => ({
  ...request,
  root: false,
  inferred: false,
  httpUserAgent: "",
  httpClientIp: "",
  user: "",
  availabilityZone: "",
  instanceId: "",
  resourceArn: "",
  ...facts,
  node: of,
});

export const callFacts = (source: NodeId, target: NodeId, facts: Partial<CallFacts> = {}): CallFacts => ({
  ...request,
  link: false,
  eventAgeUs: 0,
  ...facts,
  source,
  target,
});

/** A trace of nothing. Its nodes are those of its segments and calls. */
export function traceFacts(facts: Partial<TraceFacts> = {}): TraceFacts {
  const { segments = [], calls = [] } = facts;
  const nodes = [
    ...segments.map((segment) => segment.node),
    ...calls.flatMap(({ source, target }) => [source, target]),
  ];
  const distinct = new Map(nodes.map((each) => [JSON.stringify(each), each]));
  return {
    traceId: "1-69000000-000000000000000000000001",
    timeMs: 1_761_607_680_000,
    startUs: 1_761_607_680_000_000,
    endUs: 1_761_607_680_000_000,
    durationMs: 0,
    responseMs: undefined,
    ok: false,
    fault: false,
    error: false,
    throttle: false,
    partial: false,
    httpStatus: 0,
    httpUrl: "",
    httpMethod: "",
    httpUserAgent: "",
    httpClientIp: "",
    nodes: [...distinct.values()],
    segments,
    calls,
    annotations: [],
    faultCauses: [],
    errorCauses: [],
    responseTimeCauses: [],
    ...facts,
  };
}

const start = 1_761_607_680_000_000;
const between = (fromMs: number, untilMs: number) => ({
  startUs: start + fromMs * 1000,
  endUs: start + untilMs * 1000,
});

/** POST /buy at a shop, which reads a table and is paid for by a service that fails; the shop copes. */
const shop = node("shop", "AWS::EC2::Instance");
const pay = node("pay");
const carts = node("carts", "AWS::DynamoDB::Table");
const buying = { httpStatus: 200, httpUrl: "http://shop.example.com/buy", httpMethod: "POST" };
const buyer = { httpUserAgent: "t/1", httpClientIp: "203.0.113.9" };
const purchase = traceFacts({
  durationMs: 300,
  responseMs: 300,
  ok: true,
  ...buying,
  ...buyer,
  segments: [
    segmentFacts(shop, { ...between(0, 300), ...buying, ...buyer, root: true, user: "u-100" }),
    segmentFacts(pay, { ...between(80, 260), fault: true, httpStatus: 503 }),
    segmentFacts(carts, { ...between(10, 60), httpStatus: 200, inferred: true }),
  ],
  calls: [
    callFacts(node("shop", "client"), shop, { ...between(0, 300), ...buying }),
    callFacts(shop, pay, {
      ...between(70, 270),
      fault: true,
      httpStatus: 503,
      httpUrl: "https://pay.example.com/charge",
      httpMethod: "POST",
    }),
    callFacts(shop, carts, { ...between(10, 60), httpStatus: 200 }),
  ],
  annotations: [{ key: "cart", value: "c1" }],
  faultCauses: [
    JSON.stringify({
      Services: [
        {
          Name: "shop",
          Names: ["shop"],
          Type: "AWS::EC2::Instance",
          EntityPath: [
            { Name: "shop", Exceptions: [], Remote: false },
            { Name: "pay.example.com", Exceptions: [], Remote: true },
          ],
          Inferred: false,
        },
        {
          Name: "pay",
          Names: ["pay"],
          Type: "",
          EntityPath: [
            { Name: "pay", Exceptions: [{ Name: "Timeout", Message: "bank did not answer" }], Remote: false },
          ],
          Inferred: false,
        },
      ],
      ClientImpacting: false,
    }),
  ],
});

/** GET /v3/cart/ at a front that fails for its users, slow, through functions, a full table and two accounts. */
const front = node("front", "AWS::EC2::Instance", "111111111111");
const orders = node("orders", "remote");
const invoke = node("resize", "AWS::Lambda");
const resize = node("resize", "AWS::Lambda::Function", "123456789012");
const viewing = { httpStatus: 500, httpUrl: "https://shop.example.com/v3/cart/7", httpMethod: "GET" };
const cart = traceFacts({
  traceId: "1-69000000-000000000000000000000002",
  durationMs: 4500,
  responseMs: 4200,
  fault: true,
  throttle: true,
  ...viewing,
  httpUserAgent: "Mozilla/5.0",
  httpClientIp: "2001:db8::1",
  segments: [
    segmentFacts(front, {
      ...between(0, 4200),
      ...viewing,
      fault: true,
      root: true,
      user: "u-200",
      availabilityZone: "eu-west-1b",
      instanceId: "i-0123456789abcdef0",
    }),
    segmentFacts(orders, { ...between(100, 1600), fault: true, httpStatus: 500, inferred: true }),
    segmentFacts(invoke, { ...between(1700, 4000), httpStatus: 200 }),
    segmentFacts(resize, {
      ...between(1800, 3900),
      error: true,
      user: "u-201",
      resourceArn: "arn:aws:lambda:eu-west-1:123456789012:function:resize",
    }),
    segmentFacts(carts, { ...between(1900, 1950), error: true, throttle: true, httpStatus: 400, inferred: true }),
  ],
  calls: [
    callFacts(node("front", "client"), front, { ...between(0, 4200), ...viewing, fault: true }),
    callFacts(front, orders, { ...between(90, 1610), fault: true, httpStatus: 500 }),
    callFacts(front, invoke, { ...between(1650, 4100), httpStatus: 200 }),
    callFacts(invoke, resize, { ...between(1800, 3900), error: true }),
    callFacts(resize, carts, { ...between(1890, 1960), error: true, throttle: true, httpStatus: 400 }),
  ],
  annotations: [
    { key: "items", value: 13 },
    { key: "beta", value: true },
    { key: "tier", value: "gold" },
    { key: "account", value: "12345" },
    { key: "aws.local.operation", value: "GET /orders" },
    { key: "aws.local.environment", value: "k8s:prod" },
    { key: "api_id", value: "abc" },
  ],
  faultCauses: [
    JSON.stringify({
      Services: [
        {
          Name: "front",
          Names: ["front"],
          AccountId: "111111111111",
          Type: "AWS::EC2::Instance",
          EntityPath: [
            { Name: "front", Exceptions: [], Remote: false },
            { Name: "render", Exceptions: [], Remote: false },
          ],
          Inferred: false,
        },
        {
          Name: "orders",
          Names: ["orders"],
          Type: "remote",
          EntityPath: [{ Name: "orders", Exceptions: [], Remote: false }],
          Inferred: true,
        },
      ],
      ClientImpacting: true,
    }),
    JSON.stringify({
      Services: [
        {
          Name: "front",
          Names: ["front"],
          AccountId: "111111111111",
          Type: "AWS::EC2::Instance",
          EntityPath: [
            { Name: "front", Exceptions: [], Remote: false },
            { Name: "render", Exceptions: [{ Name: "ParseError", Message: "no cart" }], Remote: false },
          ],
          Inferred: false,
        },
      ],
      ClientImpacting: true,
    }),
  ],
  errorCauses: [
    JSON.stringify({
      Services: [
        {
          Name: "resize",
          Names: ["resize"],
          AccountId: "123456789012",
          Type: "AWS::Lambda::Function",
          EntityPath: [
            { Name: "resize", Exceptions: [], Remote: false },
            { Name: "parse", Exceptions: [{ Name: "ValidationError", Message: "no width" }], Remote: false },
          ],
          Inferred: false,
        },
        {
          Name: "carts",
          Names: ["carts"],
          Type: "AWS::DynamoDB::Table",
          EntityPath: [{ Name: "DynamoDB", Exceptions: [], Remote: false }],
          Inferred: true,
        },
      ],
      ClientImpacting: false,
    }),
  ],
  responseTimeCauses: [
    JSON.stringify({
      Services: [
        {
          Name: "front",
          Names: ["front"],
          AccountId: "111111111111",
          Type: "AWS::EC2::Instance",
          EntityPath: [
            { Name: "front", Coverage: 1, Remote: false },
            { Name: "lambda.example.com", Coverage: 0.583, Remote: true },
          ],
          Inferred: false,
        },
        {
          Name: "resize",
          Names: ["resize"],
          Type: "AWS::Lambda",
          EntityPath: [{ Name: "resize", Coverage: 0.548, Remote: false }],
          Inferred: false,
        },
      ],
      ClientImpacting: true,
    }),
  ],
});

/** A health check that hardly says anything, answered at once. */
const probe = node("probe", "AWS::ECS::Fargate");
const checking = { httpStatus: 204, httpUrl: "https://shop.example.com/health", httpMethod: "GET" };
const health = traceFacts({
  traceId: "1-69000000-000000000000000000000003",
  durationMs: 20,
  responseMs: 20,
  ok: true,
  ...checking,
  httpUserAgent: "curl/8.5.0",
  segments: [segmentFacts(probe, { ...between(0, 20), ...checking, root: true, availabilityZone: "eu-west-1a" })],
  calls: [callFacts(node("probe", "client"), probe, { ...between(0, 20), ...checking })],
  annotations: [{ key: "beta", value: false }],
});

/** A consumer still at work on a message of a queue, refused once. Its root has not answered. */
const worker = node("worker", "AWS::ECS::Container");
const queue = node("jobs", "AWS::SQS::Queue");
const running = traceFacts({
  traceId: "1-69000000-000000000000000000000004",
  durationMs: 700,
  ok: true,
  partial: true,
  segments: [
    segmentFacts(worker, { startUs: start, endUs: undefined, root: true }),
    segmentFacts(queue, { ...between(0, 2), inferred: true }),
  ],
  calls: [
    callFacts(node("worker", "client"), worker, { startUs: start, endUs: undefined }),
    callFacts(worker, queue, { ...between(0, 3) }),
    callFacts(queue, worker, { ...between(0, 700), link: true, eventAgeUs: 40_000 }),
  ],
});

/** Traces by the names that the examples use. */
export const exampleTraces = { purchase, cart, health, running } as const;
export type ExampleTrace = keyof typeof exampleTraces;
