import { describe, expect, it } from "vitest";
import type { SegmentRow } from "../../storage/trace-store.js";
import { compileTrace } from "../compile-trace.js";
import { factsOf } from "../facts.js";
import { inferredIdOf } from "../inferred-id.js";
import { readSegmentDocument } from "../segment.js";
import { exampleTraces } from "./example-traces.fixture.js";
import { exampleGroups, examples } from "./examples.fixture.js";
import { inlineGroups } from "./inline-groups.js";
import { matches } from "./matches.js";
import { parseFilter } from "./parse-filter.js";

const traceId = "1-69000000-000000000000000000000001";
const T = 1_761_607_680;

/** The purchase of the examples as it is sent: a shop that reads a table, and a payment that fails. */
const shop = {
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
};

const pay = (message: string) => ({
  id: "4444444444444444",
  trace_id: traceId,
  parent_id: "3333333333333333",
  name: "pay",
  start_time: T + 0.08,
  end_time: T + 0.26,
  fault: true,
  http: { response: { status: 503 } },
  cause: { exceptions: [{ id: "aaaaaaaaaaaaaaaa", type: "Timeout", message }] },
});

function compiled(...documents: object[]) {
  const segments = documents.flatMap((document) => {
    const rows: SegmentRow[] = [];
    readSegmentDocument(JSON.stringify(document), {
      accept: (segment) => rows.push({ ...segment, receivedMs: T * 1000 }),
      reject: ({ message }) => expect.fail(message),
    });
    return rows;
  });
  return factsOf(compileTrace({ traceId, segments, truncated: false }, { nowMs: T * 1000, inferredIdOf }));
}

/** Acceptance facts 81-100 from documents to answers. */
describe("filters on a compiled trace", () => {
  const facts = compiled(shop, pay("bank did not answer"));
  const running = { ...shop, end_time: undefined, in_progress: true };

  it.each(Object.values(examples).flat())("$expression", ({ expression, finds }) => {
    const filter = inlineGroups(parseFilter(expression), exampleGroups);
    expect(matches(filter, facts)).toBe(finds.includes("purchase"));
    expect(matches(filter, facts)).toBe(matches(filter, exampleTraces.purchase));
  });

  it("know a root that is in progress by its lack of a response time", () => {
    const partial = compiled(running, pay("bank did not answer"));
    for (const expression of [
      "partial",
      "!responsetime",
      'service("shop") { !duration }',
      'edge("shop", "pay") { duration }',
    ])
      expect(matches(parseFilter(expression), partial), expression).toBe(true);
    for (const expression of ["responsetime >= 0", 'service("shop") { duration >= 0 }', 'edge("pay", "shop")'])
      expect(matches(parseFilter(expression), partial), expression).toBe(false);
  });

  it("find a message that was cut in the middle of a character", () => {
    const cut = compiled(shop, pay("no answer \ud83d"));
    const filter = parseFilter(
      'rootcause.fault.exception { message = "no answer \ud83d" and message BEGINSWITH "no " }',
    );
    expect(matches(filter, cut)).toBe(true);
    expect(cut.faultCauses.join()).not.toMatch(/\\ud83d/i);
  });
});
