import type { Environment } from "../environment.js";
import { SettingsCache } from "../storage/settings-cache.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { EncryptionKeyUnusable } from "../storage/store-error.js";
import { BoundedCache } from "./bounded-cache.js";
import { type CustomerKey, customerKeyById } from "./customer-keys.js";
import { decrypt, encrypt, readHead } from "./key-ciphertext.js";
import { openMaterial } from "./key-materials.js";
import type { Vault } from "./vault.js";

/** A key that encrypts data, and the same key encrypted under a KMS key. */
export interface DataKey {
  readonly plain: Buffer;
  /** A ciphertext of KMS, base64url. */
  readonly wrapped: string;
}

type Context = Readonly<Record<string, string>>;

/** One data key serves for so long and so many uses: making one asks the settings store for the KMS key's material. */
const useMsMax = 60_000;
const usesMax = 100_000;
const dataKeyBytes = 32;
/** 64 bytes each. */
const openedKeysMax = 10_000;
const keysKnownMax = 1000;

/** KMS keys that were found usable, by id, since somebody began to read. */
export type KeysAsked = Map<string, CustomerKey>;

/**
 * Envelope encryption under KMS keys. Whether a key may be used is asked before every use, also of data keys that are at
 * hand. To open anything the settings are read anew, so that a key which is disabled shuts what it encrypted at once, in
 * every process. To encrypt, another process's change may go unseen for a second: what was encrypted meanwhile is shut, too.
 */
export class DataKeys {
  readonly #deps: { readonly settings: SettingsStore; readonly vault: Vault; readonly environment: Environment };
  readonly #keys: SettingsCache<CustomerKey | undefined>;
  readonly #current = new Map<
    string,
    { readonly made: Promise<DataKey>; readonly untilMs: number; usesLeft: number }
  >();
  readonly #opened = new BoundedCache<string, Buffer>(openedKeysMax);

  constructor(deps: { readonly settings: SettingsStore; readonly vault: Vault; readonly environment: Environment }) {
    this.#deps = deps;
    const { settings, environment } = deps;
    this.#keys = new SettingsCache({
      settings,
      clock: environment.clock,
      entriesMax: keysKnownMax,
      load: (keyId) => this.#load(keyId),
    });
  }

  /**
   * A data key to encrypt with.
   *
   * @param keyId of the KMS key.
   * @param uses how many times it is going to be used.
   * @throws EncryptionKeyUnusable
   */
  async current(keyId: string, context: Context, uses: number): Promise<DataKey> {
    const key = await this.#usable(keyId);
    const name = JSON.stringify([key.materialId, context]);
    const nowMs = this.#deps.environment.clock.monotonicMs();
    let current = this.#current.get(name);
    if (current === undefined || current.untilMs <= nowMs || current.usesLeft < uses) {
      if (this.#current.size >= keysKnownMax) this.#current.clear();
      current = { made: this.#make(key, context), untilMs: nowMs + useMsMax, usesLeft: usesMax };
      this.#current.set(name, current);
      current.made.catch(() => this.#current.delete(name));
    }
    current.usesLeft -= uses;
    return current.made;
  }

  /**
   * A data key that nothing else uses.
   *
   * @throws EncryptionKeyUnusable
   */
  async fresh(keyId: string, context: Context): Promise<DataKey> {
    return this.#make(await this.#usable(keyId), context);
  }

  /**
   * The plain key of one that `current` or `fresh` gave.
   *
   * @param asked what one reading has asked already is not asked again: it was asked after that began.
   * @throws EncryptionKeyUnusable; Error if it was altered or made with another context.
   */
  async open(wrapped: string, context: Context, asked: KeysAsked): Promise<Buffer> {
    const ciphertext = Buffer.from(wrapped, "base64url");
    const head = readHead(ciphertext);
    if (head === undefined) throw new Error("a stored data key was altered");
    let key = asked.get(head.keyId);
    if (key === undefined) {
      key = requireUsable(head.keyId, await this.#load(head.keyId));
      asked.set(head.keyId, key);
    }
    const name = `${wrapped} ${JSON.stringify(context)}`;
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const material = await openMaterial(this.#deps, head.keyId, head.materialId);
    if (material === undefined) throw new EncryptionKeyUnusable(`${key.arn} has lost its material.`, { isGone: true });
    const plain = decrypt(material, ciphertext, context);
    if (plain === undefined) throw new Error("a stored data key was altered");
    this.#opened.set(name, plain);
    return plain;
  }

  async #usable(keyId: string): Promise<CustomerKey> {
    const known = this.#keys.get(keyId);
    return requireUsable(keyId, known instanceof Promise ? await known : known);
  }

  #load(keyId: string): Promise<CustomerKey | undefined> {
    const { settings, environment } = this.#deps;
    return customerKeyById(settings.read, keyId, environment.clock.nowMs());
  }

  async #make({ keyId, materialId, arn }: CustomerKey, context: Context): Promise<DataKey> {
    const { ids } = this.#deps.environment;
    const material = await openMaterial(this.#deps, keyId, materialId);
    if (material === undefined) throw new EncryptionKeyUnusable(`${arn} has lost its material.`);
    const plain = ids.bytes(dataKeyBytes);
    const wrapped = encrypt({ keyId, materialId, material }, plain, context, (length) => ids.bytes(length));
    return { plain, wrapped: Buffer.from(wrapped).toString("base64url") };
  }
}

function requireUsable(keyId: string, key: CustomerKey | undefined): CustomerKey {
  if (key === undefined) throw new EncryptionKeyUnusable(`Key '${keyId}' does not exist.`, { isGone: true });
  if (key.unusable !== undefined) throw new EncryptionKeyUnusable(key.unusable);
  return key;
}
