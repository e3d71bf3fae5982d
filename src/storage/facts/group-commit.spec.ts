import { describe, expect, it } from "vitest";
import { GroupCommit } from "./group-commit.js";

const limits = { batchBytesMax: 100, queueBytesMax: 1000 };

/** Commits that end when the test says so. */
function manual(given = limits) {
  const groups: string[][] = [];
  const ends: { resolve: () => void; reject: (reason: Error) => void }[] = [];
  const group = new GroupCommit<string>((entries) => {
    groups.push([...entries]);
    return new Promise((resolve, reject) => ends.push({ resolve, reject }));
  }, given);
  return { group, groups, ends };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
async function until(condition: () => boolean) {
  while (!condition()) await turn();
}

describe("group commit", () => {
  it("gathers what comes while a commit is under way, in order", async () => {
    const { group, groups, ends } = manual();
    const done = [group.put("a", 10)];
    await until(() => groups.length === 1);
    done.push(group.put("b", 10), group.put("c", 10));
    ends[0]!.resolve();
    await until(() => groups.length === 2);
    ends[1]!.resolve();
    await Promise.all(done);
    expect(groups).toEqual([["a"], ["b", "c"]]);
  });

  it("bounds a group, but lets one large entry through", async () => {
    const { group, groups, ends } = manual();
    const done = [group.put("a", 60), group.put("b", 60), group.put("c", 500)];
    for (let index = 0; index < 3; index++) {
      await until(() => ends.length > index);
      ends[index]!.resolve();
    }
    await Promise.all(done);
    expect(groups).toEqual([["a"], ["b"], ["c"]]);
  });

  it("refuses what does not fit into the queue, and stores nothing of it", async () => {
    const { group, groups, ends } = manual();
    const first = group.put("a", 10);
    await until(() => groups.length === 1);
    const second = group.put("b", 900);
    await expect(group.put("c", 200)).rejects.toMatchObject({ name: "StoreBusy" });
    ends[0]!.resolve();
    await until(() => groups.length === 2);
    ends[1]!.resolve();
    await Promise.all([first, second]);
    expect(groups.flat()).toEqual(["a", "b"]);
  });

  it("rejects every call of a group that failed, and goes on with the next", async () => {
    const { group, groups, ends } = manual();
    const failing = Promise.allSettled([group.put("a", 1), group.put("b", 1)]);
    await until(() => groups.length === 1);
    const next = group.put("c", 1);
    ends[0]!.reject(new Error("disk"));
    expect((await failing).map((result) => result.status)).toEqual(["rejected", "rejected"]);
    await until(() => groups.length === 2);
    ends[1]!.resolve();
    await next;
  });

  it("stores what was accepted before it closes, and refuses what comes after", async () => {
    const { group, groups, ends } = manual();
    const accepted = group.put("a", 1);
    const closing = group.close();
    await expect(group.put("b", 1)).rejects.toMatchObject({ name: "StoreUnavailable" });
    await until(() => groups.length === 1);
    ends[0]!.resolve();
    await closing;
    await accepted;
    expect(groups).toEqual([["a"]]);
  });
});
