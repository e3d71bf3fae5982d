import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { leafData } from "../src/audit/tree/hashing.js";
import { inclusionProof } from "../src/audit/tree/proofs.js";
import { openTree } from "../src/audit/tree/tree.js";
import { type Environment, systemEnvironment } from "../src/environment.js";
import { openVault } from "../src/identity/open-vault.js";
import { createRecordFollowing } from "../src/jobs/follow-record.js";
import { createTreeFollower } from "../src/jobs/follow-tree.js";
import { createTreeGrowth } from "../src/jobs/grow-tree.js";
import type { EventRow } from "../src/storage/event-store.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { openSqliteSettings } from "../src/storage/settings/open-settings.js";
import { readVerifierKey } from "../src/verify/note.js";
import { verifyProof } from "../src/verify/proof-file.js";

const dayMs = 86_400_000;
const scope = { accountId: "111122223333", region: "eu-west-1" };
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-erased-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("records past their retention", () => {
  it("are erased, and are proved as before: by a kept proof, and by a new one for who kept the record", async () => {
    let nowMs = Date.UTC(2026, 2, 1, 12);
    const environment: Environment = { ...systemEnvironment, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
    const retention = { traceRetentionDays: 30, eventRetentionDays: 30 };
    const facts = await openFacts({ dataFolder: folder, environment, retention });
    const settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
    try {
      const vault = await openVault({ dataFolder: folder, environment });
      const tree = await openTree({ settings, store: facts.tree, vault, environment });
      const reportFailure = (what: string, reason: unknown) => expect.fail(`${what}: ${reason}`);
      const parts = { settings, environment, reportFailure };
      const following = createRecordFollowing({
        ...parts,
        events: facts.events,
        followers: [createTreeFollower()],
        holder: "test",
      });
      const growth = createTreeGrowth({ ...parts, tree, checkpointSeconds: 1 });
      const events = Array.from({ length: 300 }, () => event(nowMs));
      for (let at = 0; at < events.length; at += 50) await facts.events.append(events.slice(at, at + 50));
      await following.run();
      await growth.run();
      const kept = events[123]!;
      const proof = async () => {
        const { size, note } = (await tree.checkpoint())!;
        const leaf = (await tree.store.find(kept.accountId, kept.eventId))!;
        const way = await inclusionProof(tree.store, leaf.index, size);
        const lines = way.map((hash) => hash.toString("base64"));
        const extra = Buffer.from(leafData(leaf)).toString("base64");
        return `${["c2sp.org/tlog-proof@v1", `extra ${extra}`, `index ${leaf.index}`, ...lines].join("\n")}\n\n${note}`;
      };
      const before = await proof();

      nowMs += 40 * dayMs;
      await facts.retain();
      const left = await facts.events.lookup(scope, {
        fromMs: 0,
        untilMs: nowMs,
        categories: ["Management"],
        limit: 1,
      });
      expect(left).toEqual([]);
      await facts.events.append([event(nowMs)]);
      await following.run();
      await growth.run();

      const key = readVerifierKey(tree.verifierKey);
      for (const [text, size] of [
        [before, 300n],
        [await proof(), 301n],
      ] as const) {
        const proven = verifyProof(text, key, kept.record);
        expect(proven).toMatchObject({ eventId: kept.eventId, head: { size } });
        expect(() => verifyProof(text, key, kept.record.replace("CreateUser", "DeleteUser"))).toThrow("not the one");
        // Without the record the proof is of its hash.
        expect(verifyProof(text, key).record).toBeUndefined();
      }
    } finally {
      await settings.close();
      await facts.close();
    }
  });
});

function event(timeMs: number): EventRow {
  const eventId = randomUUID();
  return {
    ...scope,
    eventId,
    eventTimeMs: timeMs,
    category: "Management",
    eventSource: "iam.amazonaws.com",
    eventName: "CreateUser",
    readOnly: false,
    username: "admin",
    accessKeyId: "",
    errorCode: "",
    resources: [],
    record: JSON.stringify({ eventID: eventId, eventName: "CreateUser", recipientAccountId: scope.accountId }),
  };
}
