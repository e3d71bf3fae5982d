import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";
import { WebIdentityError } from "./web-identity-error.js";

/** A JSON Web Token (RFC 7519, signed as in RFC 7515), read and not yet believed. */
export interface JsonWebToken {
  readonly algorithm: SignatureAlgorithm;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What was signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** The one curve or padding that a name stands for: nothing of a key may choose it (RFC 8725, section 3.1). */
const algorithms = {
  RS256: { type: "rsa", hash: "sha256", padding: constants.RSA_PKCS1_PADDING },
  RS384: { type: "rsa", hash: "sha384", padding: constants.RSA_PKCS1_PADDING },
  RS512: { type: "rsa", hash: "sha512", padding: constants.RSA_PKCS1_PADDING },
  PS256: { type: "rsa", hash: "sha256", padding: constants.RSA_PKCS1_PSS_PADDING },
  PS384: { type: "rsa", hash: "sha384", padding: constants.RSA_PKCS1_PSS_PADDING },
  PS512: { type: "rsa", hash: "sha512", padding: constants.RSA_PKCS1_PSS_PADDING },
  ES256: { type: "ec", hash: "sha256", curve: "prime256v1" },
  ES384: { type: "ec", hash: "sha384", curve: "secp384r1" },
  ES512: { type: "ec", hash: "sha512", curve: "secp521r1" },
} as const;

export type SignatureAlgorithm = keyof typeof algorithms;

const modulusBits = { min: 2048, max: 8192 };

/** @throws WebIdentityError if the text is not such a token, or its algorithm is none of those above. */
export function parseToken(text: string): JsonWebToken {
  const parts = text.split(".");
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || !header || !payload || !signature || !parts.every(isBase64Url)) throw notAToken();
  const { alg, kid, crit } = jsonObject(header);
  if (typeof alg !== "string" || !Object.hasOwn(algorithms, alg))
    throw new WebIdentityError("invalid", "The ID Token is signed with an algorithm that is not supported");
  // A critical extension is one whose reader must know it; here none is known.
  if (crit !== undefined || (kid !== undefined && typeof kid !== "string")) throw notAToken();
  return {
    algorithm: alg as SignatureAlgorithm,
    keyId: kid as string | undefined,
    claims: jsonObject(payload),
    signed: Buffer.from(`${header}.${payload}`, "latin1"),
    signature: Buffer.from(signature, "base64url"),
  };
}

/** One key of an issuer's set, for the algorithms it fits. */
export interface IssuerKey {
  readonly keyId: string | undefined;
  /** Where the set says it. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

/** @returns undefined for a key that is for something else, or of no use here; a set may hold such ones. */
export function readIssuerKey(jwk: unknown): IssuerKey | undefined {
  if (typeof jwk !== "object" || jwk === null || Array.isArray(jwk)) return undefined;
  const { kid, alg, use, kty } = jwk as Record<string, unknown>;
  if ((use !== undefined && use !== "sig") || (kty !== "RSA" && kty !== "EC")) return undefined;
  try {
    const key = createPublicKey({ key: jwk as Record<string, string>, format: "jwk" });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (kty === "RSA" && (bits === undefined || bits < modulusBits.min || bits > modulusBits.max)) return undefined;
    return {
      key,
      keyId: typeof kid === "string" ? kid : undefined,
      algorithm: typeof alg === "string" ? alg : undefined,
    };
  } catch {
    return undefined;
  }
}

/** True if the key may have made the signature: the algorithm's type of key, and no other named for it. */
export function fits({ key, keyId, algorithm }: IssuerKey, token: JsonWebToken): boolean {
  const wanted = algorithms[token.algorithm];
  if (key.asymmetricKeyType !== wanted.type) return false;
  if (wanted.type === "ec" && key.asymmetricKeyDetails?.namedCurve !== wanted.curve) return false;
  if (algorithm !== undefined && algorithm !== token.algorithm) return false;
  return token.keyId === undefined || keyId === token.keyId;
}

export function isSignedBy(token: JsonWebToken, { key }: IssuerKey): boolean {
  const wanted = algorithms[token.algorithm];
  if (wanted.type === "ec")
    return verify(wanted.hash, token.signed, { key, dsaEncoding: "ieee-p1363" }, token.signature);
  const { padding } = wanted;
  const pss = padding === constants.RSA_PKCS1_PSS_PADDING;
  return verify(
    wanted.hash,
    token.signed,
    { key, padding, ...(pss && { saltLength: constants.RSA_PSS_SALTLEN_DIGEST }) },
    token.signature,
  );
}

const isBase64Url = (text: string) => /^[A-Za-z0-9_-]+$/.test(text);

function jsonObject(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    throw notAToken();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notAToken();
  return value as Record<string, unknown>;
}

function notAToken(): WebIdentityError {
  return new WebIdentityError(
    "invalid",
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
  );
}
