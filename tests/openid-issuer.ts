import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { selfSignedCertificate } from "../src/identity/self-signed-certificate.js";

/** An OpenID Connect issuer with keys of its own, on this machine: what a company's sign-in publishes, and its tokens. */
export async function startIssuer(options: { tls?: true; path?: string } = {}) {
  const { path = "" } = options;
  const tlsKey = options.tls && generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const certificate =
    tlsKey &&
    selfSignedCertificate({
      privateKey: tlsKey,
      commonName: "localhost",
      serial: randomBytes(16),
      validFromMs: Date.now() - 60_000,
      validUntilMs: Date.now() + 3_600_000,
    });
  const keys = new Map<string, KeyObject>();
  const asked: string[] = [];
  let answering: "well" | "another-issuer" | "not-at-all" = "well";
  let url = "";

  const answer = (place: string): object | undefined => {
    if (answering === "not-at-all") return undefined;
    if (place === `${path}/.well-known/openid-configuration`)
      return { issuer: answering === "another-issuer" ? `${url}/other` : url, jwks_uri: `${url}/keys` };
    if (place !== `${path}/keys`) return undefined;
    const set = [...keys].map(([kid, key]) => {
      const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = key.export({ format: "jwk" });
      return { ...jwk, kid, use: "sig" };
    });
    return { keys: [...set, { kty: "oct", k: "c2VjcmV0", kid: "none-of-use" }] };
  };
  const listener = (
    request: import("node:http").IncomingMessage,
    response: import("node:http").ServerResponse<import("node:http").IncomingMessage>,
  ) => {
    asked.push(request.url ?? "");
    const document = answer(request.url ?? "");
    response.writeHead(document ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify(document ?? {}));
  };
  const server =
    tlsKey && certificate
      ? createHttpsServer({ key: tlsKey.export({ format: "pem", type: "pkcs8" }), cert: certificate }, listener)
      : createHttpServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = tlsKey ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  url = `${origin}${path}`;

  const addKey = (kid: string, type: "rsa" | "ec" = "rsa") => {
    const { privateKey } =
      type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: 2048 })
        : generateKeyPairSync("ec", { namedCurve: "P-256" });
    keys.set(kid, createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" })));
  };
  addKey("first");

  return {
    url,
    origin,
    /** As it stands in ARNs and condition keys. */
    name: url.replace(/^https?:\/\//, ""),
    certificate,
    /** Paths that somebody got. */
    asked,
    addKey,
    answer: (how: typeof answering) => {
      answering = how;
    },

    /** A signed token: five minutes for `ann` and the client `shop`, unless said otherwise. */
    token(claims: object = {}, kid = "first", signedBy: KeyObject = keys.get(kid)!): string {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const body = { iss: url, sub: "ann", aud: "shop", iat: nowSeconds, exp: nowSeconds + 300, ...claims };
      const alg = signedBy.asymmetricKeyType === "rsa" ? "RS256" : "ES256";
      const signed = [{ alg, kid, typ: "JWT" }, body]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      const signature = sign("sha256", Buffer.from(signed), { key: signedBy, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },

    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
