import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { inclusionProof } from "../src/audit/tree/proofs.js";
import { openTree } from "../src/audit/tree/tree.js";
import { systemEnvironment } from "../src/environment.js";
import { openVault } from "../src/identity/open-vault.js";
import { createTreeFollower } from "../src/jobs/follow-tree.js";
import { createTreeGrowth } from "../src/jobs/grow-tree.js";
import type { CommittedEvent } from "../src/storage/event-store.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { openSqliteSettings } from "../src/storage/settings/open-settings.js";

/**
 * What the tree of all records costs an event, beside what the record itself costs: time of the processor and disk.
 *
 *   node dist/bench/tree.js [events, default 1000000]
 */
const events = Number(process.argv[2] ?? 1_000_000);
/** As many as come within one run of the follower when ten thousand come a second. */
const rangeEvents = 2_000;
const rangesAGrowth = 5;
const accountId = "000000000000";

const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-bench-tree-"));
const environment = systemEnvironment;
const settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
const retention = { traceRetentionDays: 30, eventRetentionDays: 30 };
const facts = await openFacts({ dataFolder: folder, environment, retention });
const vault = await openVault({ dataFolder: folder, environment });
const tree = await openTree({ settings, store: facts.tree, vault, environment });
const follower = createTreeFollower();
const growth = createTreeGrowth({
  settings,
  tree,
  environment,
  checkpointSeconds: 10,
  reportFailure: (what, reason) => console.error(what, reason),
});

/** A record of usual size; of an event the tree looks at nothing else. */
const padding = "x".repeat(1_300);
function eventsOf(count: number): CommittedEvent[] {
  return Array.from({ length: count }, () => {
    const eventId = randomUUID();
    return { accountId, eventId, record: `{"eventID":"${eventId}","padding":"${padding}"}` } as CommittedEvent;
  });
}

try {
  const spent = { follow: 0, grow: 0 };
  const cpu = { follow: 0, grow: 0 };
  const timed = async (what: keyof typeof spent, work: () => Promise<unknown>) => {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await work();
    spent[what] += performance.now() - began;
    const { user, system } = process.cpuUsage(before);
    cpu[what] += (user + system) / 1000;
  };
  let lastId = "";
  for (let done = 0, range = 1; done < events; done += rangeEvents, range++) {
    const some = eventsOf(Math.min(rangeEvents, events - done));
    lastId = some[0]!.eventId;
    await timed("follow", async () => {
      const work = await follower.begin({
        streamId: "bench",
        afterCommit: done,
        untilCommit: done + 1,
        repeated: false,
      });
      await work.take(some, 0);
      await settings.transact(async (tx) => work.settle!(tx));
    });
    if (range % rangesAGrowth === 0) await timed("grow", () => growth.run());
  }
  await timed("grow", () => growth.run());
  const each = (total: number) => `${((total * 1000) / events).toFixed(1)} µs`;
  for (const what of ["follow", "grow"] as const)
    console.log(`${what}: ${each(spent[what])} an event, ${each(cpu[what])} of processor (all threads)`);
  const proofs = 50;
  await facts.tree.leaves({ from: 0, until: 1 });
  const began = performance.now();
  for (let proof = 0; proof < proofs; proof++)
    await inclusionProof(facts.tree, Math.floor((events * proof) / proofs), events);
  console.log(`a proof: ${((performance.now() - began) / proofs).toFixed(1)} ms`);
  const beganFind = performance.now();
  for (let find = 0; find < proofs; find++) await facts.tree.find(accountId, lastId);
  console.log(`an event's leaf: ${((performance.now() - beganFind) / proofs).toFixed(1)} ms`);
  const { rows, bytesOnDisk } = (await facts.stats()).tables.tree_hashes;
  console.log(`disk: ${(bytesOnDisk / rows).toFixed(1)} bytes a leaf of ${rows} rows`);
} finally {
  await facts.close();
  await settings.close();
  rmSync(folder, { recursive: true, force: true });
}
