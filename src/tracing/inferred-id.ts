import { createHash } from "node:crypto";

/** 8 bytes of a hash with the two top bits cleared: first digit 0-3, as seen in real ids of inferred segments. */
export function inferredIdOf(traceId: string, subsegmentId: string): string {
  const hash = createHash("sha256").update(`${traceId}/${subsegmentId}`).digest();
  hash[0] = hash[0]! & 0x3f;
  return hash.toString("hex", 0, 8);
}
