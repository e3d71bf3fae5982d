import type { Clock } from "../../environment.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { WebIdentityCaller } from "../caller.js";
import type { IssuerKeys } from "./issuer-keys.js";
import { isSignedBy, type JsonWebToken, parseToken } from "./json-web-token.js";
import { WebIdentityError } from "./web-identity-error.js";

/** What a token says beside who somebody is: how the session made with it is to be. */
export interface WebIdentity {
  readonly caller: WebIdentityCaller;
  readonly sessionTags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity: string | undefined;
}

/** Clocks differ: a token may have been made so far in our future. It still ends when it says. */
const clockSkewSeconds = 60;
const subjectLengthMax = 255;
const issuerLengthMax = 255;

/** `https://host/path` is `host/path` in ARNs and in condition keys. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, "");
}

export function openidProviderArn(accountId: string, issuer: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${issuerName(issuer)}`;
}

/** Finds who a token of another issuer speaks of, if the account takes that issuer's tokens. */
export class WebIdentities {
  readonly #settings: SettingsStore;
  readonly #keys: IssuerKeys;
  readonly #clock: Clock;

  constructor(parts: { readonly settings: SettingsStore; readonly keys: IssuerKeys; readonly clock: Clock }) {
    this.#settings = parts.settings;
    this.#keys = parts.keys;
    this.#clock = parts.clock;
  }

  /**
   * @param accountId whose providers count.
   * @throws WebIdentityError
   */
  async verify(text: string, accountId: string): Promise<WebIdentity> {
    const token = parseToken(text);
    const { iss: issuer, sub: subject } = token.claims;
    if (typeof issuer !== "string" || issuer.length > issuerLengthMax) throw missing("iss");
    const provider = await this.#provider(accountId, issuer);
    const { audience, authorized } = audienceOf(token.claims, provider.clientIds);
    const candidates = await this.#keys.candidates(issuer, token);
    if (!candidates.some((key) => isSignedBy(token, key)))
      throw new WebIdentityError("invalid", "The ID Token provided is not signed by its issuer");
    this.#checkTimes(token.claims);
    if (typeof subject !== "string" || subject === "") throw missing("sub");
    if (subject.length > subjectLengthMax) throw new WebIdentityError("claim-rejected", "The claim sub is too long");
    return {
      caller: {
        kind: "web-identity",
        accountId,
        provider: provider.arn,
        subject,
        audience,
        claims: conditionClaims(issuerName(issuer), token, { audience, authorized }),
      },
      ...sessionFacts(token.claims),
    };
  }

  async #provider(accountId: string, issuer: string) {
    const arn = openidProviderArn(accountId, issuer);
    const row = await this.#settings.read
      .selectFrom("iam_openid_providers")
      .select(["issuer", "client_ids"])
      .where("provider_arn", "=", arn)
      .executeTakeFirst();
    if (row?.issuer !== issuer)
      throw new WebIdentityError("invalid", `No OpenIDConnect provider found in your account for ${issuer}`);
    return { arn, clientIds: JSON.parse(row.client_ids) as readonly string[] };
  }

  #checkTimes({ exp, nbf, iat }: JsonWebToken["claims"]): void {
    const nowSeconds = Math.floor(this.#clock.nowMs() / 1000);
    if (!isTime(exp)) throw missing("exp");
    if (!isTime(iat)) throw missing("iat");
    if (exp <= nowSeconds)
      throw new WebIdentityError(
        "expired",
        `Token expired: current date/time ${nowSeconds} must be before the expiration date/time ${exp}`,
      );
    const latest = nowSeconds + clockSkewSeconds;
    if (iat > latest) throw new WebIdentityError("invalid", "The ID Token was issued in the future");
    if (nbf !== undefined && (!isTime(nbf) || nbf > latest))
      throw new WebIdentityError("invalid", "The ID Token is not valid yet");
  }
}

/**
 * Who the token is for. Where it names an authorized party (`azp`), that is the audience that counts, as with AWS, and
 * the others are told as `oaud`.
 */
function audienceOf({ aud, azp }: JsonWebToken["claims"], clientIds: readonly string[]) {
  const audiences = textsOf(aud);
  if (audiences === undefined || audiences.length === 0) throw missing("aud");
  if (azp !== undefined && typeof azp !== "string") throw wrongAudience();
  const audience = [...(azp === undefined ? audiences : [azp])].find((one) => clientIds.includes(one));
  if (audience === undefined) throw wrongAudience();
  return { audience, authorized: azp as string | undefined };
}

/**
 * What a trust policy may ask of a token: every claim that is a text, a number, a boolean or a list of texts, as
 * `<issuer>:<claim>`. Condition keys know no case, so a claim whose name differs from another's in case alone could
 * stand in for it: such a token is refused.
 */
function conditionClaims(
  issuer: string,
  { claims }: JsonWebToken,
  { audience, authorized }: { audience: string; authorized: string | undefined },
): Record<string, readonly string[]> {
  const told = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(claims)) {
    const values = typeof value === "number" || typeof value === "boolean" ? [String(value)] : textsOf(value);
    if (values === undefined) continue;
    if (told.has(name.toLowerCase()))
      throw new WebIdentityError("claim-rejected", "Two claims of the token differ in case alone");
    told.set(name.toLowerCase(), values);
  }
  if (authorized !== undefined) told.set("oaud", textsOf(claims["aud"]) ?? []);
  else told.delete("oaud");
  told.set("aud", [audience]);
  return Object.fromEntries([...told].map(([name, values]) => [`${issuer}:${name}`, values]));
}

const tagsClaim = "https://aws.amazon.com/tags";
const sourceIdentityClaim = "https://aws.amazon.com/source_identity";

/** Session tags and a source identity as AWS reads them from a token. Their limits are STS's to check. */
function sessionFacts(claims: JsonWebToken["claims"]): Omit<WebIdentity, "caller"> {
  const tags = claims[tagsClaim] ?? {};
  const sourceIdentity = claims[sourceIdentityClaim];
  const { principal_tags: given = {}, transitive_tag_keys: transitive = [] } = isObject(tags) ? tags : {};
  const transitiveTagKeys = Array.isArray(transitive) ? textsOf(transitive) : undefined;
  if (
    !isObject(tags) ||
    !isObject(given) ||
    transitiveTagKeys === undefined ||
    (sourceIdentity !== undefined && typeof sourceIdentity !== "string")
  )
    throw unreadable();
  const sessionTags = Object.entries(given).map(([key, value]) => {
    const values = textsOf(value);
    if (values?.length !== 1) throw unreadable();
    return [key, values[0]!] as const;
  });
  return { sessionTags: Object.fromEntries(sessionTags), transitiveTagKeys, sourceIdentity };
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === "string") return [value];
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined;
}

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value) && value > 0;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const missing = (claim: string) => new WebIdentityError("invalid", `Missing a required claim: ${claim}`);
const wrongAudience = () => new WebIdentityError("invalid", "Incorrect token audience");
const unreadable = () =>
  new WebIdentityError("claim-rejected", "The claims of the token on tags or source identity cannot be read");
