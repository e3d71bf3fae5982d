import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningHttpServer, startHttpServer } from "./http-server.js";
import { type FixtureOptions, type GatewayFixture, startGateway } from "./testing/gateway-fixture.js";
import { signed } from "./testing/signed-request.js";
import { answering, objectOperations, s3Service, xrayService } from "./testing/test-services.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const start = async (options: Partial<FixtureOptions> = {}): Promise<GatewayFixture> => {
  const services = [xrayService([answering("PutTraceSegments", () => ({ UnprocessedTraceSegments: [] }))])];
  const fixture = await startGateway({ services, ...options });
  closing.push(() => fixture.close());
  return fixture;
};

function converse(
  port: number,
  text: string,
): { socket: Socket; until: (what: string) => Promise<string>; closed: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  let heard = "";
  const closed = new Promise<string>((resolve) => {
    socket.on("close", () => resolve(heard));
    socket.on("error", () => resolve(heard));
  });
  socket.on("data", (bytes) => {
    heard += bytes.toString("latin1");
    socket.emit("heard");
  });
  socket.write(text);
  return {
    socket,
    closed,
    until: (what) =>
      new Promise((resolve) => {
        const look = () => heard.includes(what) && resolve(heard);
        socket.on("heard", look);
        look();
      }),
  };
}

const headOf = (endpoint: string, extra: Record<string, string>, body: string) => {
  const request = signed({ endpoint, service: "xray", path: "/TraceSegments", body });
  const headers = Object.entries({ ...request.headers, ...extra }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /TraceSegments HTTP/1.1\r\n${headers.join("")}\r\n`;
};

describe("the HTTP port", () => {
  it("asks for the body only when somebody reads it", async () => {
    const { endpoint, server } = await start();
    const body = '{"TraceSegmentDocuments":[]}';
    const polite = converse(
      server.port,
      headOf(endpoint, { expect: "100-continue", "content-length": String(body.length) }, body),
    );
    await polite.until("HTTP/1.1 100 Continue");
    polite.socket.write(body);
    expect(await polite.until("UnprocessedTraceSegments")).toContain("HTTP/1.1 200");
    polite.socket.destroy();
  });

  it("asks for an object's bytes too, and takes them as they come", async () => {
    const objects = new Map<string, Buffer>();
    const { endpoint, server } = await start({ services: [s3Service(objectOperations(objects))] });
    const request = signed({ endpoint, service: "s3", method: "PUT", path: "/b/k", body: "content" });
    const headers = Object.entries({ ...request.headers, expect: "100-continue", "content-length": "7" });
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const polite = converse(server.port, `PUT /b/k HTTP/1.1\r\n${head}\r\n`);
    await polite.until("HTTP/1.1 100 Continue");
    polite.socket.write("content");
    await polite.until("HTTP/1.1 200");
    expect(objects.get("b/k")?.toString()).toBe("content");
    polite.socket.destroy();
  });

  it("keeps nothing of an object whose sender goes away, and records the call", async () => {
    const objects = new Map<string, Buffer>();
    const { endpoint, server, records } = await start({ services: [s3Service(objectOperations(objects))] });
    const request = signed({ endpoint, service: "s3", method: "PUT", path: "/b/k", body: "content" });
    const headers = Object.entries({ ...request.headers, "content-length": "7" });
    const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const gone = converse(server.port, `PUT /b/k HTTP/1.1\r\n${head}\r\ncon`);
    await gone.until("").then(() => gone.socket.end());
    await gone.closed;
    await expect.poll(() => records()).toMatchObject([{ eventName: "PutObject", errorCode: "IncompleteBody" }]);
    expect(objects.size).toBe(0);
  });

  it("refuses a body by its declared length, without asking for it, and closes", async () => {
    const { endpoint, server, records } = await start();
    const huge = converse(
      server.port,
      headOf(endpoint, { expect: "100-continue", "content-length": "99999999999" }, ""),
    );
    const heard = await huge.closed;
    expect(heard).toMatch(/^HTTP\/1\.1 413/);
    expect(heard).not.toContain("100 Continue");
    expect(heard.toLowerCase()).toContain("connection: close");
    expect(records()).toMatchObject([{ eventName: "PutTraceSegments", errorCode: "RequestEntityTooLargeException" }]);
  });

  it("stops reading a body of undeclared length at the limit", async () => {
    const { endpoint, server } = await start({ limits: { bodyBytesMax: 10_000 } });
    const flood = converse(server.port, headOf(endpoint, { "transfer-encoding": "chunked" }, ""));
    const chunk = `2000\r\n${"x".repeat(0x2000)}\r\n`;
    flood.socket.write(chunk + chunk);
    expect(await flood.closed).toMatch(/^HTTP\/1\.1 413/);
  });

  it("keeps connections, and answers two calls on one", async () => {
    const { endpoint, server } = await start();
    const body = '{"TraceSegmentDocuments":[]}';
    const call = `${headOf(endpoint, { "content-length": String(body.length) }, body)}${body}`;
    const both = converse(server.port, call);
    await both.until("UnprocessedTraceSegments");
    both.socket.write(call);
    await both.until('"UnprocessedTraceSegments":[]}HTTP/1.1 200');
    both.socket.destroy();
  });

  it("answers its own pages before any API, and only to reading", async () => {
    const { endpoint, events } = await start({
      pages: { "/healthz": () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "ok" }) },
    });
    expect(await (await fetch(`${endpoint}/healthz`)).text()).toBe("ok");
    expect(events).toEqual([]);
    expect((await fetch(`${endpoint}/healthz`, { method: "POST" })).status).toBeGreaterThanOrEqual(400);
  });

  it("lets open calls finish when it closes, and cuts them after the grace", async () => {
    for (const [graceMs, finishes] of [
      [10_000, true],
      [50, false],
    ] as const) {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let arrived = () => {};
      const arrival = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const server: RunningHttpServer = await startHttpServer({
        host: "127.0.0.1",
        port: 0,
        connectionsMax: 10,
        serve: async () => {
          arrived();
          await held;
          return { status: 200, headers: {}, body: "finished" };
        },
        log: () => {},
      });
      const call = converse(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await arrival;
      const closed = server.close(graceMs);
      if (finishes) release();
      expect((await call.closed).includes("finished")).toBe(finishes);
      await closed;
      release();
      await expect(fetch(`http://127.0.0.1:${server.port}/`)).rejects.toThrow();
    }
  });

  it("bounds its connections", async () => {
    const server = await startHttpServer({
      host: "127.0.0.1",
      port: 0,
      connectionsMax: 1,
      serve: async () => ({ status: 200, headers: {}, body: "" }),
      log: () => {},
    });
    closing.push(() => server.close(100));
    const first = converse(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await first.until("200 OK");
    expect(await converse(server.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").closed).toBe("");
    first.socket.destroy();
  });
});
