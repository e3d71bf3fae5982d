import { createHash, type KeyObject, sign } from "node:crypto";

/** Who signs: `origin` is the log's name and the key's. */
export interface NoteKey {
  readonly origin: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** An Ed25519 signature, as the note format numbers them. */
const signatureType = Uint8Array.of(1);

/**
 * A signed tree head: origin, size, root, and below an empty line who says so.
 * Sources: c2sp.org/tlog-checkpoint, c2sp.org/signed-note.
 */
export function signCheckpoint(key: NoteKey, size: number, root: Uint8Array): string {
  const text = `${key.origin}\n${size}\n${base64(root)}\n`;
  const signature = sign(null, Buffer.from(text), key.privateKey);
  return `${text}\n— ${key.origin} ${base64(Buffer.concat([keyId(key), signature]))}\n`;
}

/** The public key as verifiers of notes take it: `name+id+key`. */
export function verifierKey(key: NoteKey): string {
  return `${key.origin}+${keyId(key).toString("hex")}+${base64(Buffer.concat([signatureType, rawKey(key)]))}`;
}

function keyId(key: NoteKey): Buffer {
  return createHash("sha256")
    .update(`${key.origin}\n`)
    .update(signatureType)
    .update(rawKey(key))
    .digest()
    .subarray(0, 4);
}

/** The 32 bytes at the end of the DER. */
function rawKey({ publicKey }: NoteKey): Buffer {
  return publicKey.export({ type: "spki", format: "der" }).subarray(-32);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
