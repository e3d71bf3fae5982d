import { createHash, createHmac } from "node:crypto";

export interface Signer {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** Signing name of the API; X-Ray's unless it is given. */
  readonly service?: string;
}

/**
 * One whole signed HTTP/1.1 request, ready to be written to a socket: signing costs the generator
 * nothing once the clock runs. Good for 15 minutes from `nowMs`.
 *
 * @param host `127.0.0.1:4566`
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
 */
export function signedRequest(signer: Signer, host: string, requestPath: string, body: string, nowMs: number): Buffer {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const scope = `${day}/${signer.region}/${signer.service ?? "xray"}/aws4_request`;
  const payloadHash = sha256(body);
  const headers = {
    "content-type": "application/json",
    host,
    "x-amz-content-sha256": payloadHash,
    "x-amz-date": time,
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const canonical = ["POST", requestPath, "", ...lines, "", names, payloadHash].join("\n");
  const signature = createHmac("sha256", signingKey(signer, day))
    .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`)
    .digest("hex");
  const head = [
    `POST ${requestPath} HTTP/1.1`,
    ...lines,
    `content-length: ${Buffer.byteLength(body)}`,
    "user-agent: dosimeter-bench",
    `authorization: AWS4-HMAC-SHA256 Credential=${signer.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const signingKeys = new Map<string, Buffer>();

function signingKey({ secretAccessKey, region, service = "xray" }: Signer, day: string): Buffer {
  const name = `${secretAccessKey}/${day}/${region}/${service}`;
  let key = signingKeys.get(name);
  if (key === undefined) {
    const mac = (by: Buffer | string, text: string) => createHmac("sha256", by).update(text).digest();
    key = mac(mac(mac(mac(`AWS4${secretAccessKey}`, day), region), service), "aws4_request");
    signingKeys.set(name, key);
  }
  return key;
}
