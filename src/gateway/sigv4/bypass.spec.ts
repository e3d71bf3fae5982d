import { createHash } from "node:crypto";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "vitest";
import { type FixtureOptions, type GatewayFixture, startGateway, testKey } from "../testing/gateway-fixture.js";
import { type RequestToSign, type SentRequest, send, sign, signed } from "../testing/signed-request.js";
import {
  answering,
  objectOperations,
  type Seen,
  s3Service,
  stsService,
  xrayService,
} from "../testing/test-services.js";
import { hmacHex, SigningKeys } from "./signing-keys.js";

const nowMs = Date.parse("2026-03-01T12:00:00Z");
const open: GatewayFixture[] = [];
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});

async function start(options: Partial<FixtureOptions> = {}) {
  const seen: Seen[] = [];
  const objects = new Map<string, Buffer>();
  const fixture = await startGateway({
    services: [
      xrayService([answering("GetGroup", () => ({}), { seen })]),
      stsService([answering("GetCallerIdentity", () => ({}), { seen })]),
      s3Service(objectOperations(objects, seen)),
    ],
    nowMs: () => nowMs,
    ...options,
  });
  open.push(fixture);
  return { ...fixture, seen, objects };
}

const getGroup = { service: "xray", path: "/GetGroup", body: '{"GroupName":"mine"}', nowMs };
const withHeader = (name: string, change: (value: string) => string) => (request: SentRequest) => {
  request.headers[name] = change(String(request.headers[name] ?? ""));
};

describe("a signature is not got round by", () => {
  const attempts: [what: string, request: Partial<RequestToSign>, status: number, code: string][] = [
    [
      "an altered body",
      { alter: (request) => (request.body = Buffer.from('{"GroupName":"his!"}')) },
      403,
      "InvalidSignatureException",
    ],
    ["an altered path", { alter: (request) => (request.path = "/Groups") }, 403, "InvalidSignatureException"],
    ["an altered method", { alter: (request) => (request.method = "PUT") }, 403, "InvalidSignatureException"],
    ["an added query", { alter: (request) => (request.path += "?a=b") }, 403, "InvalidSignatureException"],
    ["another host", { alter: withHeader("host", () => "elsewhere") }, 403, "InvalidSignatureException"],
    [
      "a body that differs from the hash it declares",
      {
        alter: (request) => (request.body = Buffer.from("{}")),
        headers: { "x-amz-content-sha256": createHash("sha256").update(getGroup.body).digest("hex") },
      },
      403,
      "InvalidSignatureException",
    ],
    [
      "UNSIGNED-PAYLOAD outside S3",
      { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }, payloadHash: "UNSIGNED-PAYLOAD" },
      403,
      "InvalidSignatureException",
    ],
    [
      "an x-amz- header that is not signed",
      { alter: withHeader("x-amz-target", () => "Other") },
      403,
      "AccessDeniedException",
    ],
    [
      "a session token that is not signed",
      { alter: withHeader("x-amz-security-token", () => "token") },
      403,
      "AccessDeniedException",
    ],
    ["a replay after the window", { nowMs: nowMs - 15 * 60_000 - 1000 }, 403, "InvalidSignatureException"],
    ["a signature of the future", { nowMs: nowMs + 15 * 60_000 + 1000 }, 403, "InvalidSignatureException"],
    [
      "a new date on an old signature",
      { alter: withHeader("x-amz-date", () => "20260301T120100Z") },
      403,
      "InvalidSignatureException",
    ],
    [
      "a scope of another region",
      { alter: withHeader("authorization", (value) => value.replace("eu-west-1", "us-west-2")) },
      403,
      "InvalidSignatureException",
    ],
    [
      "a scope of another day",
      { alter: withHeader("authorization", (value) => value.replace("/20260301/", "/20260302/")) },
      403,
      "InvalidSignatureException",
    ],
    [
      "a scope with another ending",
      { alter: withHeader("authorization", (value) => value.replace("aws4_request", "aws5_request")) },
      403,
      "InvalidSignatureException",
    ],
    ["a region that is none", { region: "nowhere" }, 403, "InvalidSignatureException"],
    [
      "a host left unsigned",
      { alter: withHeader("authorization", (value) => value.replace("host;", "")) },
      403,
      "InvalidSignatureException",
    ],
    [
      "another algorithm",
      { alter: withHeader("authorization", (value) => value.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "an empty signature",
      { alter: withHeader("authorization", (value) => value.replace(/Signature=.*/, "Signature=")) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "a signature of zeros",
      { alter: withHeader("authorization", (value) => value.replace(/Signature=.*/, `Signature=${"0".repeat(64)}`)) },
      403,
      "InvalidSignatureException",
    ],
    [
      "a signature cut short",
      { alter: withHeader("authorization", (value) => value.slice(0, -2)) },
      403,
      "InvalidSignatureException",
    ],
    [
      "no signed headers",
      { alter: withHeader("authorization", (value) => value.replace(/SignedHeaders=[^,]*/, "SignedHeaders=")) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "an empty credential",
      { alter: withHeader("authorization", (value) => value.replace(/Credential=[^,]*/, "Credential=")) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "a credential of slashes",
      { alter: withHeader("authorization", (value) => value.replace(/Credential=[^,]*/, "Credential=////")) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "two credentials in one header",
      { alter: withHeader("authorization", (value) => `${value}, Credential=A/20260301/eu-west-1/xray/aws4_request`) },
      400,
      "IncompleteSignatureException",
    ],
    [
      "an unknown key",
      { alter: withHeader("authorization", (value) => value.replace(testKey.accessKeyId, "AKIDOTHER")) },
      403,
      "UnrecognizedClientException",
    ],
    [
      "two Authorization headers",
      {
        alter: (request) =>
          (request.headers["authorization"] = [
            String(request.headers["authorization"]),
            String(request.headers["authorization"]),
          ]),
      },
      400,
      "IncompleteSignatureException",
    ],
    [
      "credentials in the query beside a header",
      {
        alter: (request) =>
          (request.path += `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${testKey.accessKeyId}`),
      },
      400,
      "IncompleteSignatureException",
    ],
    [
      "no Authorization header",
      { alter: (request) => delete request.headers["authorization"] },
      403,
      "MissingAuthenticationTokenException",
    ],
    [
      "an empty Authorization header",
      { alter: withHeader("authorization", () => "") },
      400,
      "IncompleteSignatureException",
    ],
  ];

  it.each(attempts)("%s", async (_what, request, status, code) => {
    const fixture = await start();
    const answer = await sign({ endpoint: fixture.endpoint, ...getGroup, ...request });
    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([status, code]);
    expect(fixture.seen).toEqual([]);
    expect(fixture.records()).toMatchObject([
      {
        userIdentity: expect.not.objectContaining({ type: "Root" }),
        errorCode: code.replace(/^AccessDeniedException$/, "AccessDenied"),
      },
    ]);
    expect(JSON.stringify(fixture.records())).not.toContain(testKey.secretAccessKey);
  });

  it("nothing at all, when nothing was altered", async () => {
    const { endpoint, seen } = await start();
    expect((await sign({ endpoint, ...getGroup })).status).toBe(200);
    expect((await sign({ endpoint, ...getGroup, nowMs: nowMs - 14 * 60_000 })).status).toBe(200);
    expect(seen).toHaveLength(2);
  });

  it("a scope of another service: it reaches that service and no other", async () => {
    const { endpoint, seen } = await start();
    const answer = await sign({ endpoint, ...getGroup, service: "sts" });
    expect(answer.status).toBe(400);
    const altered = await sign({
      endpoint,
      ...getGroup,
      service: "sts",
      alter: withHeader("authorization", (value) => value.replace("/sts/", "/xray/")),
    });
    expect(altered.status).toBe(403);
    expect(seen).toEqual([]);
  });

  it("regions that are not served here", async () => {
    const { endpoint } = await start({ regions: ["eu-central-1"] });
    expect((await sign({ endpoint, ...getGroup })).status).toBe(403);
    expect((await sign({ endpoint, ...getGroup, region: "eu-central-1" })).status).toBe(200);
  });

  it("a session token of another key, or none where one is wanted", async () => {
    const { endpoint } = await start({ sessionToken: "token" });
    expect((await sign({ endpoint, ...getGroup })).status).toBe(403);
    expect((await sign({ endpoint, ...getGroup, headers: { "x-amz-security-token": "other" } })).status).toBe(403);
    expect((await sign({ endpoint, ...getGroup, headers: { "x-amz-security-token": "token" } })).status).toBe(200);
  });
});

const put = { service: "s3", method: "PUT", path: "/b/k", nowMs };

describe("S3's bodies are held to what was signed", () => {
  it("a body that does not have its signed hash is not kept", async () => {
    const { endpoint, objects } = await start();
    const answer = await sign({
      endpoint,
      ...put,
      body: "good",
      alter: (request) => (request.body = Buffer.from("evil")),
    });
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("XAmzContentSHA256Mismatch")]);
    expect(objects.size).toBe(0);
  });

  it("a payload hash is wanted, and must be one", async () => {
    const { endpoint } = await start();
    for (const alter of [
      (request: SentRequest) => delete request.headers["x-amz-content-sha256"],
      withHeader("x-amz-content-sha256", () => "anything"),
    ])
      expect([400, 403]).toContain((await sign({ endpoint, ...put, body: "good", alter })).status);
  });

  it.each([
    ["content-md5", createHash("md5").update("other").digest("base64"), "BadDigest"],
    ["content-md5", "short", "InvalidDigest"],
    ["x-amz-checksum-crc32", "AAAAAA==", "BadDigest"],
    ["x-amz-checksum-sha256", createHash("sha256").update("other").digest("base64"), "BadDigest"],
    ["x-amz-checksum-xxhash64", "AAAAAAAAAAA=", "NotImplemented"],
    ["x-amz-checksum-crc32c", "???", "InvalidRequest"],
  ])("%s: %s is refused", async (name, value, code) => {
    const { endpoint, objects } = await start();
    const answer = await sign({ endpoint, ...put, body: "good", headers: { [name]: value } });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(objects.size).toBe(0);
  });

  it("checksums are those of the standards", async () => {
    const { endpoint, objects } = await start();
    // The check values of the CRC catalogue, over "123456789".
    for (const [name, hex] of [
      ["crc32", "cbf43926"],
      ["crc32c", "e3069283"],
      ["crc64nvme", "ae8b14860a799888"],
    ]) {
      const headers = { [`x-amz-checksum-${name}`]: Buffer.from(hex as string, "hex").toString("base64") };
      expect((await sign({ endpoint, ...put, path: `/b/${name}`, body: "123456789", headers })).status).toBe(200);
    }
    expect(objects.size).toBe(3);
  });

  it("a presigned request holds until it expires, and for nothing else", async () => {
    let now = nowMs;
    const { endpoint, objects } = await start({ nowMs: () => now });
    objects.set("b/k", Buffer.from("content"));
    const url = presigned(endpoint, "GET", "/b/k", 60);
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace("/b/k", "/b/l"))).status).toBe(403);
    expect((await fetch(`${url}&versionId=1`)).status).toBe(403);
    expect((await fetch(url, { method: "HEAD" })).status).toBe(403);
    expect((await fetch(url, { headers: { "x-amz-request-payer": "requester" } })).status).toBe(403);
    expect((await fetch(`${url}&X-Amz-Expires=600`)).status).toBe(400);
    expect((await fetch(url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"))).status).toBe(403);
    now += 61_000;
    expect((await fetch(url)).status).toBe(403);
    expect((await fetch(presigned(endpoint, "GET", "/b/k", 604_801))).status).toBe(400);
  });
});

describe("chunked uploads", () => {
  const chunks = ["a".repeat(10_000), "b".repeat(10_000), "c"];

  it("are put together, signed or not, with their trailers checked", async () => {
    const { endpoint, objects } = await start();
    for (const kind of ["signed", "signed-trailer", "unsigned-trailer"] as const) {
      const answer = await send(endpoint, chunked(endpoint, kind, chunks));
      expect([kind, answer.status]).toEqual([kind, 200]);
      expect(objects.get("b/k")?.toString()).toBe(chunks.join(""));
      objects.clear();
    }
  });

  const alterations: [
    what: string,
    kind: "signed" | "signed-trailer" | "unsigned-trailer",
    alter: (body: string) => string,
  ][] = [
    ["an altered chunk", "signed", (body) => body.replace("aaaa", "aaab")],
    ["an altered chunk whose trailer is unsigned", "unsigned-trailer", (body) => body.replace("aaaa", "aaab")],
    [
      "chunks exchanged",
      "signed",
      (body) => {
        const [first = "", second = "", ...rest] = body.split(/(?<=[ab]\r\n)/);
        return [second, first, ...rest].join("");
      },
    ],
    [
      "a chunk left out",
      "signed",
      (body) =>
        body
          .split(/(?<=[ab]\r\n)/)
          .slice(1)
          .join(""),
    ],
    [
      "a chunk repeated",
      "signed",
      (body) => {
        const [first = "", ...rest] = body.split(/(?<=[ab]\r\n)/);
        return [first, first, ...rest].join("");
      },
    ],
    ["an end cut off", "signed", (body) => body.slice(0, body.lastIndexOf("0;chunk-signature"))],
    ["a last chunk without its signature", "signed", (body) => body.replace(/0;chunk-signature=\w+/, "0")],
    [
      "an altered trailer",
      "signed-trailer",
      (body) => body.replace(/x-amz-checksum-crc32:...../, "x-amz-checksum-crc32:AAAAA"),
    ],
    ["a trailer left out", "signed-trailer", (body) => body.replace(/x-amz-checksum-crc32:[^\r]*\r\n/, "")],
    [
      "a trailer left out where it is unsigned",
      "unsigned-trailer",
      (body) => body.replace(/x-amz-checksum-crc32:[^\r]*\r\n/, ""),
    ],
    [
      "a trailer without its signature",
      "signed-trailer",
      (body) => body.replace(/x-amz-trailer-signature:[^\r]*\r\n/, ""),
    ],
    [
      "a trailer that was not announced",
      "unsigned-trailer",
      (body) => body.replace("x-amz-checksum-crc32:", "x-amz-meta-a:b\r\nx-amz-checksum-crc32:"),
    ],
    ["bytes after the end", "signed", (body) => `${body}more`],
    ["a size that is none", "signed", (body) => `zz${body}`],
    ["a size without end", "signed", (body) => `${"1".repeat(5000)}${body}`],
  ];

  it.each(alterations)("are not kept with %s", async (_what, kind, alter) => {
    const { endpoint, objects } = await start();
    const request = chunked(endpoint, kind, chunks);
    const before = request.body.toString("latin1");
    request.body = Buffer.from(alter(before), "latin1");
    expect(request.body.toString("latin1")).not.toBe(before);
    expect((await send(endpoint, request)).status).toBeGreaterThanOrEqual(400);
    expect(objects.size).toBe(0);
  });

  it("work from the SDK over both ways of sending", async () => {
    const { client, objects } = await start({ nowMs: Date.now });
    const s3 = new S3Client({ ...client, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
    await s3.send(new PutObjectCommand({ Bucket: "b", Key: "k", Body: "content" }));
    expect(objects.get("b/k")?.toString()).toBe("content");
    expect(await (await s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).Body?.transformToString()).toBe(
      "content",
    );
  });
});

/** An `aws-chunked` request as SDKs send it. */
function chunked(
  endpoint: string,
  kind: "signed" | "signed-trailer" | "unsigned-trailer",
  chunks: readonly string[],
): SentRequest {
  const trailing = kind !== "signed";
  const payloadHash = {
    signed: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "signed-trailer": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "unsigned-trailer": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  }[kind];
  const content = chunks.join("");
  const request = signed({
    endpoint,
    ...put,
    payloadHash,
    headers: {
      "content-encoding": "aws-chunked",
      "x-amz-decoded-content-length": String(content.length),
      ...(trailing ? { "x-amz-trailer": "x-amz-checksum-crc32" } : {}),
    },
  });
  const key = new SigningKeys().keyFor(testKey.secretAccessKey, request.timestamp.slice(0, 8), "eu-west-1", "s3");
  const scope = `${request.timestamp}\n${request.timestamp.slice(0, 8)}/eu-west-1/s3/aws4_request`;
  const sha256 = (text: string) => createHash("sha256").update(text, "latin1").digest("hex");
  let previous = request.signature;
  let body = "";
  for (const chunk of [...chunks, ""]) {
    previous = hmacHex(key, `AWS4-HMAC-SHA256-PAYLOAD\n${scope}\n${previous}\n${sha256("")}\n${sha256(chunk)}`);
    const signature = kind === "unsigned-trailer" ? "" : `;chunk-signature=${previous}`;
    body += `${chunk.length.toString(16)}${signature}\r\n${chunk}${chunk === "" ? "" : "\r\n"}`;
  }
  if (trailing) {
    const trailer = `x-amz-checksum-crc32:${crc32(content)}`;
    body += `${trailer}\r\n`;
    if (kind === "signed-trailer")
      body += `x-amz-trailer-signature:${hmacHex(key, `AWS4-HMAC-SHA256-TRAILER\n${scope}\n${previous}\n${sha256(`${trailer}\n`)}`)}\r\n`;
  }
  request.body = Buffer.from(`${body}\r\n`, "latin1");
  return request;
}

/** Bit by bit, so that it shares nothing with the table it checks. */
function crc32(text: string): string {
  let state = 0xffffffff;
  for (const byte of Buffer.from(text, "latin1")) {
    state ^= byte;
    for (let bit = 0; bit < 8; bit++) state = state & 1 ? (state >>> 1) ^ 0xedb88320 : state >>> 1;
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((state ^ 0xffffffff) >>> 0);
  return bytes.toString("base64");
}

function presigned(endpoint: string, method: string, path: string, expiresSeconds: number): string {
  const date = "20260301";
  const scope = `${date}/eu-west-1/s3/aws4_request`;
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${testKey.accessKeyId}/${scope}`)}&X-Amz-Date=${date}T120000Z&X-Amz-Expires=${expiresSeconds}&X-Amz-SignedHeaders=host`;
  const canonical = `${method}\n${path}\n${query}\nhost:${new URL(endpoint).host}\n\nhost\nUNSIGNED-PAYLOAD`;
  const hash = createHash("sha256").update(canonical).digest("hex");
  const key = new SigningKeys().keyFor(testKey.secretAccessKey, date, "eu-west-1", "s3");
  return `${endpoint}${path}?${query}&X-Amz-Signature=${hmacHex(key, `AWS4-HMAC-SHA256\n${date}T120000Z\n${scope}\n${hash}`)}`;
}
