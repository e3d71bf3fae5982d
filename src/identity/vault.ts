/**
 * Seals small secrets (access keys, signing keys, key material) for keeping in the settings store. The master key is
 * never in a store: it is a file of the data folder (mode 0600) or comes from `DOSIMETER_MASTER_KEY`.
 */
export interface Vault {
  /** @param context is authenticated: the same one must be given to `open`. */
  seal(plain: Uint8Array, context: string): string;
  /** @throws if the text was altered, sealed under another key or with another context. */
  open(sealed: string, context: string): Buffer;
}
