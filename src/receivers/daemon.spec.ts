import { createSocket } from "node:dgram";
import { createRequire } from "node:module";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { systemEnvironment } from "../environment.js";
import type { WireRequest, WireResponse } from "../gateway/wire.js";
import type { Caller } from "../identity/caller.js";
import { startDaemon } from "./daemon.js";
import { textOf } from "./vouched-call.js";

const caller: Caller = {
  kind: "user",
  accountId: "111122223333",
  accessKeyId: "AKIADAEMON0000000001",
  userName: "daemon",
  userId: "AIDADAEMON0000000001",
  arn: "arn:aws:iam::111122223333:user/daemon",
};
const vouched = { caller, region: "eu-west-1" };
const header = '{"format":"json","version":1}\n';

interface Received extends WireRequest {
  readonly text: string;
}

const accepted: WireResponse = { status: 200, headers: {}, body: '{"UnprocessedTraceSegments":[]}' };

/** A daemon in front of a gateway that answers as told. */
async function startWith(answer: (request: Received) => Promise<WireResponse> = async () => accepted) {
  const requests: Received[] = [];
  const daemon = await startDaemon({
    host: "127.0.0.1",
    port: 0,
    vouched,
    environment: systemEnvironment,
    serve: async (request) => {
      const received = { ...request, text: await textOf(request.body) };
      requests.push(received);
      return answer(received);
    },
  });
  onTestFinished(() => daemon.close());
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  const send = (datagram: string | Buffer) =>
    new Promise<void>((resolve, reject) =>
      socket.send(datagram, daemon.udpPort, "127.0.0.1", (error) => (error ? reject(error) : resolve())),
    );
  const uploaded = () =>
    requests
      .filter(({ rawPath }) => rawPath === "/TraceSegments")
      .map(({ text }) => JSON.parse(text).TraceSegmentDocuments as string[]);
  const telemetry = () =>
    requests
      .filter(({ rawPath }) => rawPath === "/TelemetryRecords")
      .flatMap(({ text }) => JSON.parse(text).TelemetryRecords as Record<string, unknown>[]);
  return { daemon, requests, send, uploaded, telemetry };
}

const eventually = (assertion: () => void | Promise<void>) => vi.waitFor(assertion, { timeout: 120_000 });

describe("the UDP port", () => {
  it("has the number of the TCP port", async () => {
    const { daemon } = await startWith();
    expect(daemon.udpPort).toBe(daemon.tcpPort);
    expect(daemon.address).toBe(`127.0.0.1:${daemon.udpPort}`);
  });

  it("sends what it got, byte for byte, as a call of PutTraceSegments by its caller from the sender's address", async () => {
    const { send, uploaded, requests } = await startWith();
    const document = '{"id":"1111111111111111","name":"größe \\" 東京",\n"metadata":{}}';
    await send(header + document);
    await eventually(() => expect(uploaded()).toEqual([[document]]));
    expect(requests[0]).toMatchObject({
      method: "POST",
      rawPath: "/TraceSegments",
      rawQuery: "",
      remoteAddress: "127.0.0.1",
      vouched,
      headers: {
        "content-type": ["application/json"],
        "user-agent": ["xray-daemon/dosimeter"],
        "x-amzn-xray-timestamp": [expect.stringMatching(/^\d+\.\d{9}$/)],
      },
    });
  });

  it.each(['{"format": "json", "version": 1}', '{"version":1.0,"format":"JSON","more":2}'])(
    "takes the header %s",
    async (line) => {
      const { send, uploaded } = await startWith();
      await send(`${line}\n{}`);
      await eventually(() => expect(uploaded()).toEqual([["{}"]]));
    },
  );

  it("drops and counts what has no proper header or body, and takes the next", async () => {
    const { daemon, send, uploaded } = await startWith();
    const bad = [
      '{"format":"json","version":2}\n{}',
      '{"format":"json","version":"1"}\n{}',
      '{"format":"xml","version":1}\n{}',
      '{"format":"json","version":1}',
      header,
      "nonsense\n{}",
      "null\n{}",
      "",
      Buffer.from([0xff, 0x0a, 0x00]),
    ];
    for (const datagram of bad) await send(datagram);
    await send(`${header}good`);
    await eventually(() => expect(uploaded()).toEqual([["good"]]));
    expect(daemon.stats()).toMatchObject({ received: bad.length + 1, malformed: bad.length, sent: 1 });
  });

  it("sends 50 documents a call at once, and the rest when closing, with the last telemetry", async () => {
    const { daemon, send, uploaded, telemetry } = await startWith(async ({ rawPath }) =>
      rawPath === "/TraceSegments"
        ? { status: 200, headers: {}, body: '{"UnprocessedTraceSegments":[{"ErrorCode":"MissingId"}]}' }
        : { status: 200, headers: {}, body: "{}" },
    );
    for (let index = 0; index < 120; index++) await send(`${header}${index}`);
    await send("bad");
    await daemon.close();
    expect(uploaded().map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(uploaded().flat()).toEqual(Array.from({ length: 120 }, (_, index) => String(index)));
    expect(telemetry()).toEqual([
      {
        Timestamp: expect.any(Number),
        SegmentsReceivedCount: 121,
        SegmentsSentCount: 120,
        SegmentsSpilloverCount: 0,
        SegmentsRejectedCount: 4,
        BackendConnectionErrors: {
          TimeoutCount: 0,
          ConnectionRefusedCount: 0,
          HTTPCode4XXCount: 0,
          HTTPCode5XXCount: 0,
          UnknownHostCount: 0,
          OtherCount: 0,
        },
      },
    ]);
  });

  it("says nothing of itself before the first datagram", async () => {
    const { daemon, requests } = await startWith();
    await daemon.close();
    expect(requests).toEqual([]);
  });

  it("tries again when the service is busy or away, and not when it refuses", async () => {
    const statuses = [503, 429, 200, 403];
    const { daemon, send, uploaded } = await startWith(async () => ({ ...accepted, status: statuses.shift() ?? 200 }));
    await send(`${header}first`);
    await eventually(() => expect(daemon.stats().sent).toBe(1));
    await send(`${header}second`);
    await eventually(() => expect(daemon.stats().failed).toBe(1));
    expect(uploaded()).toEqual([["first"], ["first"], ["first"], ["second"]]);
    expect(daemon.stats()).toMatchObject({ sent: 1, failed: 1, serverErrors: 1, clientErrors: 2 });
  });

  it("gives up a batch whose upload fails time and again, and counts it as lost", async () => {
    const { daemon, send, telemetry } = await startWith(async ({ rawPath }) => {
      if (rawPath === "/TraceSegments") throw new Error("gone");
      return { status: 200, headers: {}, body: "{}" };
    });
    await send(`${header}lost`);
    await daemon.close();
    expect(daemon.stats()).toMatchObject({ received: 1, sent: 0, failed: 1, otherErrors: 4 });
    expect(telemetry()).toMatchObject([{ SegmentsSpilloverCount: 1, SegmentsSentCount: 0 }]);
  });

  it("keeps at most 8 uploads going and 200 batches waiting, gives up the oldest, and counts every document", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { daemon, send, uploaded } = await startWith(async () => {
      await held;
      return accepted;
    });
    const batches = 8 + 200 + 5;
    for (let index = 0; index < batches * 50; index++) {
      await send(header + Math.floor(index / 50));
      if (index % 500 === 0) await eventually(() => expect(daemon.stats().received).toBe(index + 1));
    }
    await eventually(() => expect(daemon.stats()).toMatchObject({ received: batches * 50, queuedBatches: 200 }));
    expect(uploaded()).toHaveLength(8);
    expect(daemon.stats().spilled).toBe(5 * 50);
    release();
    await daemon.close();
    expect(daemon.stats()).toMatchObject({ sent: 208 * 50, queuedBatches: 0 });
    expect(new Set(uploaded().flat())).not.toContain("8"); // the oldest that waited
    expect(new Set(uploaded().flat())).toContain(String(batches - 1));
  });
});

describe("the TCP port", () => {
  it("passes on every path and method, unsigned, in the daemon's name, and the answer unchanged", async () => {
    const { daemon, requests } = await startWith(async () => ({
      status: 418,
      headers: { "x-amzn-errortype": "Odd", "content-type": "application/json" },
      body: '{"Message":"m"}',
    }));
    const response = await fetch(`http://${daemon.address}/Any/%2Fpath?a=b%20c&d`, {
      method: "PUT",
      body: "body",
      headers: {
        authorization: "AWS4-HMAC-SHA256 Credential=x",
        "x-amz-target": "CloudTrail.CreateTrail",
        "x-custom": "1",
      },
    });
    expect(response.status).toBe(418);
    expect(response.headers.get("x-amzn-errortype")).toBe("Odd");
    expect(await response.text()).toBe('{"Message":"m"}');
    expect(requests[0]).toMatchObject({
      method: "PUT",
      rawPath: "/Any/%2Fpath",
      rawQuery: "a=b%20c&d",
      text: "body",
      remoteAddress: "127.0.0.1",
      vouched,
    });
    expect(requests[0]!.headers["x-custom"]).toEqual(["1"]);
    expect(requests[0]!.headers).not.toHaveProperty("authorization");
    expect(requests[0]!.headers).not.toHaveProperty("x-amz-target");
    expect(requests[0]!.headers).not.toHaveProperty("connection");
  });

  it("answers 502 when the service is gone, and goes on", async () => {
    let calls = 0;
    const { daemon } = await startWith(async () => {
      if (++calls === 1) throw new Error("gone");
      return accepted;
    });
    expect((await fetch(`http://${daemon.address}/x`, { method: "POST" })).status).toBe(502);
    expect((await fetch(`http://${daemon.address}/x`, { method: "POST" })).status).toBe(200);
  });

  it("tells that a port is taken", async () => {
    const { daemon } = await startWith();
    const options = { host: "127.0.0.1", vouched, environment: systemEnvironment, serve: async () => accepted };
    await expect(startDaemon({ ...options, port: daemon.tcpPort })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

describe("the X-Ray SDK", () => {
  it("sends its segments here", async () => {
    const { daemon, uploaded } = await startWith();
    const sdk = createRequire(import.meta.url)("aws-xray-sdk") as typeof import("aws-xray-sdk");
    sdk.setDaemonAddress(daemon.address);
    const segment = new sdk.Segment("shop");
    const subsegment = segment.addNewSubsegment("inside");
    subsegment.addAnnotation("cart", "c1");
    subsegment.close();
    segment.close();
    await eventually(() => expect(uploaded().flat()).toHaveLength(1));
    expect(JSON.parse(uploaded()[0]![0]!)).toMatchObject({
      id: segment.id,
      name: "shop",
      trace_id: segment.trace_id,
      subsegments: [{ name: "inside", annotations: { cart: "c1" } }],
    });
  });
});
