import type { Clock } from "../../environment.js";
import { BoundedCache } from "../bounded-cache.js";
import { OutboundNetwork } from "../outbound-network.js";
import { fetchJson } from "./fetch-json.js";
import { fits, type IssuerKey, type JsonWebToken, readIssuerKey } from "./json-web-token.js";
import { WebIdentityError } from "./web-identity-error.js";

/** How long a key that an issuer took back may still count. */
const keysMsMax = 60 * 60 * 1000;
/** An issuer is asked no more often, whoever sends what: also not for keys that its set does not hold. */
const askingPauseMs = 5_000;
/** Of one that did not answer. */
const failurePauseMs = 2_000;
const issuersMax = 1_000;
/** As AWS bounds a set: 100 keys of RSA and 100 of elliptic curves. */
const keysMax = 200;

interface KnownIssuer {
  readonly askedMs: number;
  readonly keys: Promise<readonly IssuerKey[]>;
}

/** The keys of issuers, read from their discovery documents (OpenID Connect Discovery 1.0) and kept for a while. */
export class IssuerKeys {
  readonly #clock: Clock;
  readonly #namedOrigins: readonly string[];
  readonly #network = new OutboundNetwork([]);
  readonly #known = new BoundedCache<string, KnownIssuer>(issuersMax);

  /** @param namedOrigins `https://host[:port]` that may be at any address; `http://…`: also without TLS. */
  constructor(options: { readonly clock: Clock; readonly namedOrigins: readonly string[] }) {
    this.#clock = options.clock;
    this.#namedOrigins = options.namedOrigins;
  }

  /**
   * The keys of the issuer that may have signed the token.
   *
   * @throws WebIdentityError if the issuer cannot be asked, or has no such key.
   */
  async candidates(issuer: string, token: JsonWebToken): Promise<readonly IssuerKey[]> {
    let known = this.#recent(issuer, keysMsMax) ?? this.#ask(issuer);
    let found = (await known.keys).filter((key) => fits(key, token));
    if (found.length === 0 && this.#recent(issuer, askingPauseMs) === undefined) {
      known = this.#ask(issuer);
      found = (await known.keys).filter((key) => fits(key, token));
    }
    // Without a key id only a set with one such key says which is meant.
    if (found.length === 0 || (token.keyId === undefined && found.length > 1))
      throw new WebIdentityError("invalid", noKey);
    return found;
  }

  #recent(issuer: string, ageMsMax: number): KnownIssuer | undefined {
    const known = this.#known.get(issuer);
    return known && this.#clock.monotonicMs() - known.askedMs < ageMsMax ? known : undefined;
  }

  #ask(issuer: string): KnownIssuer {
    const asked: KnownIssuer = { askedMs: this.#clock.monotonicMs(), keys: this.#fetch(issuer) };
    this.#known.set(issuer, asked);
    // A failure counts as an answer for the pause, then the issuer is asked again.
    asked.keys.catch(() => {
      if (this.#known.get(issuer) === asked)
        this.#known.set(issuer, { ...asked, askedMs: asked.askedMs - keysMsMax + failurePauseMs });
    });
    return asked;
  }

  async #fetch(issuer: string): Promise<readonly IssuerKey[]> {
    let set: unknown;
    try {
      const discovery = await this.#json(new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`));
      const { issuer: named, jwks_uri: place } = discovery as Record<string, unknown>;
      if (named !== issuer) throw new Error("the discovery document is of another issuer");
      if (typeof place !== "string") throw new Error("the discovery document names no jwks_uri");
      set = await this.#json(new URL(place));
    } catch (cause) {
      throw new WebIdentityError("issuer-away", `The keys of ${issuer} could not be read from it.`, cause);
    }
    const keys = (set as { keys?: unknown }).keys;
    if (!Array.isArray(keys) || keys.length > keysMax) throw new WebIdentityError("invalid", noKey);
    return keys.map(readIssuerKey).filter((key) => key !== undefined);
  }

  async #json(url: URL): Promise<object> {
    if (!mayAskIssuer(url, this.#namedOrigins)) throw new Error(`${url.origin} is not HTTPS`);
    const document = await fetchJson(url, isNamed(url, this.#namedOrigins) ? undefined : this.#network);
    if (typeof document !== "object" || document === null) throw new Error(`${url.href} is not a JSON object`);
    return document;
  }
}

/** Whether keys can be got from there: over TLS, or without where a setting says so. */
export function mayAskIssuer(url: URL, namedOrigins: readonly string[] = []): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && isNamed(url, namedOrigins));
}

const isNamed = (url: URL, namedOrigins: readonly string[]) =>
  namedOrigins.some((origin) => new URL(origin).origin === url.origin);

const noKey =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity " +
  "documentation for requirements";
