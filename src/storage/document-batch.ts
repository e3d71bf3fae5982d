import type { SegmentRow } from "./trace-store.js";

export interface DocumentEntry {
  readonly place: number;
  readonly traceId: string;
  readonly segmentId: string;
  readonly from: number;
  readonly until: number;
}

/** Documents as they are encrypted together: before each a line with its place, its trace and segment, and its length. */
export function joinedDocuments(rows: readonly Pick<SegmentRow, "traceId" | "segmentId" | "document">[]): Buffer {
  let text = "";
  for (const [place, { traceId, segmentId, document }] of rows.entries())
    text += headOf(place, traceId, segmentId, Buffer.byteLength(document)) + document;
  return Buffer.from(text);
}

/** What `joinedDocuments` wrote, or what is left of it. */
export class DocumentBatch {
  readonly bytes: Buffer;
  readonly #entries = new Map<number, DocumentEntry>();

  /** @throws Error if the bytes are no such batch. */
  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A character a byte: looking for heads in one text is faster than making a text of each.
    const text = this.bytes.toString("latin1");
    for (let at = 0; at < text.length; ) {
      const from = text.indexOf("\n", at) + 1;
      const [place = "", traceId = "", segmentId = "", length = ""] = text.slice(at, from - 1).split(" ");
      const until = from + Number(length);
      if (from === 0 || !(until >= from && until <= this.bytes.length)) throw new Error("no batch of documents");
      this.#entries.set(Number(place), { place: Number(place), traceId, segmentId, from, until });
      at = until;
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  holds(place: number): boolean {
    return this.#entries.has(place);
  }

  /** @returns undefined if it was erased, or if that place is another row's. */
  documentOf({ traceId, segmentId, sealedIn }: SegmentRow): string | undefined {
    const entry = sealedIn && this.#entries.get(sealedIn.place);
    return entry?.traceId === traceId && entry.segmentId === segmentId
      ? this.bytes.toString("utf8", entry.from, entry.until)
      : undefined;
  }

  /** Those of them that are wanted, at the places where they were. This batch itself if that is all. */
  only(isWanted: (entry: DocumentEntry) => boolean): DocumentBatch {
    const wanted = [...this.#entries.values()].filter(isWanted);
    if (wanted.length === this.#entries.size) return this;
    const parts = wanted.flatMap(({ place, traceId, segmentId, from, until }) => [
      Buffer.from(headOf(place, traceId, segmentId, until - from)),
      this.bytes.subarray(from, until),
    ]);
    return new DocumentBatch(Buffer.concat(parts));
  }
}

function headOf(place: number, traceId: string, segmentId: string, bytes: number): string {
  return `${place} ${traceId} ${segmentId} ${bytes}\n`;
}
