import { createHash, timingSafeEqual } from "node:crypto";
import type { Caller } from "../../identity/caller.js";
import type { Credentials } from "../../identity/credentials.js";
import { ServiceError } from "../../services/service-error.js";
import { refusals } from "../front-end-errors.js";
import type { QueryParameters } from "../query-parameters.js";
import type { WireRequest } from "../wire.js";
import { canonicalRequest, type PathSigning, stringToSign } from "./canonical-request.js";
import type { SignatureClaim } from "./claim.js";
import { hmacHex, type SigningKeys } from "./signing-keys.js";

export interface AuthenticationDeps {
  readonly credentials: Credentials;
  readonly signingKeys: SigningKeys;
  /** Regions accepted; any well-formed name where absent. */
  readonly regions: readonly string[] | undefined;
}

/** What the signature is checked against. */
export interface SignedRequest {
  readonly request: WireRequest;
  readonly query: QueryParameters;
  readonly claim: SignatureClaim;
  readonly nowMs: number;
  readonly path: PathSigning;
  /**
   * The bytes received, where they are in memory: then their hash is what must have been signed. Otherwise (S3) what
   * `x-amz-content-sha256` says is signed, and `checkedBody` holds the bytes to it as they come.
   */
  readonly body: Buffer | undefined;
}

/** A caller whose signature held, and what the chunks of its body are to be checked with. */
export interface Authenticated {
  readonly caller: Caller;
  readonly signingKey: Buffer;
  /** The payload hash that was signed: hex, `UNSIGNED-PAYLOAD` or `STREAMING-…`. */
  readonly payloadHash: string;
}

const skewMsMax = 15 * 60 * 1000;

/**
 * Who made the request. Everything is checked here and nothing before it is believed: the window of time, the scope,
 * that `host` and every `x-amz-*` header are signed, the session token, and the signature over the request as received.
 *
 * @throws ServiceError in the JSON protocols' names.
 *
 * Source: AWS General Reference, "Signature Version 4 signing process"; S3 API reference, "Authenticating Requests".
 */
export async function authenticate(signed: SignedRequest, deps: AuthenticationDeps): Promise<Authenticated> {
  const { claim, request, query } = signed;
  checkScope(claim, deps.regions);
  checkTime(claim, signed.nowMs);
  checkSignedHeaders(claim, request);
  const payloadHash = payloadHashOf(signed);

  const looked = deps.credentials.find(claim.accessKeyId, claim.sessionToken);
  const found = looked instanceof Promise ? await looked : looked;
  switch (found.kind) {
    case "unknown":
    case "inactive":
    case "invalid-token":
      throw refusals.unknownKey();
    case "expired":
      throw refusals.expiredToken();
    case "found":
      break;
    default:
      return found satisfies never;
  }

  const signingKey = deps.signingKeys.keyFor(found.secretAccessKey, claim.date, claim.region, claim.service);
  const canonical = canonicalRequest(request, query, claim, payloadHash, signed.path);
  const expected = hmacHex(signingKey, stringToSign(claim, canonical));
  if (!timingSafeEqual(Buffer.from(expected, "latin1"), Buffer.from(claim.signature, "latin1")))
    throw refusals.mismatch();
  return { caller: found.caller, signingKey, payloadHash };
}

function checkScope(claim: SignatureClaim, regions: readonly string[] | undefined): void {
  const known = regions === undefined ? regionName.test(claim.region) : regions.includes(claim.region);
  if (!known) throw refusals.mismatch("Credential should be scoped to a valid region.");
  const day = claim.timestamp.slice(0, 8);
  if (claim.date !== day)
    throw refusals.mismatch(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.date}' != '${day}', from '${claim.timestamp}'.`,
    );
}

/** `us-east-1`, `us-gov-west-1`, `cn-north-1`. */
const regionName = /^[a-z]{2,4}(-[a-z]{2,16}){1,3}-\d{1,2}$/;

function checkTime(claim: SignatureClaim, nowMs: number): void {
  if (claim.signedAtMs > nowMs + skewMsMax)
    throw refusals.skewed(
      `Signature not yet current: ${claim.timestamp} is still later than ${basicTime(nowMs + skewMsMax)} (${basicTime(nowMs)} + 15 min.)`,
    );
  if (claim.expiresSeconds !== undefined) {
    if (nowMs > claim.signedAtMs + claim.expiresSeconds * 1000) throw refusals.expired("Request has expired");
    return;
  }
  if (claim.signedAtMs < nowMs - skewMsMax)
    throw refusals.skewed(
      `Signature expired: ${claim.timestamp} is now earlier than ${basicTime(nowMs - skewMsMax)} (${basicTime(nowMs)} - 15 min.)`,
    );
}

function basicTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

function checkSignedHeaders(claim: SignatureClaim, request: WireRequest): void {
  const { signedHeaders } = claim;
  if (!signedHeaders.includes("host"))
    throw refusals.mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  let unsigned: string[] | undefined;
  for (const name in request.headers)
    if (name.startsWith("x-amz-") && !signedHeaders.includes(name)) {
      unsigned ??= [];
      unsigned.push(name);
    }
  if (unsigned !== undefined) throw refusals.unsignedHeaders(unsigned);
}

function payloadHashOf({ request, query, claim, body }: SignedRequest): string {
  const declared =
    request.headers["x-amz-content-sha256"]?.[0] ??
    (claim.from === "query" ? query.get("X-Amz-Content-Sha256") : undefined);
  if (body !== undefined) {
    const hash = createHash("sha256").update(body).digest("hex");
    if (declared !== undefined && declared !== hash)
      throw refusals.mismatch(
        "The value passed in as x-amz-content-sha256 does not match the SHA-256 of the request body.",
      );
    return hash;
  }
  if (declared === undefined) {
    if (claim.from === "query") return unsignedPayload;
    throw new ServiceError("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  if (!/^[0-9a-f]{64}$/.test(declared) && !knownPayloads.has(declared))
    throw new ServiceError(
      "InvalidRequest",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.",
    );
  return declared;
}

export const unsignedPayload = "UNSIGNED-PAYLOAD";
export const streamingPayloads = {
  signed: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
  signedTrailer: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
  unsignedTrailer: "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
} as const;

const knownPayloads: ReadonlySet<string> = new Set([unsignedPayload, ...Object.values(streamingPayloads)]);
