import { maskCardNumbers } from "./card-numbers.js";
import type { DetectorName } from "./detector-names.js";

/** A ready-made look at a text. */
export interface Detector {
  /** Part of an expression that is found in the JSON of every document in which `mask` may find something. */
  readonly hint: string;
  mask(text: string, replace: (value: string) => string): string;
}

/**
 * What `CREDENTIAL_NAMES` stands for: as names of headers and as query parameters. Their last words count, so that
 * `x-auth-token` is one, too.
 */
export const credentialNames = [
  "authorization",
  "cookie",
  "set-cookie",
  "api-key",
  "access-key",
  "secret-key",
  "private-key",
  "secret",
  "token",
  "password",
  "passwd",
  "pwd",
  "credentials",
  "x-amz-signature",
];

/*
 * Every expression begins at a boundary or with a literal, and repeats within bounds or over characters that cannot
 * begin another match: none takes longer than a small multiple of the text.
 */
const email =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]+(?:@|%(?:25){0,2}40)[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/giu;
const bearer = /\b(bearer(?:\s|%20|\+){1,4})([A-Za-z0-9._~+/=-]{8,})/gi;
const basic = /\b(basic(?:\s|%20|\+){1,4})([A-Za-z0-9+/=_-]{4,})/gi;
const jwt = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*){0,3}/g;
const accessKeyId = /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g;
const secretKey = /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g;
const apiToken =
  /(?<![A-Za-z0-9_-])(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[srp]k_(?:live|test)_|sk-|npm_|AIza|dop_v1_)[A-Za-z0-9_-]{16,}/g;
const privateKey = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g;

export const detectors: Readonly<Record<Exclude<DetectorName, "CREDENTIAL_NAMES">, Detector>> = {
  EMAIL: { hint: "@|%(?:25){0,2}40", mask: (text, replace) => text.replace(email, replace) },
  CARD_NUMBER: { hint: "[0-9](?:[ +-]?(?:%20)?[0-9]){12}", mask: maskCardNumbers },
  BEARER_TOKEN: {
    hint: "bearer|basic",
    mask: (text, replace) =>
      text
        // Prose says "bearer authentication", too.
        .replace(bearer, (all, scheme: string, value: string) =>
          /\d/.test(value) || value.length >= 20 ? scheme + replace(value) : all,
        )
        .replace(basic, (all, scheme: string, value: string) =>
          Buffer.from(value, "base64").includes(":") ? scheme + replace(value) : all,
        ),
  },
  JWT: { hint: "eyJ", mask: (text, replace) => text.replace(jwt, replace) },
  AWS_KEY: {
    // A slash may be escaped, in nested text more than once.
    hint: "AKIA|ASIA|[A-Za-z0-9/+\\\\]{40}",
    mask: (text, replace) =>
      text.replace(accessKeyId, replace).replace(secretKey, (value) =>
        // Hashes in hex and paths have the same length, and not all of these.
        /[A-Z]/.test(value) && /[a-z]/.test(value) && /[0-9]/.test(value) ? replace(value) : value,
      ),
  },
  API_TOKEN: {
    hint: "gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|[srp]k_(?:live|test)_|sk-|npm_|AIza|dop_v1_",
    mask: (text, replace) => text.replace(apiToken, replace),
  },
  PRIVATE_KEY: { hint: "PRIVATE KEY", mask: (text, replace) => text.replace(privateKey, replace) },
};
