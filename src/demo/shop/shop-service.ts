import http from "node:http";
import AWSXRay from "aws-xray-sdk";

/** What a service of the shop answers to one request. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One kind of request that a service answers. */
export type Handler = (request: { readonly path: string; readonly query: URLSearchParams }) => Promise<Answer>;

/**
 * Serves HTTP as a plain `node:http` server, traced by the AWS X-Ray SDK the way its documentation says: a segment a
 * request, a subsegment a call to another service. The SDK finds the daemon through `AWS_XRAY_DAEMON_ADDRESS`.
 *
 * @returns the port it listens on.
 */
export function serveShop(name: string, handler: Handler): Promise<number> {
  // `true`: the services called are traced too, so their segments stand for the calls.
  AWSXRay.captureHTTPsGlobal(http, true);
  const openSegment = AWSXRay.express.openSegment(name) as unknown as Middleware;

  const server = http.createServer((request, response) =>
    openSegment(request, response, () => {
      const url = new URL(request.url ?? "/", "http://shop");
      handler({ path: url.pathname, query: url.searchParams })
        .catch((problem: Error) => {
          AWSXRay.getSegment()?.addError(problem);
          return { status: 500, body: { message: problem.message } };
        })
        .then(({ status, body }) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        });
    }),
  );
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
}

/** Calls another service of the shop. */
export function callShop(port: number, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 500, body: JSON.parse(text) }));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

/** Runs part of a request as a subsegment of its own. */
export function traced<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  return AWSXRay.captureAsyncFunc(name, async (subsegment) => {
    try {
      const result = await work();
      subsegment?.close();
      return result;
    } catch (problem) {
      subsegment?.close(problem as Error);
      throw problem;
    }
  });
}

/** Makes a fact of the request findable. */
export function annotate(key: string, value: string | number | boolean): void {
  const segment = AWSXRay.getSegment();
  if (segment !== undefined && "addAnnotation" in segment) segment.addAnnotation(key, value);
}

type Middleware = (request: http.IncomingMessage, response: http.ServerResponse, next: () => void) => void;
