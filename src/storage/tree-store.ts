/** What the tree of all records keeps of one event. It outlives the event. */
export interface TreeLeaf {
  readonly accountId: string;
  readonly eventId: string;
  /** Hex SHA-256 of the record's UTF-8. */
  readonly recordSha256: string;
}

/** A leaf and its place: the first leaf of the tree has index 0. */
export interface PlacedLeaf extends TreeLeaf {
  readonly index: number;
}

/**
 * The hash of a full subtree of 256 ** level leaves, `index` of its level from 0: what C2SP's tlog-tiles calls an entry of
 * a tile of that level. Level 1 and above; level 0 are the leaves.
 */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
  /** Hex. */
  readonly hash: string;
}

/** A run of entries of one level: `from <= index < until`. */
export interface TreeSpan {
  readonly level: number;
  readonly from: number;
  readonly until: number;
}

/** Where the tree's hashes live, for good. Every promise below has a test in `tree-store.contract.ts`. */
export interface TreeStore {
  /**
   * Resolves once all are durable and found; rejects with StoreUnavailable if that is not known. What is at a place never
   * changes, so the same ones may be added again.
   */
  append(leaves: readonly PlacedLeaf[], nodes: readonly TreeNode[]): Promise<void>;

  /** Leaves of a span of level 0, in order. Shorter than the span only where the tree ends. */
  leaves(span: Omit<TreeSpan, "level">): Promise<PlacedLeaf[]>;

  /** Hashes of spans of level 1 and above, in no order. */
  nodes(spans: readonly TreeSpan[]): Promise<TreeNode[]>;

  /** Where an account's event is. Undefined: not in the tree, or not yet. */
  find(accountId: string, eventId: string): Promise<PlacedLeaf | undefined>;
}
