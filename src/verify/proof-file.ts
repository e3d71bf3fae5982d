import { createHash } from "node:crypto";
import { growthHolds, hashLeaf, rootFromInclusion } from "./merkle.js";
import { hashOf, openCheckpoint, ProofRefused, type SignedHead, type VerifierKey } from "./note.js";

interface Growth {
  readonly checkpoint: string;
  readonly oldSize?: bigint;
  readonly path?: readonly Buffer[];
}

/** More than any tree has levels. */
const pathMax = 64;
const firstLine = "c2sp.org/tlog-proof@v1";

/** What a proof shows, if nothing was refused. */
export interface ProvenRecord {
  readonly head: SignedHead;
  readonly index: bigint;
  readonly accountId: string;
  readonly eventId: string;
  readonly recordSha256: string;
  /** Absent where the record is not in the file: the proof is then of its hash. */
  readonly record?: string;
}

/**
 * A proof that a record is in the tree. Source: c2sp.org/tlog-proof. Its `extra` are the four lines of the leaf, and
 * behind them the record.
 *
 * @param record the record, where it is not in the file.
 * @throws ProofRefused
 */
export function verifyProof(text: string, key: VerifierKey, record?: string): ProvenRecord {
  const border = text.indexOf("\n\n");
  if (border < 0) throw new ProofRefused("the proof has no checkpoint");
  const [name, extraLine, indexLine, ...pathLines] = text.slice(0, border).split("\n");
  if (name !== firstLine) throw new ProofRefused(`the proof does not begin with ${firstLine}`);
  const [, encoded] = /^extra ([A-Za-z0-9+/]+={0,2})$/.exec(extraLine ?? "") ?? [];
  const [, index] = /^index (0|[1-9]\d{0,18})$/.exec(indexLine ?? "") ?? [];
  if (encoded === undefined || index === undefined) throw new ProofRefused("the proof lacks its leaf or its index");
  const head = openCheckpoint(text.slice(border + 2), key);

  const leaf = readLeaf(Buffer.from(encoded, "base64"));
  const root = rootFromInclusion(hashLeaf(leaf.data), BigInt(index), head.size, pathOf(pathLines));
  if (root === undefined || !head.root.equals(root))
    throw new ProofRefused("the path does not lead from the leaf to the root of the checkpoint");
  const { accountId, eventId, recordSha256 } = leaf;
  const held = record ?? leaf.record;
  if (held !== undefined) checkRecord(held, leaf);
  return { head, index: BigInt(index), accountId, eventId, recordSha256, ...(held !== undefined && { record: held }) };
}

function readLeaf(extra: Buffer) {
  const text = extra.toString("utf8");
  const [data, accountId, eventId, recordSha256] =
    /^dosimeter\.record\/1\n(\d{12})\n([0-9a-f-]{36})\n([0-9a-f]{64})\n/.exec(text) ?? [];
  if (data === undefined || accountId === undefined || eventId === undefined || recordSha256 === undefined)
    throw new ProofRefused("the leaf is not that of a record");
  const record = text.slice(data.length);
  return { data: Buffer.from(data), accountId, eventId, recordSha256, ...(record !== "" && { record }) };
}

function checkRecord(record: string, leaf: { readonly eventId: string; readonly recordSha256: string }): void {
  if (createHash("sha256").update(record).digest("hex") !== leaf.recordSha256)
    throw new ProofRefused("the record is not the one the leaf names");
  let eventId: unknown;
  try {
    eventId = (JSON.parse(record) as { eventID?: unknown }).eventID;
  } catch {
    throw new ProofRefused("the record is not JSON");
  }
  if (eventId !== leaf.eventId) throw new ProofRefused("the record has another event id than its leaf");
}

/**
 * A checkpoint, or a checkpoint with the proof that the tree has only grown to it: what c2sp.org/tlog-witness sends to
 * `add-checkpoint`.
 * @throws ProofRefused
 */
export function verifyGrowth(
  olderText: string,
  newerText: string,
  key: VerifierKey,
): { older: SignedHead; newer: SignedHead } {
  const older = openCheckpoint(olderText.startsWith("old ") ? readGrowth(olderText).checkpoint : olderText, key);
  const growth: Growth = newerText.startsWith("old ") ? readGrowth(newerText) : { checkpoint: newerText };
  const newer = openCheckpoint(growth.checkpoint, key);
  if (growth.oldSize === undefined && older.size !== newer.size)
    throw new ProofRefused("the newer file has no proof of growth: `dosimeter prove --since` writes one");
  if (growth.oldSize !== undefined && growth.oldSize !== older.size)
    throw new ProofRefused(`the proof begins at size ${growth.oldSize}, the older checkpoint has ${older.size}`);
  if (!growthHolds(older, newer, growth.path ?? []))
    throw new ProofRefused("the newer tree does not begin with the older one: records were changed or taken out");
  return { older, newer };
}

function readGrowth(text: string): Growth {
  const border = text.indexOf("\n\n");
  const [oldLine = "", ...pathLines] = text.slice(0, Math.max(border, 0)).split("\n");
  const [, oldSize] = /^old (0|[1-9]\d{0,18})$/.exec(oldLine) ?? [];
  if (oldSize === undefined) throw new ProofRefused("the proof of growth is malformed");
  return { oldSize: BigInt(oldSize), path: pathOf(pathLines), checkpoint: text.slice(border + 2) };
}

function pathOf(lines: readonly string[]): Buffer[] {
  if (lines.length > pathMax) throw new ProofRefused(`the path has more than ${pathMax} hashes`);
  return lines.map(hashOf);
}
