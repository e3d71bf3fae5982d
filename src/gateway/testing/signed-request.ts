import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { QueryParameters } from "../query-parameters.js";
import { canonicalRequest, stringToSign } from "../sigv4/canonical-request.js";
import { hmacHex, SigningKeys } from "../sigv4/signing-keys.js";
import { testKey } from "./gateway-fixture.js";

export interface RequestToSign {
  readonly endpoint: string;
  readonly service: string;
  readonly region?: string;
  readonly method?: string;
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly body?: string | Buffer;
  readonly nowMs?: number;
  /** Absent: `testKey`. */
  readonly key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Signed in place of the body's hash. */
  readonly payloadHash?: string;
  /** Changes the finished request before it is sent: what an attacker does. */
  readonly alter?: (request: SentRequest) => void;
}

export interface SentRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body: Buffer;
  /** For chunked uploads: what continues the chain. */
  readonly signature: string;
  readonly timestamp: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  text(): Promise<string>;
  json(): Promise<unknown>;
}

/** Signs as a client would, byte for byte under the test's control, and sends it. */
export async function sign(wanted: RequestToSign): Promise<Answer> {
  const sent = signed(wanted);
  wanted.alter?.(sent);
  return send(wanted.endpoint, sent);
}

export function signed(wanted: RequestToSign): SentRequest {
  const { service, region = "eu-west-1", method = "POST", path, query = "", nowMs = Date.now() } = wanted;
  const { accessKeyId, secretAccessKey } = wanted.key ?? testKey;
  const body = Buffer.from(wanted.body ?? "");
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const date = timestamp.slice(0, 8);
  const payloadHash = wanted.payloadHash ?? createHash("sha256").update(body).digest("hex");
  const headers: Record<string, string> = {
    host: wanted.host ?? new URL(wanted.endpoint).host,
    "x-amz-date": timestamp,
    ...(service === "s3" ? { "x-amz-content-sha256": payloadHash } : {}),
    ...wanted.headers,
  };
  const claim = {
    from: "header" as const,
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: Object.keys(headers).sort(),
    signature: "",
    timestamp,
    signedAtMs: nowMs,
    expiresSeconds: undefined,
    sessionToken: undefined,
  };
  const canonical = canonicalRequest(
    {
      method,
      rawPath: path,
      rawQuery: query,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
      body: undefined as never,
      remoteAddress: "",
    },
    QueryParameters.parse(query) ?? QueryParameters.none,
    claim,
    payloadHash,
    service === "s3" ? "as-is" : "normalised",
  );
  const key = new SigningKeys().keyFor(secretAccessKey, date, region, service);
  const signature = hmacHex(key, stringToSign(claim, canonical));
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${date}/${region}/${service}/aws4_request, SignedHeaders=${claim.signedHeaders.join(";")}, Signature=${signature}`;
  return {
    method,
    path: query === "" ? path : `${path}?${query}`,
    headers: { ...headers, authorization },
    body,
    signature,
    timestamp,
  };
}

export function send(endpoint: string, { method, path, headers, body }: SentRequest): Promise<Answer> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path, headers: { "content-length": String(body.length), ...headers }, agent: false },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          const answered = new Headers();
          for (let index = 0; index < incoming.rawHeaders.length; index += 2)
            answered.append(incoming.rawHeaders[index] as string, incoming.rawHeaders[index + 1] as string);
          resolve({
            status: incoming.statusCode ?? 0,
            headers: answered,
            text: async () => text,
            json: async () => JSON.parse(text) as unknown,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
