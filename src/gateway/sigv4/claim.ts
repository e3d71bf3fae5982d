import { type BearerClaim, readBearerToken } from "../../identity/bearer-token.js";
import type { ServiceError } from "../../services/service-error.js";
import { refusals } from "../front-end-errors.js";
import type { QueryParameters } from "../query-parameters.js";
import type { WireRequest } from "../wire.js";

/** What a request says of its own signature. Nothing of it is believed before `authenticate` has checked it. */
export interface SignatureClaim {
  readonly from: "header" | "query";
  readonly accessKeyId: string;
  /** Parts of the credential scope. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower case, in the order given. */
  readonly signedHeaders: readonly string[];
  /** 64 hex digits. */
  readonly signature: string;
  /** `20260301T120000Z` */
  readonly timestamp: string;
  readonly signedAtMs: number;
  /** Presigned requests only. */
  readonly expiresSeconds: number | undefined;
  readonly sessionToken: string | undefined;
}

export type Claimed =
  | { readonly kind: "none" }
  | { readonly kind: "claim"; readonly claim: SignatureClaim }
  /** A bearer token, which a few paths take in place of a signature. */
  | { readonly kind: "bearer"; readonly claim: BearerClaim }
  /** Credentials are there but cannot be read; the scope is given where at least that could be. */
  | { readonly kind: "malformed"; readonly error: ServiceError; readonly scope: Scope | undefined };

interface Scope {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const algorithm = "AWS4-HMAC-SHA256";
const presignedSecondsMax = 7 * 24 * 3600;

/** Reads the credentials of a request, wherever they are. Never throws: what is wrong is part of the answer. */
export function readClaim(request: WireRequest, query: QueryParameters): Claimed {
  const authorization = request.headers["authorization"];
  const presigned = signatureParameters.some((name) => query.has(name));
  if (authorization === undefined && !presigned) return { kind: "none" };
  let scope: Scope | undefined;
  try {
    refuseRepeated(request, query);
    const bearer = presigned ? undefined : bearerOf(authorization?.[0]);
    if (bearer !== undefined) return { kind: "bearer", claim: bearer };
    if (authorization !== undefined && presigned)
      throw refusals.incomplete(
        "Only one auth mechanism allowed; only one of the Authorization header and the X-Amz-Algorithm query parameter may be given.",
      );
    const fields = authorization === undefined ? queryFields(query) : headerFields(authorization[0] ?? "");
    scope = scopeOf(fields.credential);
    const timestamp = timestampOf(request, query, authorization === undefined);
    return {
      kind: "claim",
      claim: {
        from: authorization === undefined ? "query" : "header",
        ...scope,
        signedHeaders: signedHeadersOf(fields.signedHeaders),
        signature: signatureOf(fields.signature),
        timestamp: timestamp.text,
        signedAtMs: timestamp.ms,
        expiresSeconds: authorization === undefined ? expiresOf(query) : undefined,
        sessionToken:
          authorization === undefined
            ? query.get("X-Amz-Security-Token")
            : request.headers["x-amz-security-token"]?.[0],
      },
    };
  } catch (error) {
    return { kind: "malformed", error: error as ServiceError, scope };
  }
}

/** @throws ServiceError for a bearer token that none of ours looks like. */
function bearerOf(authorization: string | undefined): BearerClaim | undefined {
  const token = /^bearer +(.*)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) return undefined;
  const claim = readBearerToken(token.trim());
  if (claim === undefined) throw refusals.unknownKey();
  return claim;
}

/** Any of these in the query is an attempt to sign there. */
const signatureParameters = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders"];

/** A header or parameter that matters to the signature and is there twice could be read in two ways. */
function refuseRepeated(request: WireRequest, query: QueryParameters): void {
  for (const name of singleHeaders)
    if ((request.headers[name]?.length ?? 0) > 1) throw refusals.incomplete(`The header '${name}' is there twice.`);
  const seen = new Set<string>();
  for (const [name] of query.entries) {
    if (!name.startsWith("X-Amz-")) continue;
    if (seen.has(name)) throw refusals.incomplete(`The query parameter '${name}' is there twice.`);
    seen.add(name);
  }
}

const singleHeaders = [
  "authorization",
  "host",
  "date",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-content-sha256",
  "x-amz-decoded-content-length",
  "x-amz-trailer",
];

interface Fields {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

function headerFields(header: string): Fields {
  const space = header.indexOf(" ");
  if (space === -1 || header.slice(0, space) !== algorithm)
    throw refusals.incomplete(
      `Unsupported AWS 'algorithm': '${shown(header.split(" ")[0] ?? "")}', only ${algorithm} is understood.`,
    );
  const fields = new Map<string, string>();
  for (const part of header.slice(space + 1).split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0)).trim();
    if (equals === -1 || fields.has(name))
      throw refusals.incomplete(
        `'${shown(part.trim())}' not a valid key=value pair (missing equal-sign) in Authorization header.`,
      );
    fields.set(name, part.slice(equals + 1).trim());
  }
  const take = (name: string) => {
    const value = fields.get(name);
    if (value === undefined || value === "")
      throw refusals.incomplete(`Authorization header requires '${name}' parameter.`);
    return value;
  };
  return { credential: take("Credential"), signedHeaders: take("SignedHeaders"), signature: take("Signature") };
}

function queryFields(query: QueryParameters): Fields {
  const take = (name: string) => {
    const value = query.get(name);
    if (value === undefined || value === "")
      throw refusals.incomplete(`AWS query-string parameters must include '${name}'.`);
    return value;
  };
  if (take("X-Amz-Algorithm") !== algorithm) throw refusals.incomplete(`X-Amz-Algorithm only supports "${algorithm}".`);
  return {
    credential: take("X-Amz-Credential"),
    signedHeaders: take("X-Amz-SignedHeaders"),
    signature: take("X-Amz-Signature"),
  };
}

function scopeOf(credential: string): Scope {
  const [accessKeyId = "", date = "", region = "", service = "", terminator = "", ...rest] = credential.split("/");
  if (rest.length > 0 || terminator === "")
    throw refusals.incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${shown(credential)}'`,
    );
  if (!/^[\w]{1,128}$/.test(accessKeyId)) throw refusals.unknownKey();
  if (!/^\d{8}$/.test(date) || !/^[a-z0-9-]{1,64}$/.test(region) || !/^[a-z0-9-]{1,64}$/.test(service))
    throw refusals.mismatch("Credential should be scoped to a valid date, region and service.");
  if (terminator !== "aws4_request")
    throw refusals.mismatch(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${shown(terminator)}'.`,
    );
  return { accessKeyId, date, region, service };
}

function signedHeadersOf(list: string): string[] {
  const names = list.split(";");
  if (names.length > signedHeadersMax || new Set(names).size !== names.length)
    throw refusals.incomplete("SignedHeaders names a header twice, or too many.");
  if (!names.every((name) => /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)))
    throw refusals.incomplete("SignedHeaders must be lower-case header names separated by ';'.");
  return names;
}

const signedHeadersMax = 200;

function signatureOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw refusals.mismatch();
  return text;
}

function timestampOf(request: WireRequest, query: QueryParameters, presigned: boolean): { text: string; ms: number } {
  const given = presigned ? query.get("X-Amz-Date") : request.headers["x-amz-date"]?.[0];
  if (given !== undefined) {
    const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(given);
    const ms =
      parts === null
        ? Number.NaN
        : Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}Z`);
    if (Number.isNaN(ms))
      throw refusals.incomplete(
        `Date must be in ISO-8601 'basic format'. Got '${shown(given)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
      );
    return { text: given, ms };
  }
  const date = presigned ? undefined : request.headers["date"]?.[0];
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(ms))
    throw refusals.incomplete(
      presigned
        ? "AWS query-string parameters must include 'X-Amz-Date'."
        : "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    );
  return { text: `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`, ms };
}

function expiresOf(query: QueryParameters): number {
  const text = query.get("X-Amz-Expires") ?? "";
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1 || Number(text) > presignedSecondsMax)
    throw refusals.incomplete("X-Amz-Expires must be a number of seconds between 1 and 604800.");
  return Number(text);
}

/** A hostile value is not echoed back whole. */
function shown(text: string): string {
  return text.slice(0, 128);
}
