import { setImmediate as nextTurn } from "node:timers/promises";

/** To be looked at between two turns: some milliseconds. */
const itemsATurn = 100;

/** One after the other, with a turn for everything else that waits now and then: there may be a hundred thousand. */
export async function* inTurns<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  let count = 0;
  for (const item of items) {
    if (++count % itemsATurn === 0) await nextTurn();
    yield item;
  }
}
