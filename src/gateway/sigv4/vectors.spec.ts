import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { FoundCredential } from "../../identity/credentials.js";
import type { ServiceError } from "../../services/service-error.js";
import { readWhole } from "../body.js";
import { startHttpServer } from "../http-server.js";
import { QueryParameters } from "../query-parameters.js";
import { testCaller, testKey } from "../testing/gateway-fixture.js";
import type { WireRequest } from "../wire.js";
import { authenticate } from "./authenticate.js";
import { canonicalRequest } from "./canonical-request.js";
import { readClaim } from "./claim.js";
import { SigningKeys } from "./signing-keys.js";

const vectors = path.resolve(import.meta.dirname, "../../../../shared/data/sigv4-test-suite/v4");

/**
 * Raw spaces and raw UTF-8 in a request line and folded headers are refused by Node's parser before anyone can check a
 * signature (as they are by AWS's). These are given to the check itself.
 */
const notHttp = new Set([
  "get-header-value-multiline",
  "get-space-normalized",
  "get-space-unnormalized",
  "get-utf8",
  "get-vanilla-utf8-query",
]);

/**
 * Signed without its session token, for services that add it afterwards. An `x-amz-` header that is not signed is never
 * honoured here, so the request is refused although its signature is right.
 */
const tokenAddedAfterSigning = new Set(["post-sts-header-after"]);

interface Context {
  readonly credentials: { readonly token?: string };
  readonly normalize: boolean;
  readonly timestamp: string;
}

describe.skipIf(!existsSync(vectors))("the vectors of AWS's Signature Version 4 suite", () => {
  const names = existsSync(vectors) ? readdirSync(vectors) : [];
  const read = (name: string, file: string) => readFileSync(path.join(vectors, name, file));

  for (const name of names)
    for (const form of ["header", "query"] as const)
      it(`${name}, signed in the ${form}`, async () => {
        const context = JSON.parse(read(name, "context.json").toString()) as Context;
        const signed = read(name, `${form}-signed-request.txt`);
        const altered = Buffer.from(signed.toString("latin1").replace(/(Signature=.{10})(.)/, flipped), "latin1");
        const [good, bad] = notHttp.has(name)
          ? await Promise.all([signed, altered].map((request) => verify(wireRequestOf(request), context)))
          : await overSocket([signed, altered], context);
        expect(good).toBe(tokenAddedAfterSigning.has(name) ? refusalOfUnsignedToken[form] : "authenticated");
        expect(bad).not.toBe("authenticated");
      });

  it("makes the canonical request of a vector whose token is not signed", () => {
    for (const name of tokenAddedAfterSigning) {
      const request = wireRequestOf(read(name, "header-signed-request.txt"));
      const claimed = readClaim(request, QueryParameters.none);
      expect(claimed.kind).toBe("claim");
      if (claimed.kind !== "claim") return;
      const emptyHash = createHash("sha256").digest("hex");
      const canonical = canonicalRequest(request, QueryParameters.none, claimed.claim, emptyHash, "normalised");
      expect(canonical).toBe(read(name, "header-canonical-request.txt").toString());
    }
  });
});

/** In the query the token is part of what is signed, so leaving it out is just a wrong signature. */
const refusalOfUnsignedToken = { header: "AccessDeniedException", query: "InvalidSignatureException" };

function flipped(_whole: string, before: string, digit: string): string {
  return `${before}${digit === "0" ? "1" : "0"}`;
}

/** @returns "authenticated" or the code of the refusal. */
async function verify(request: WireRequest, { credentials, normalize, timestamp }: Context): Promise<string> {
  const query = QueryParameters.parse(request.rawQuery) ?? QueryParameters.none;
  const claimed = readClaim(request, query);
  if (claimed.kind !== "claim") return claimed.kind;
  const find = (accessKeyId: string, sessionToken: string | undefined): FoundCredential =>
    accessKeyId === testKey.accessKeyId && sessionToken === credentials.token
      ? { kind: "found", secretAccessKey: testKey.secretAccessKey, caller: testCaller }
      : { kind: "unknown" };
  const body = await readWhole(request.body, 1024);
  try {
    await authenticate(
      {
        request,
        query,
        claim: claimed.claim,
        nowMs: Date.parse(timestamp),
        path: normalize ? "normalised" : "as-is",
        body,
      },
      { credentials: { find }, signingKeys: new SigningKeys(), regions: undefined },
    );
    return "authenticated";
  } catch (error) {
    return (error as ServiceError).code;
  }
}

async function overSocket(requests: readonly Buffer[], context: Context): Promise<string[]> {
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    connectionsMax: 10,
    serve: async (request) => ({ status: 200, headers: {}, body: await verify(request, context) }),
    log: () => {},
  });
  try {
    const answers: string[] = [];
    for (const request of requests) answers.push((await exchange(server.port, request)).split("\r\n").at(-1) ?? "");
    return answers;
  } finally {
    await server.close(1_000);
  }
}

function wireRequestOf(text: Buffer): WireRequest {
  const [head = "", body = ""] = text.toString("latin1").split("\n\n");
  const [requestLine = "", ...lines] = head.replace(/\n(?=[ \t])/g, "\r\n").split(/(?<!\r)\n/);
  const method = requestLine.slice(0, requestLine.indexOf(" "));
  const url = requestLine.slice(method.length + 1, requestLine.lastIndexOf(" "));
  const [rawPath = "", rawQuery = ""] = url.split("?");
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    headers[name] = [...(headers[name] ?? []), line.slice(colon + 1)];
  }
  return { method, rawPath, rawQuery, headers, body: Readable.from([Buffer.from(body)]), remoteAddress: "" };
}

/** Sends bytes as they are and gives the answer's. */
function exchange(port: number, request: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
    const [head = "", ...body] = request.toString("latin1").split("\n\n");
    socket.write(
      Buffer.from(`${head.replaceAll("\n", "\r\n")}\r\nConnection: close\r\n\r\n${body.join("\n\n")}`, "latin1"),
    );
  });
}
