import { createHash } from "node:crypto";

/**
 * Opaque page tokens. A token holds a position (strings only) and a digest of the request it continues, so that it is
 * refused with other parameters, as AWS refuses it. It carries no rights: a forged one only moves within what its
 * caller may read anyway.
 */
export function encodePageToken(position: readonly string[], request: unknown): string {
  return Buffer.from(JSON.stringify([digestOf(request), ...position])).toString("base64url");
}

/** @returns the position, or undefined if the token is not one of ours for this request. */
export function decodePageToken(token: string, request: unknown): string[] | undefined {
  if (token.length > tokenLengthMax) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === "string")) return undefined;
    const [digest, ...position] = parts as string[];
    return digest === digestOf(request) ? position : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(request: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(request) ?? "")
    .digest("base64url")
    .slice(0, 16);
}

const tokenLengthMax = 4096;
