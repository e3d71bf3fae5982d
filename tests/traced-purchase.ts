import { randomBytes } from "node:crypto";

/**
 * One request through two instrumented services and a table: `shop` reads the table `carts` and asks `pay`, which fails;
 * the shop answers 200 all the same. It takes 0.3 s.
 *
 * @param startSeconds when it began; the trace id carries it too.
 */
export function tracedPurchase(startSeconds: number) {
  const traceId = `1-${Math.floor(startSeconds).toString(16).padStart(8, "0")}-${randomBytes(12).toString("hex")}`;
  const id = () => randomBytes(8).toString("hex");
  const at = (offset: number) => Math.round((startSeconds + offset) * 1000) / 1000;
  const request = { method: "POST", url: "http://shop.example.com/buy", client_ip: "203.0.113.9", user_agent: "t/1" };
  const payCall = id();
  const shop = {
    id: id(),
    trace_id: traceId,
    name: "shop",
    origin: "AWS::EC2::Instance",
    start_time: at(0),
    end_time: at(0.3),
    http: { request, response: { status: 200 } },
    annotations: { cart: "c1", items: 13, beta: true, "aws.local.operation": "x" },
    user: "u-100",
    subsegments: [
      {
        id: id(),
        name: "DynamoDB",
        namespace: "aws",
        start_time: at(0.01),
        end_time: at(0.06),
        aws: { operation: "GetItem", table_name: "carts", region: "eu-west-1" },
        http: { response: { status: 200 } },
      },
      {
        id: payCall,
        name: "pay.example.com",
        namespace: "remote",
        start_time: at(0.07),
        end_time: at(0.27),
        http: { request: { method: "POST", url: "https://pay.example.com/charge" }, response: { status: 503 } },
        fault: true,
      },
    ],
  };
  const pay = {
    id: id(),
    trace_id: traceId,
    parent_id: payCall,
    name: "pay",
    start_time: at(0.08),
    end_time: at(0.26),
    fault: true,
    http: { response: { status: 503 } },
    cause: { exceptions: [{ id: id(), type: "Timeout", message: "bank did not answer" }] },
  };
  return { traceId, documents: [shop, pay] };
}
