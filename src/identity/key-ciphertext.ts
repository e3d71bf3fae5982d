import { createCipheriv, createDecipheriv } from "node:crypto";

/**
 * A ciphertext of ours: version (1 byte), key id (16), id of the key's material (16), nonce (12), tag (16), encrypted
 * text. AES-256-GCM authenticates the head and the encryption context with it.
 */
const version = 1;
const headBytes = 33;
const nonceBytes = 12;
const tagBytes = 16;

export type EncryptionContext = Readonly<Record<string, string>> | undefined;

export interface CiphertextHead {
  readonly keyId: string;
  readonly materialId: string;
}

export function encrypt(
  key: CiphertextHead & { readonly material: Uint8Array },
  plaintext: Uint8Array,
  context: EncryptionContext,
  randomBytes: (length: number) => Uint8Array,
): Uint8Array {
  const head = Buffer.concat([Buffer.of(version), uuidBytes(key.keyId), uuidBytes(key.materialId)]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key.material, nonce);
  cipher.setAAD(authenticated(head, context));
  const encrypted = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), encrypted]);
}

/** @returns undefined if it is no ciphertext of ours. */
export function readHead(ciphertext: Uint8Array): CiphertextHead | undefined {
  if (ciphertext.length < headBytes + nonceBytes + tagBytes || ciphertext[0] !== version) return undefined;
  return { keyId: uuidText(ciphertext.subarray(1, 17)), materialId: uuidText(ciphertext.subarray(17, 33)) };
}

/** @returns undefined if it was altered or made with another encryption context. */
export function decrypt(material: Uint8Array, ciphertext: Uint8Array, context: EncryptionContext): Buffer | undefined {
  const nonceAt = headBytes;
  const tagAt = nonceAt + nonceBytes;
  const textAt = tagAt + tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", material, ciphertext.subarray(nonceAt, tagAt));
  decipher.setAAD(authenticated(ciphertext.subarray(0, headBytes), context));
  decipher.setAuthTag(ciphertext.subarray(tagAt, textAt));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(textAt)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** The order of the context's pairs means nothing, so they are sorted. */
function authenticated(head: Uint8Array, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  return Buffer.concat([head, Buffer.from(JSON.stringify(pairs))]);
}

function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}

function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
