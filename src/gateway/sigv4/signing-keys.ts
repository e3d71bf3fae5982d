import { createHash, createHmac } from "node:crypto";

/**
 * Derived signing keys, kept because deriving costs four HMACs and a key serves a day. Bounded; the one unused longest
 * goes first. Found by a hash of the secret, so no secret is kept and a changed one is never answered with an old key.
 */
export class SigningKeys {
  readonly #keys = new Map<string, Buffer>();
  readonly #keysMax: number;

  constructor(keysMax = 4096) {
    this.#keysMax = keysMax;
  }

  keyFor(secretAccessKey: string, date: string, region: string, service: string): Buffer {
    const secretHash = createHash("sha256").update(secretAccessKey).digest("base64");
    const name = `${secretHash}/${date}/${region}/${service}`;
    const known = this.#keys.get(name);
    if (known !== undefined) {
      // Last in the map means used last. Worth the two operations only while something may have to go.
      if (this.#keys.size > this.#keysMax / 2) {
        this.#keys.delete(name);
        this.#keys.set(name, known);
      }
      return known;
    }
    const key = [date, region, service, "aws4_request"].reduce<Buffer>(
      (previous, part) => hmac(previous, part),
      Buffer.from(`AWS4${secretAccessKey}`, "utf8"),
    );
    this.#keys.set(name, key);
    if (this.#keys.size > this.#keysMax) this.#keys.delete(this.#keys.keys().next().value as string);
    return key;
  }
}

export function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text, "utf8").digest();
}

export function hmacHex(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text, "utf8").digest("hex");
}
