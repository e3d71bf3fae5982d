import type { Outcomes } from "./graph.js";

export type Outcome = "ok" | "error" | "throttle" | "fault";

/** In the order in which they stand around the ring, from the top. */
export const outcomeOrder: readonly Outcome[] = ["fault", "throttle", "error", "ok"];

/** A part of the ring: of its length, beginning so far from the top, clockwise. Both from 0 to 1. */
export interface RingPart {
  readonly outcome: Outcome;
  readonly from: number;
  readonly length: number;
}

/** So much of the ring is seen even of one request in a million. */
const lengthMin = 0.03;

/** Parts of the ring by their shares; what happened at all can be seen. */
export function ringOf(outcomes: Outcomes): RingPart[] {
  const present = outcomeOrder.filter((outcome) => outcomes[outcome] > 0);
  const widened = present.map((outcome) => Math.max(outcomes[outcome] / outcomes.total, lengthMin));
  const whole = widened.reduce((sum, length) => sum + length, 0);
  let from = 0;
  return present.map((outcome, index) => {
    const part = { outcome, from, length: widened[index]! / whole };
    from += part.length;
    return part;
  });
}
