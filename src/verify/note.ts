import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

/** What was given is not what it should be; the message says why. */
export class ProofRefused extends Error {
  override readonly name = "ProofRefused";
}

/** A verifier key of the note format, `name+id+key`, of an Ed25519 key. */
export interface VerifierKey {
  readonly name: string;
  readonly id: Buffer;
  readonly publicKey: KeyObject;
}

/** A signed tree head whose signature holds. */
export interface SignedHead {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
}

/** Hostile files end somewhere. The format wants 16 signatures to be taken. */
const signaturesMax = 64;
const ed25519 = 0x01;
/** What stands before the 32 bytes of an Ed25519 key in SPKI. */
const spkiHead = Buffer.from("302a300506032b6570032100", "hex");

/** @throws ProofRefused */
export function readVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  if (name === undefined || id === undefined || encoded === undefined)
    throw new ProofRefused("the key is not of the form name+id+key");
  const key = Buffer.from(encoded, "base64");
  if (key.length !== 33 || key[0] !== ed25519) throw new ProofRefused("the key is not an Ed25519 key");
  const computed = createHash("sha256").update(`${name}\n`).update(key).digest().subarray(0, 4);
  if (computed.toString("hex") !== id) throw new ProofRefused("the key is not the one its id says");
  const der = Buffer.concat([spkiHead, key.subarray(1)]);
  return { name, id: computed, publicKey: createPublicKey({ key: der, format: "der", type: "spki" }) };
}

/**
 * Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint. Signatures of others are ignored; one of our key must be there
 * and hold.
 * @throws ProofRefused
 */
export function openCheckpoint(note: string, key: VerifierKey): SignedHead {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new ProofRefused("the checkpoint is not a signed note");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the format forbids them.
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new ProofRefused("the checkpoint has control characters");
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > signaturesMax) throw new ProofRefused(`the checkpoint has more than ${signaturesMax} signatures`);
  let signed = false;
  for (const line of lines) {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    if (name === undefined || encoded === undefined) throw new ProofRefused("a signature line is malformed");
    const bytes = Buffer.from(encoded, "base64");
    if (name !== key.name || !bytes.subarray(0, 4).equals(key.id)) continue;
    if (!verify(null, Buffer.from(text), key.publicKey, bytes.subarray(4)))
      throw new ProofRefused("the signature of the checkpoint does not hold");
    signed = true;
  }
  if (!signed) throw new ProofRefused(`the checkpoint is not signed by ${key.name}+${key.id.toString("hex")}`);
  const [origin, size, root, ...extensions] = text.slice(0, -1).split("\n");
  if (origin !== key.name) throw new ProofRefused(`the checkpoint is of ${origin}, not of ${key.name}`);
  if (size === undefined || !/^(0|[1-9]\d{0,18})$/.test(size)) throw new ProofRefused("the checkpoint has no size");
  if (extensions.includes("")) throw new ProofRefused("the checkpoint has an empty line");
  return { origin, size: BigInt(size), root: hashOf(root ?? "") };
}

/** A SHA-256 in base64, spelled in the one way there is. @throws ProofRefused */
export function hashOf(line: string): Buffer {
  const hash = Buffer.from(line, "base64");
  if (hash.length !== 32 || hash.toString("base64") !== line)
    throw new ProofRefused(`'${line.slice(0, 60)}' is no hash`);
  return hash;
}
