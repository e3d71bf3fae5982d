import { signCheckpoint } from "../audit/tree/checkpoint.js";
import { Frontier } from "../audit/tree/frontier.js";
import { leafData, leafHash } from "../audit/tree/hashing.js";
import { type Tree, treeName } from "../audit/tree/tree.js";
import type { Environment } from "../environment.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { PlacedLeaf, TreeNode } from "../storage/tree-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { assertHeld, type Lease, LeaseLost, takeLease } from "./lease.js";

const leaseName = "tree";
const leaseMs = 30_000;
/** Rows of leaves that are taken at once: some ten thousand leaves. */
const pendingRowsMax = 8;
const hourMs = 3_600_000;
/** Younger checkpoints are all kept; of older ones, the last of each hour. */
const allKeptHours = 24;

/**
 * Lets the tree grow by the leaves that have their place, and signs its head.
 *
 *     leaves placed (with the end of a range) -> hashes in the fact store -> size and frontier moved, leaves forgotten
 *                                                                            (one transaction)
 *
 * What is at a place follows from the leaves before it, so a repeat after a crash writes the same hashes again, and so would
 * two processes at once. The lease only saves them the work. A checkpoint is of a size that was reached, and what stands
 * at a place never changes: no two can contradict each other.
 */
export function createTreeGrowth(deps: {
  readonly settings: SettingsStore;
  readonly tree: Tree;
  readonly environment: Environment;
  readonly checkpointSeconds: number;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, tree, environment } = deps;
  const { clock } = environment;
  const holder = environment.ids.uuid();
  let thinnedHour = 0;

  async function pendingRows() {
    return settings.read.selectFrom("tree_pending").selectAll().orderBy("first_index").limit(pendingRowsMax).execute();
  }

  async function state() {
    return settings.read
      .selectFrom("tree")
      .select(["grown_size", "frontier"])
      .where("name", "=", treeName)
      .executeTakeFirstOrThrow();
  }

  async function grow(lease: Lease): Promise<void> {
    for (;;) {
      const rows = await pendingRows();
      if (rows.length === 0) return;
      const { grown_size, frontier: text } = await state();
      const frontier = Frontier.parse(grown_size, text);
      const leaves: PlacedLeaf[] = [];
      const nodes: TreeNode[] = [];
      for (const row of rows) {
        // Forgotten by another process between the two readings.
        if (row.first_index !== frontier.size) return;
        for (const line of row.leaves.split("\n")) {
          const [accountId = "", eventId = "", recordSha256 = ""] = line.split(" ");
          const leaf = { index: frontier.size, accountId, eventId, recordSha256 };
          leaves.push(leaf);
          for (const node of frontier.append(leafHash(leafData(leaf)))) nodes.push(node);
        }
      }
      await tree.store.append(leaves, nodes);
      await settings.transact(async (tx) => {
        await assertHeld(tx, lease);
        await tx.deleteFrom("tree_pending").where("first_index", "<", frontier.size).execute();
        await tx
          .updateTable("tree")
          .set({ grown_size: frontier.size, frontier: frontier.toString() })
          .where("name", "=", treeName)
          .execute();
        await signIfDue(tx, frontier);
      });
    }
  }

  async function signIfDue(tx: SettingsTransaction, frontier: Frontier): Promise<void> {
    const nowMs = clock.nowMs();
    const last = await newestCheckpoint(tx);
    if (frontier.size === (last?.size ?? 0)) return;
    if (last !== undefined && nowMs - last.made_ms < deps.checkpointSeconds * 1000 && nowMs >= last.made_ms) return;
    const note = signCheckpoint(tree.key, frontier.size, frontier.root());
    await tx
      .insertInto("tree_checkpoints")
      .values({ size: frontier.size, made_ms: nowMs, made_hour: Math.floor(nowMs / hourMs), note })
      .execute();
    await thinOut(tx, Math.floor(nowMs / hourMs));
  }

  async function thinOut(tx: SettingsTransaction, hour: number): Promise<void> {
    if (hour === thinnedHour) return;
    await tx
      .deleteFrom("tree_checkpoints")
      .where("made_hour", "<", hour - allKeptHours)
      .where("size", "not in", (eb) =>
        eb
          .selectFrom("tree_checkpoints")
          .select(({ fn }) => fn.max("size").as("size"))
          .groupBy("made_hour"),
      )
      .execute();
    thinnedHour = hour;
  }

  async function newestCheckpoint(from: Pick<SettingsTransaction, "selectFrom">) {
    return from
      .selectFrom("tree_checkpoints")
      .select(["size", "made_ms"])
      .orderBy("size", "desc")
      .limit(1)
      .executeTakeFirst();
  }

  /** What the tree has grown to may still be without a checkpoint, when nothing more comes. */
  async function headIsDue(): Promise<boolean> {
    const [{ grown_size }, last] = [await state(), await newestCheckpoint(settings.read)];
    return grown_size > (last?.size ?? 0) && clock.nowMs() - (last?.made_ms ?? 0) >= deps.checkpointSeconds * 1000;
  }

  return {
    async run(): Promise<void> {
      if ((await pendingRows()).length === 0 && !(await headIsDue())) return;
      const lease = await settings.transact((tx) => takeLease(tx, leaseName, holder, clock.nowMs(), leaseMs));
      if (lease === undefined) return;
      try {
        await grow(lease);
        if (!(await headIsDue())) return;
        await settings.transact(async (tx) => {
          await assertHeld(tx, lease);
          const { grown_size, frontier } = await tx
            .selectFrom("tree")
            .select(["grown_size", "frontier"])
            .where("name", "=", treeName)
            .executeTakeFirstOrThrow();
          await signIfDue(tx, Frontier.parse(grown_size, frontier));
        });
      } catch (reason) {
        if (!(reason instanceof LeaseLost)) throw reason;
        deps.reportFailure("growing the tree of records", reason);
      }
    },
  };
}
