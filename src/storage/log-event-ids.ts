import type { Ids } from "../environment.js";

/**
 * Ids of 56 digits, as AWS has them: when it came (15), the batch's number in this process (9), chance (27), and the
 * place in the batch (5). So events with the same timestamp stay in the order in which one process took them.
 */
export function logEventIds(ids: Ids): (nowMs: number) => (index: number) => string {
  let batches = 0;
  return (nowMs) => {
    batches = (batches + 1) % 1_000_000_000;
    const chance = BigInt(`0x${ids.bytes(11).toString("hex")}`) % 10n ** 27n;
    const head = digits(nowMs, 15) + digits(batches, 9) + digits(chance, 27);
    return (index) => head + digits(index, 5);
  };
}

function digits(value: number | bigint, length: number): string {
  return String(value).padStart(length, "0");
}
