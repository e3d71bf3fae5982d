import type { Caller } from "./caller.js";

/** Finds who an access key belongs to. The signature itself is the gateway's to check. */
export interface Credentials {
  /**
   * Answers at once, without a promise, where the key is cached. Never rejects but for a store that is away.
   *
   * @param sessionToken as sent in `x-amz-security-token`; temporary keys (`ASIA…`) are found by it alone.
   */
  find(accessKeyId: string, sessionToken: string | undefined): Promise<FoundCredential> | FoundCredential;
}

export type FoundCredential =
  | { readonly kind: "found"; readonly secretAccessKey: string; readonly caller: Caller }
  | { readonly kind: "unknown" }
  /** The session token is absent, altered, of another key, or sent with a key that has none. */
  | { readonly kind: "invalid-token" }
  | { readonly kind: "expired" }
  | { readonly kind: "inactive" };
