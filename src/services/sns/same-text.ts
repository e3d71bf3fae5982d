import { timingSafeEqual } from "node:crypto";

/** Compares tokens in a time that does not tell how much of one was right. */
export function sameText(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
