/** A store cannot take or give anything now. Callers may try again; nothing is known to be lost or half done. */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
}

/** A bounded queue in front of a store is full: the caller must slow down. Nothing was stored. */
export class StoreBusy extends Error {
  override readonly name = "StoreBusy";
}

/** What was stored under a customer's key cannot be read, or nothing new be stored, as that key cannot be used now. */
export class EncryptionKeyUnusable extends Error {
  override readonly name = "EncryptionKeyUnusable";
  /** For good: nobody can read what was stored under it any more. */
  readonly isGone: boolean;

  constructor(message: string, options: { readonly isGone?: boolean } = {}) {
    super(message);
    this.isGone = options.isGone ?? false;
  }
}
