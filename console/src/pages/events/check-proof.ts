import { Sha256Js } from "@smithy/core/checksum";

/** What GetInclusionProof answers. */
export interface InclusionProof {
  readonly LeafIndex: number;
  readonly TreeSize: number;
  readonly LeafData: string;
  /** Base64, the leaf's own neighbour first. */
  readonly Path: readonly string[];
  /** The signed tree head. */
  readonly Checkpoint: string;
}

export type StepName = "record" | "leaf" | "path" | "head" | "signature";

/** One thing that was checked. A proof holds if none of its steps fails. */
export interface ProofStep {
  readonly name: StepName;
  readonly outcome: "holds" | "fails" | "unchecked";
}

/** The caller of this module trusts the key, and nothing else of what it gives. */
interface Claim {
  readonly eventId: string;
  /** The record as it is shown, to the byte. */
  readonly record: string;
  readonly proof: InclusionProof;
  /** `name+id+key`, as notes have it. */
  readonly verifierKey: string;
}

/**
 * Checks in the browser that a record is in the signed tree of all records. Written apart from what makes proofs, and by
 * no cryptography of the page's own but SHA-256, which browsers offer to pages of a secure address only.
 * Sources: RFC 6962, RFC 9162, c2sp.org/tlog-checkpoint, c2sp.org/signed-note.
 *
 * @param subtle the browser's cryptography, for the signature; undefined where the page's address is not secure.
 */
export async function checkProof(claim: Claim, subtle: SubtleCrypto | undefined): Promise<readonly ProofStep[]> {
  const { proof, eventId, record, verifierKey } = claim;
  const [version, accountId, leafEventId, recordSha256, ...rest] = proof.LeafData.split("\n");
  const leafIsOfRecord =
    version === "dosimeter.record/1" && /^\d{12}$/.test(accountId ?? "") && rest.length === 1 && rest[0] === "";
  const head = readHead(proof.Checkpoint);
  const root = await rootOf(proof);
  const outcome = (holds: boolean): ProofStep["outcome"] => (holds ? "holds" : "fails");
  return [
    { name: "record", outcome: outcome(hex(await sha256(utf8(record))) === recordSha256) },
    { name: "leaf", outcome: outcome(leafIsOfRecord && leafEventId === eventId && eventIdIn(record) === eventId) },
    { name: "path", outcome: outcome(root !== undefined && head !== undefined && same(root, head.root)) },
    {
      name: "head",
      outcome: outcome(
        head !== undefined && head.size === BigInt(proof.TreeSize) && head.origin === verifierKey.split("+")[0],
      ),
    },
    { name: "signature", outcome: await signatureOutcome(proof.Checkpoint, verifierKey, subtle) },
  ];
}

/** What `dosimeter verify --proof` reads: the proof with its record, for who trusts no page. */
export function proofFile({ proof, record }: Pick<Claim, "proof" | "record">): string {
  const lines = [
    "c2sp.org/tlog-proof@v1",
    `extra ${base64(utf8(`${proof.LeafData}${record}`))}`,
    `index ${proof.LeafIndex}`,
    ...proof.Path,
  ];
  return `${lines.join("\n")}\n\n${proof.Checkpoint}`;
}

/** By the bits of the leaf's place: RFC 9162, section 2.1.3.2. Undefined: no tree of that size has such a path. */
async function rootOf({ LeafData, LeafIndex, TreeSize, Path }: InclusionProof): Promise<Uint8Array | undefined> {
  if (!Number.isSafeInteger(LeafIndex) || !Number.isSafeInteger(TreeSize)) return undefined;
  if (LeafIndex < 0 || LeafIndex >= TreeSize) return undefined;
  let place = BigInt(LeafIndex);
  let last = BigInt(TreeSize) - 1n;
  let root = await sha256(Uint8Array.of(0), utf8(LeafData));
  for (const text of Path) {
    const beside = fromBase64(text);
    if (beside?.length !== 32 || last === 0n) return undefined;
    if (place % 2n === 1n || place === last) {
      root = await sha256(Uint8Array.of(1), beside, root);
      while (place % 2n === 0n && place !== 0n) {
        place >>= 1n;
        last >>= 1n;
      }
    } else {
      root = await sha256(Uint8Array.of(1), root, beside);
    }
    place >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? root : undefined;
}

interface Head {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Uint8Array;
}

function readHead(note: string): Head | undefined {
  const [origin = "", size = "", root = ""] = note.split("\n");
  const hash = fromBase64(root);
  if (origin === "" || !/^(0|[1-9]\d{0,18})$/.test(size) || hash?.length !== 32) return undefined;
  return { origin, size: BigInt(size), root: hash };
}

async function signatureOutcome(
  note: string,
  verifierKey: string,
  subtle: SubtleCrypto | undefined,
): Promise<ProofStep["outcome"]> {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(verifierKey) ?? [];
  const key = encoded === undefined ? undefined : fromBase64(encoded);
  // The first byte says: Ed25519.
  if (name === undefined || id === undefined || key?.length !== 33 || key[0] !== 1) return "fails";
  const computed = await sha256(utf8(`${name}\n`), key);
  if (hex(computed.subarray(0, 4)) !== id) return "fails";
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) return "fails";
  const signatures = note.slice(end + 2, -1).split("\n");
  const ours = signatures.flatMap((line) => {
    const [, signer, text] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    const bytes = text === undefined ? undefined : fromBase64(text);
    return signer === name && bytes !== undefined && hex(bytes.subarray(0, 4)) === id ? [bytes.subarray(4)] : [];
  });
  if (ours.length === 0) return "fails";
  const publicKey = await importKey(key.slice(1), subtle);
  if (publicKey === undefined || subtle === undefined) return "unchecked";
  for (const signature of ours)
    if (!(await subtle.verify("Ed25519", publicKey, signature, utf8(note.slice(0, end + 1))))) return "fails";
  return "holds";
}

/** @returns undefined where the browser does not know Ed25519. */
async function importKey(
  bytes: Uint8Array<ArrayBuffer>,
  subtle: SubtleCrypto | undefined,
): Promise<CryptoKey | undefined> {
  try {
    return await subtle?.importKey("raw", bytes, "Ed25519", false, ["verify"]);
  } catch {
    return undefined;
  }
}

function eventIdIn(record: string): unknown {
  try {
    return (JSON.parse(record) as { eventID?: unknown }).eventID;
  } catch {
    return undefined;
  }
}

async function sha256(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  const hash = new Sha256Js();
  for (const part of parts) hash.update(part);
  return new Uint8Array(await hash.digest());
}

const encoder = new TextEncoder();
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** Spelled in the one way there is; undefined for anything else. */
function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return base64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
