import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryTree } from "../audit/tree/memory-tree.fixture.js";
import { consistencyProof, inclusionProof, rootAt } from "../audit/tree/proofs.js";
import { openTree, type Tree } from "../audit/tree/tree.js";
import { openVault } from "../identity/open-vault.js";
import type { EventRow } from "../storage/event-store.js";
import { growthHolds, hashLeaf, rootFromInclusion } from "../verify/merkle.js";
import { openCheckpoint, readVerifierKey, type SignedHead } from "../verify/note.js";
import { type Simulation, startSimulation } from "./delivery.fixture.js";
import { createRecordFollowing } from "./follow-record.js";
import { createTreeFollower } from "./follow-tree.js";
import { createTreeGrowth } from "./grow-tree.js";

let simulation: Simulation;
let store: ReturnType<typeof memoryTree>;
let tree: Tree;
let folder: string;

beforeEach(async () => {
  simulation = await startSimulation();
  folder = mkdtempSync(path.join(tmpdir(), "dosimeter-tree-"));
  store = memoryTree();
  tree = await reopened();
});

afterEach(async () => {
  await simulation.close();
  rmSync(folder, { recursive: true });
});

async function reopened(): Promise<Tree> {
  const { settings, environment } = simulation;
  return openTree({ settings, store, environment, vault: await openVault({ dataFolder: folder, environment }) });
}

/** A process that follows the record and lets the tree grow. */
function processOf(streamId: string) {
  const { events } = simulation.startProcess(streamId);
  const { settings, environment } = simulation;
  const failures: string[] = [];
  const reportFailure = (what: string) => void failures.push(what);
  const following = createRecordFollowing({
    settings,
    events,
    environment,
    followers: [createTreeFollower()],
    holder: streamId,
    reportFailure,
  });
  const growth = createTreeGrowth({ settings, tree, environment, checkpointSeconds: 10, reportFailure });
  return { events, following, growth, failures };
}

/** A checkpoint whose signature holds. */
async function head(size?: number): Promise<SignedHead> {
  return openCheckpoint((await tree.checkpoint(size))!.note, readVerifierKey(tree.verifierKey));
}

async function expectProven(event: EventRow, at: SignedHead): Promise<void> {
  const leaf = (await store.find(event.accountId, event.eventId))!;
  const { createHash } = await import("node:crypto");
  const sha256 = createHash("sha256").update(event.record).digest("hex");
  const data = Buffer.from(`dosimeter.record/1\n${event.accountId}\n${event.eventId}\n${sha256}\n`);
  const way = await inclusionProof(store, leaf.index, Number(at.size));
  expect(rootFromInclusion(hashLeaf(data), BigInt(leaf.index), at.size, way)).toEqual(at.root);
}

const events = (count: number) => Array.from({ length: count }, () => simulation.event());

describe("the tree of all records", () => {
  it("has one leaf for every event of every process, in an order that never changes, under a signed head", async () => {
    const [one, two] = [processOf("one"), processOf("two")];
    const all: EventRow[] = [];
    const heads: SignedHead[] = [];
    for (let round = 0; round < 6; round++) {
      for (const process of [one, two]) {
        const some = events(round * 7 + 1);
        all.push(...some);
        await process.events.append(some);
      }
      await Promise.all([one.following.run(), two.following.run()]);
      await Promise.all([one.growth.run(), two.growth.run()]);
      simulation.passSeconds(11);
      await one.growth.run();
      simulation.passSeconds(31);
      heads.push(await head());
    }
    expect(store.size).toBe(all.length);
    const ids = (await store.leaves({ from: 0, until: store.size })).map((leaf) => leaf.eventId);
    expect([...ids].sort()).toEqual(all.map((event) => event.eventId).sort());
    const last = heads.at(-1)!;
    expect(Number(last.size)).toBe(all.length);
    expect(last.root).toEqual(await rootAt(store, store.size));
    for (const event of all) await expectProven(event, last);
    for (const older of heads)
      expect(growthHolds(older, last, await consistencyProof(store, Number(older.size), store.size))).toBe(true);
    expect([...one.failures, ...two.failures]).toEqual([]);
  });

  it("signs its head at most so often, and not again while nothing comes", async () => {
    const { events: stored, following, growth } = processOf("one");
    await stored.append(events(3));
    await following.run();
    await growth.run();
    expect((await head()).size).toBe(3n);
    await stored.append(events(2));
    await following.run();
    await growth.run();
    expect(store.size).toBe(5);
    expect((await head()).size).toBe(3n);
    simulation.passSeconds(10);
    await growth.run();
    expect((await head()).size).toBe(5n);
    const { madeMs } = (await tree.checkpoint())!;
    simulation.passSeconds(100);
    await growth.run();
    expect((await tree.checkpoint())!.madeMs).toBe(madeMs);
  });

  it("puts the same hashes at the same places when a process ends between them and the end of its work", async () => {
    const first = processOf("one");
    const some = events(300);
    await first.events.append(some);
    await first.following.run();
    const stop = new Error("killed");
    const { append } = store;
    // Everything is written, and nothing of it noted.
    store.append = async (...rows) => {
      await append(...rows);
      throw stop;
    };
    await expect(first.growth.run()).rejects.toBe(stop);
    store.append = append;
    expect(await tree.checkpoint()).toBeUndefined();
    tree = await reopened();
    simulation.passSeconds(31);
    // Another order, another hash: the store of this test refuses to change what it has.
    await processOf("two").growth.run();
    expect(store.size).toBe(300);
    await expectProven(some[299]!, await head());
  });

  it("keeps its key, and signs nothing another key would have to explain", async () => {
    const { verifierKey } = tree;
    expect((await reopened()).verifierKey).toBe(verifierKey);
    expect(verifierKey).toMatch(/^dosimeter\/[0-9a-f-]{36}\+[0-9a-f]{8}\+A[A-Za-z0-9+/]{42,43}=*$/);
  });

  it("keeps every checkpoint of a day, and of older days one an hour", async () => {
    const { events: stored, following, growth } = processOf("one");
    for (let quarter = 0; quarter < 4 * 30; quarter++) {
      await stored.append(events(1));
      await following.run();
      await growth.run();
      simulation.passSeconds(900);
    }
    const rows = await simulation.settings.read.selectFrom("tree_checkpoints").select("size").orderBy("size").execute();
    const sizes = rows.map((row) => row.size);
    expect(sizes.filter((size) => size <= 20)).toEqual([4, 8, 12, 16, 20]);
    expect(sizes.filter((size) => size > 120 - 96)).toHaveLength(96);
  });
});
