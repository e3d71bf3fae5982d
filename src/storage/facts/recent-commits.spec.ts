import { describe, expect, it } from "vitest";
import type { EventRow } from "../event-store.js";
import { RecentCommits } from "./recent-commits.js";

const events = (...ids: string[]) => ids.map((eventId) => ({ eventId }) as EventRow);
const placesOf = (found: ReturnType<RecentCommits["between"]>) =>
  found?.map((event) => [event.eventId, event.commit, event.position]);

describe("recent commits", () => {
  it("are given in order, with their places", () => {
    const recent = new RecentCommits(100);
    recent.add(1, { events: events("a", "b"), bytes: 1, mayBeStored: false });
    recent.add(2, { events: events("c"), bytes: 1, mayBeStored: false });
    expect(placesOf(recent.between(0, 2))).toEqual([
      ["a", 1, 0],
      ["b", 1, 1],
      ["c", 2, 0],
    ]);
    expect(placesOf(recent.between(1, 2))).toEqual([["c", 2, 0]]);
  });

  it("are all there or not given: the oldest go where there are too many bytes", () => {
    const recent = new RecentCommits(100);
    for (const commit of [1, 2, 3]) recent.add(commit, { events: events("x"), bytes: 50, mayBeStored: false });
    expect(recent.between(0, 3)).toBeUndefined();
    expect(placesOf(recent.between(1, 3))).toHaveLength(2);
    expect(recent.between(1, 4)).toBeUndefined();
    recent.add(4, { events: events("large"), bytes: 1000, mayBeStored: false });
    expect(recent.between(3, 4)).toBeUndefined();
  });

  it("are left to the store where an event may stand in it twice", () => {
    const recent = new RecentCommits(100);
    recent.add(1, { events: events("a"), bytes: 1, mayBeStored: false });
    recent.add(2, { events: events("a"), bytes: 1, mayBeStored: true });
    expect(recent.between(0, 2)).toBeUndefined();
    expect(placesOf(recent.between(0, 1))).toHaveLength(1);
  });
});
