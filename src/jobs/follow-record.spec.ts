import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommittedEvent } from "../storage/event-store.js";
import { type Simulation, startSimulation } from "./delivery.fixture.js";
import { createRecordFollowing, type FollowedRange, type RecordFollower } from "./follow-record.js";

let simulation: Simulation;

beforeEach(async () => {
  simulation = await startSimulation();
});

afterEach(async () => {
  await simulation.close();
});

/** Remembers what it took, and counts settled ranges in the settings store. Fails when told to. */
function notebook() {
  const taken: { range: Omit<FollowedRange, "repeated">; batch: number; ids: string[] }[] = [];
  const settled: FollowedRange[] = [];
  const fails = { take: 0, settle: 0 };
  const follower: RecordFollower = {
    name: "notebook",
    begin: ({ repeated, ...range }) => ({
      async take(events: readonly CommittedEvent[], batch: number) {
        if (fails.take > 0 && fails.take-- > 0) throw new Error("no paper");
        taken.push({ range, batch, ids: events.map((event) => event.eventId) });
      },
      async settle() {
        if (fails.settle > 0 && fails.settle-- > 0) throw new Error("no ink");
        settled.push({ ...range, repeated });
      },
    }),
  };
  return { follower, taken, settled, fails };
}

function processOf(streamId: string, follower: RecordFollower) {
  const { events, streams } = simulation.startProcess(streamId);
  const failures: string[] = [];
  const following = createRecordFollowing({
    settings: simulation.settings,
    events,
    environment: simulation.environment,
    followers: [follower],
    holder: streamId,
    reportFailure: (what) => void failures.push(what),
  });
  return { events, streams, following, failures };
}

async function append(events: { append: (rows: never[]) => Promise<void> }, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const event = simulation.event();
    ids.push(event.eventId);
    await events.append([event] as never[]);
  }
  return ids;
}

describe("following the record", () => {
  it("tells a follower of every event once, in order, whatever the number of runs", async () => {
    const book = notebook();
    const { events, following } = processOf("one", book.follower);
    const ids = await append(events, 5);
    await following.run();
    await following.run();
    ids.push(...(await append(events, 200)));
    await following.run();
    expect(book.taken.flatMap((note) => note.ids)).toEqual(ids);
    expect(book.settled.at(-1)?.untilCommit).toBe(205);
  });

  it("repeats a range that failed with the same bounds and batches, also after more came", async () => {
    const book = notebook();
    const { events, following } = processOf("one", book.follower);
    await append(events, 7);
    book.fails.settle = 1;
    await expect(following.run()).rejects.toThrow("no ink");
    const first = book.taken.splice(0);
    await append(events, 3);
    await following.run();
    expect(book.taken.slice(0, first.length)).toEqual(first);
    expect(book.settled.map((range) => [range.afterCommit, range.untilCommit])).toEqual([
      [0, 7],
      [7, 10],
    ]);
  });

  it("settles nothing where taking failed", async () => {
    const book = notebook();
    const { events, following } = processOf("one", book.follower);
    await append(events, 2);
    book.fails.take = 1;
    await expect(following.run()).rejects.toThrow("no paper");
    expect(book.settled).toEqual([]);
    await following.run();
    expect(book.settled).toHaveLength(1);
  });

  it("takes up the stream of a process that died, with the range it had planned", async () => {
    const dead = notebook();
    const died = processOf("one", dead.follower);
    await died.streams.announce();
    const ids = await append(died.events, 4);
    dead.fails.settle = 1;
    await expect(died.following.run()).rejects.toThrow("no ink");
    await append(died.events, 4);

    const heir = notebook();
    const living = processOf("two", heir.follower);
    await living.following.run();
    expect(heir.taken).toEqual([]); // The lease of the dead still holds.
    simulation.passSeconds(60);
    await living.following.run();
    expect(heir.settled.map((range) => [range.afterCommit, range.untilCommit])).toEqual([
      [0, 4],
      [4, 8],
    ]);
    expect(heir.taken.flatMap((note) => note.ids).slice(0, 4)).toEqual(ids);
  });
});
