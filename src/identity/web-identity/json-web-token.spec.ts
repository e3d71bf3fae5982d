import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fits, isSignedBy, parseToken, readIssuerKey } from "./json-web-token.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const curves = {
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: generateKeyPairSync("ec", { namedCurve: "P-521" }),
};
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwk = (key: KeyObject, more: object = {}) => readIssuerKey({ ...key.export({ format: "jwk" }), ...more })!;

function token(alg: string, signer: (signed: Buffer) => Buffer, header: object = {}): string {
  const signed = `${part({ alg, ...header })}.${part({ sub: "ann" })}`;
  return `${signed}.${signer(Buffer.from(signed)).toString("base64url")}`;
}

const hashOf = (alg: string) => `sha${alg.slice(2)}`;
const byRsa = (alg: string) =>
  token(alg, (signed) =>
    sign(hashOf(alg), signed, {
      key: rsa.privateKey,
      ...(alg.startsWith("PS") && { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 }),
    }),
  );
const byCurve = (alg: keyof typeof curves) =>
  token(alg, (signed) => sign(hashOf(alg), signed, { key: curves[alg].privateKey, dsaEncoding: "ieee-p1363" }));

describe("a JSON Web Token", () => {
  it.each(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"])("signed with %s is verified", (alg) => {
    const parsed = parseToken(byRsa(alg));
    expect(parsed.claims).toEqual({ sub: "ann" });
    expect(fits(jwk(rsa.publicKey), parsed) && isSignedBy(parsed, jwk(rsa.publicKey))).toBe(true);
    expect(isSignedBy({ ...parsed, signed: Buffer.from(`${parsed.signed}x`) }, jwk(rsa.publicKey))).toBe(false);
  });

  it.each(["ES256", "ES384", "ES512"] as const)("signed with %s is verified", (alg) => {
    const parsed = parseToken(byCurve(alg));
    const key = jwk(curves[alg].publicKey);
    expect(fits(key, parsed) && isSignedBy(parsed, key)).toBe(true);
    expect(isSignedBy({ ...parsed, signature: Buffer.alloc(parsed.signature.length) }, key)).toBe(false);
  });

  it("chooses its key by its algorithm, and by its key id where it names one", () => {
    const parsed = parseToken(byCurve("ES256"));
    expect(fits(jwk(rsa.publicKey), parsed)).toBe(false);
    expect(fits(jwk(curves.ES384.publicKey), parsed)).toBe(false);
    expect(fits(jwk(curves.ES256.publicKey, { alg: "ES384" }), parsed)).toBe(false);
    const named = parseToken(token("ES256", () => Buffer.alloc(64), { kid: "one" }));
    expect(fits(jwk(curves.ES256.publicKey, { kid: "two" }), named)).toBe(false);
    expect(fits(jwk(curves.ES256.publicKey, { kid: "one" }), named)).toBe(true);
  });

  it("is refused without a signature of an asymmetric key", () => {
    const withKeyAsSecret = token("HS256", (signed) =>
      createHmac("sha256", rsa.publicKey.export({ format: "pem", type: "spki" }))
        .update(signed)
        .digest(),
    );
    for (const bad of [
      withKeyAsSecret,
      token("none", () => Buffer.from("x")),
      `${part({ alg: "none" })}.${part({})}.`,
      token("toString", () => Buffer.from("x")),
    ])
      expect(() => parseToken(bad)).toThrow();
  });

  it("is refused if it is none, or says what nobody here would understand", () => {
    const good = byRsa("RS256").split(".");
    for (const bad of [
      ...["", "a.b", "a.b.c.d", `${good[0]}.${good[1]}`, `${good[0]}.${good[1]}.a+b`],
      token("RS256", () => Buffer.from("x"), { crit: ["exp"] }),
      token("RS256", () => Buffer.from("x"), { kid: 7 }),
      `${part([])}.${good[1]}.${good[2]}`,
      `${good[0]}.${part("claims")}.${good[2]}`,
    ])
      expect(() => parseToken(bad)).toThrow("not a valid JWT");
  });

  it("is verified with no key that is weak, private to another use, or none", () => {
    const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
    expect(readIssuerKey(weak.export({ format: "jwk" }))).toBeUndefined();
    expect(readIssuerKey({ ...rsa.publicKey.export({ format: "jwk" }), use: "enc" })).toBeUndefined();
    for (const bad of [null, 1, [], {}, { kty: "oct", k: "c2VjcmV0" }, { kty: "RSA", n: "!", e: "AQAB" }])
      expect(readIssuerKey(bad)).toBeUndefined();
  });
});
