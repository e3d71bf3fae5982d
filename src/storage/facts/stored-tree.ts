import type { PlacedLeaf, TreeNode, TreeSpan, TreeStore } from "../tree-store.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { RowWriter, wholeNumber } from "./row-writer.js";

const rowBytesExpected = 128;

/** The tree's hashes in the fact store. */
export class StoredTree implements TreeStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;

  constructor(database: FactDatabase, writer: FactWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  async append(leaves: readonly PlacedLeaf[], nodes: readonly TreeNode[]): Promise<void> {
    if (leaves.length === 0) return;
    const rows = new RowWriter((leaves.length + nodes.length) * rowBytesExpected);
    for (const { index, recordSha256, accountId, eventId } of leaves)
      rows.integer(0).integer(index).text(recordSha256).text(accountId).text(eventId).endRow();
    for (const { level, index, hash } of nodes)
      rows.integer(level).integer(index).text(hash).text("").text("").endRow();
    await this.#writer.put({ table: "tree_hashes", rows: [rows.take()] });
  }

  async leaves({ from, until }: Omit<TreeSpan, "level">): Promise<PlacedLeaf[]> {
    const rows = await this.#read<LeafColumns>(
      "facts.treeLeaves",
      `SELECT place, hash, account_id, event_id FROM tree_hashes
       WHERE level = 0 AND place >= {from:UInt64} AND place < {until:UInt64} ORDER BY place LIMIT 1 BY place`,
      { from, until },
    );
    return rows.map(leafOf);
  }

  async nodes(spans: readonly TreeSpan[]): Promise<TreeNode[]> {
    if (spans.length === 0) return [];
    const within = spans.map(
      ({ level, from, until }) =>
        `(level = ${wholeNumber(level)} AND place >= ${wholeNumber(from)} AND place < ${wholeNumber(until)})`,
    );
    const rows = await this.#read<NodeColumns>(
      "facts.treeNodes",
      `SELECT level, place, hash FROM tree_hashes WHERE ${within.join(" OR ")} LIMIT 1 BY level, place`,
      {},
    );
    return rows.map(({ level, place, hash }) => ({ level, index: Number(place), hash }));
  }

  async find(accountId: string, eventId: string): Promise<PlacedLeaf | undefined> {
    const [row] = await this.#read<LeafColumns>(
      "facts.treeLeafOfEvent",
      `SELECT place, hash, account_id, event_id FROM tree_hashes
       WHERE level = 0 AND event_id = {eventId:String} AND account_id = {accountId:String} ORDER BY place LIMIT 1`,
      { accountId, eventId },
    );
    return row && leafOf(row);
  }

  async #read<Row>(operation: string, text: string, parameters: Record<string, string | number>): Promise<Row[]> {
    await this.#writer.visible("tree_hashes");
    return this.#database.query<Row>(operation, text, parameters);
  }
}

interface LeafColumns {
  readonly place: number;
  readonly hash: string;
  readonly account_id: string;
  readonly event_id: string;
}

interface NodeColumns {
  readonly level: number;
  readonly place: number;
  readonly hash: string;
}

function leafOf(row: LeafColumns): PlacedLeaf {
  return {
    index: Number(row.place),
    recordSha256: row.hash,
    accountId: row.account_id,
    eventId: row.event_id,
  };
}
