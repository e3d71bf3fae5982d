import { randomBytes } from "node:crypto";
import { GetTraceSummariesCommand, PutTraceSegmentsCommand, type XRayClient } from "@aws-sdk/client-xray";
import { eventually } from "../start-dosimeter.js";

const customers = ["cust-ada", "cust-ben", "cust-cleo", "cust-dai"] as const;

export interface ShopVisit {
  readonly traceId: string;
  readonly customer: string;
  /** The payment failed, with an exception. */
  readonly failed: boolean;
}

/**
 * A web shop as four instrumented services would send it: `web` asks `cart`, which asks the table `carts`, and `payment`,
 * which asks a SQL database. Every seventh visit fails in `payment`, every fifth is slow there, every eleventh is
 * throttled. Visits are spread over the minutes before now, and searchable when this returns.
 */
export async function visitShop(
  xray: XRayClient,
  { visits = 60, minutes = 20 }: { visits?: number; minutes?: number } = {},
): Promise<readonly ShopVisit[]> {
  const nowSeconds = Date.now() / 1000;
  const made = Array.from({ length: visits }, (_, index) =>
    visit(index, nowSeconds - 15 - (minutes * 60 * index) / visits),
  );
  const documents = made.flatMap((each) => each.documents);
  for (let start = 0; start < documents.length; start += 48)
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents.slice(start, start + 48) }));
  const [StartTime, EndTime] = [new Date((nowSeconds - minutes * 60 - 60) * 1000), new Date(nowSeconds * 1000)];
  await eventually(async () => {
    const FilterExpression = 'service("web") AND service("cart") AND service("payment")';
    const found = await xray.send(new GetTraceSummariesCommand({ StartTime, EndTime, FilterExpression }));
    return (found.TraceSummaries?.length ?? 0) >= visits;
  }, "the shop's traces");
  return made;
}

function visit(index: number, startSeconds: number): ShopVisit & { documents: string[] } {
  const traceId = `1-${Math.floor(startSeconds).toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
  const id = () => randomBytes(8).toString("hex");
  const at = (offset: number) => Math.round((startSeconds + offset) * 1e6) / 1e6;
  const failed = index % 7 === 3;
  const throttled = index % 11 === 5;
  const customer = customers[index % customers.length]!;
  const pay = index % 5 === 2 ? 1.2 : 0.15 + (index % 10) / 100;
  const [toCart, toPayment] = [id(), id()];
  const status = failed ? 502 : throttled ? 429 : 200;
  const flags = failed ? { fault: true } : throttled ? { error: true, throttle: true } : {};
  const service = (name: string) => ({
    trace_id: traceId,
    name,
    origin: "AWS::ECS::Container",
    service: { version: "7" },
  });
  const web = {
    ...service("web"),
    id: id(),
    start_time: at(0),
    end_time: at(0.15 + pay),
    ...flags,
    http: {
      request: {
        method: index % 3 === 0 ? "GET" : "POST",
        url: `http://shop.example.com/${index % 3 === 0 ? "cart" : "checkout"}`,
        client_ip: "203.0.113.7",
        user_agent: "Mozilla/5.0",
      },
      response: { status },
    },
    user: `user-${index % 6}`,
    annotations: { customer, basket: 20 + index, member: index % 2 === 0 },
    metadata: { shop: { theme: "winter", experiment: { name: "one-page", arm: index % 2 } } },
    subsegments: [
      {
        id: toCart,
        name: "cart",
        namespace: "remote",
        start_time: at(0.01),
        end_time: at(0.09),
        http: { request: { method: "GET", url: "http://cart/items" }, response: { status: 200 } },
      },
      {
        id: toPayment,
        name: "payment",
        namespace: "remote",
        start_time: at(0.1),
        end_time: at(0.1 + pay),
        ...flags,
        http: { request: { method: "POST", url: "http://payment/charge" }, response: { status } },
      },
    ],
  };
  const cart = {
    ...service("cart"),
    id: id(),
    parent_id: toCart,
    start_time: at(0.015),
    end_time: at(0.085),
    http: { request: { method: "GET", url: "http://cart/items" }, response: { status: 200 } },
    subsegments: [
      {
        id: id(),
        name: "DynamoDB",
        namespace: "aws",
        start_time: at(0.02),
        end_time: at(0.06),
        aws: {
          operation: "GetItem",
          table_name: "carts",
          region: "us-east-1",
          request_id: randomBytes(6).toString("hex"),
        },
        http: { response: { status: 200 } },
      },
    ],
  };
  const exceptionId = id();
  const payment = {
    ...service("payment"),
    id: id(),
    parent_id: toPayment,
    start_time: at(0.105),
    end_time: at(0.095 + pay),
    ...flags,
    http: { request: { method: "POST", url: "http://payment/charge" }, response: { status } },
    ...(failed && {
      cause: {
        working_directory: "/srv/payment",
        exceptions: [
          {
            id: exceptionId,
            type: "BankTimeout",
            message: "the bank did not answer within 1 s",
            stack: [
              { path: "charge.js", line: 41, label: "charge" },
              { path: "server.js", line: 12, label: "handle" },
            ],
          },
        ],
      },
    }),
    subsegments: [
      {
        id: id(),
        name: "ledger@db.example.com",
        namespace: "remote",
        start_time: at(0.11),
        end_time: at(0.09 + pay),
        sql: {
          url: "jdbc:postgresql://db.example.com:5432/ledger",
          database_type: "PostgreSQL",
          database_version: "15.4",
          user: "payment",
          sanitized_query: "INSERT INTO charges (customer, cents) VALUES (?, ?)",
        },
      },
    ],
  };
  return { traceId, customer, failed, documents: [web, cart, payment].map((document) => JSON.stringify(document)) };
}
