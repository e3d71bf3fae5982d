import { createHash } from "node:crypto";
import { decodePercent, encodeStrictly, type QueryParameters } from "../query-parameters.js";
import type { WireRequest } from "../wire.js";
import { algorithm, type SignatureClaim } from "./claim.js";

/**
 * How an API signs its path. S3's keys may hold `//` and `..`, so it signs the path as it is, encoded once; everyone
 * else signs it normalised (RFC 3986) and encoded again.
 */
export type PathSigning = "as-is" | "normalised";

/**
 * The canonical request, of the request as it was received and never of what was parsed from it (the query apart, which
 * is parsed once and used by both). A string of Latin-1 characters, one for each byte, as Node hands headers over.
 */
export function canonicalRequest(
  request: WireRequest,
  query: QueryParameters,
  claim: Pick<SignatureClaim, "signedHeaders">,
  payloadHash: string,
  path: PathSigning,
): string {
  let headers = "";
  for (const name of claim.signedHeaders) headers += `${name}:${headerValue(request.headers[name] ?? [])}\n`;
  return (
    `${request.method}\n${path === "as-is" ? encodedPath(request.rawPath) : normalisedPath(request.rawPath)}\n` +
    `${canonicalQuery(query)}\n${headers}\n${claim.signedHeaders.join(";")}\n${payloadHash}`
  );
}

export function stringToSign(claim: SignatureClaim, canonical: string): string {
  const hash = createHash("sha256").update(canonical, "latin1").digest("hex");
  return `${algorithm}\n${claim.timestamp}\n${scopeText(claim)}\n${hash}`;
}

export function scopeText(claim: Pick<SignatureClaim, "date" | "region" | "service">): string {
  return `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
}

function headerValue(values: readonly string[]): string {
  const [only] = values;
  if (values.length === 1 && only !== undefined) return collapse(only);
  return values.map(collapse).join(",");
}

function collapse(value: string): string {
  const trimmed = value.trim();
  return trimmed.includes("  ") || /[\t\r\n]/.test(trimmed) ? trimmed.replace(/[ \t\r\n]+/g, " ") : trimmed;
}

function canonicalQuery(query: QueryParameters): string {
  if (query.entries.length === 0) return "";
  return query.entries
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]): [string, string] => [encodeStrictly(name), encodeStrictly(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function encodedPath(rawPath: string): string {
  if (plainPath.test(rawPath)) return rawPath;
  const decoded = decodePercent(rawPath);
  // A path that cannot be decoded is signed as it stands; the route refuses it afterwards.
  if (decoded === undefined) return rawPath;
  return decoded.split("/").map(encodeStrictly).join("/");
}

function normalisedPath(rawPath: string): string {
  const segments: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment);
  }
  const directory = segments.length > 0 && /(\/|\/\.{1,2})$/.test(rawPath) ? "/" : "";
  const path = `/${segments.join("/")}${directory}`;
  if (plainPath.test(path)) return path;
  // What the client encoded is encoded again; raw bytes of the request line, which it did not, are encoded once.
  return Buffer.from(path, "latin1").toString("utf8").split("/").map(encodeStrictly).join("/");
}

const plainPath = /^[\w./~-]*$/;
