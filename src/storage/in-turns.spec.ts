import { expect, it } from "vitest";
import { inTurns } from "./in-turns.js";

it("gives items in their order, and everything else its turn between them", async () => {
  let turns = 0;
  let ended = false;
  const others = () => {
    turns++;
    if (!ended) setImmediate(others);
  };
  setImmediate(others);
  const items = Array.from({ length: 1000 }, (_, index) => index);
  const given: number[] = [];
  for await (const item of inTurns(items)) given.push(item);
  ended = true;
  expect(given).toEqual(items);
  expect(turns).toBeGreaterThanOrEqual(9);
});
