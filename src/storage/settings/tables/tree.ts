/** The tree of all records. */
export interface TreeTables {
  /** One row, made with the key. */
  tree: {
    /** `tree` */
    name: string;
    /** Leaves that have their place. */
    placed_size: number;
    /** Leaves whose hashes are in the fact store; the others wait in `tree_pending`. */
    grown_size: number;
    /** Hashes of the full subtrees that make up the grown tree, largest first: hex, separated by spaces. */
    frontier: string;
    /** First line of checkpoints and name of the key. */
    origin: string;
    /** SPKI, base64. */
    public_key: string;
    /** PKCS#8, sealed. */
    private_key: string;
  };

  /** Leaves that have their place and are on their way into the fact store. */
  tree_pending: {
    first_index: number;
    leaf_count: number;
    /** A line a leaf: account id, event id and SHA-256 of the record, separated by spaces. */
    leaves: string;
  };

  /** Signed tree heads. */
  tree_checkpoints: {
    size: number;
    made_ms: number;
    /** Hours since the epoch, by which old ones are thinned out. */
    made_hour: number;
    /** The signed note. */
    note: string;
  };

  /** The newest checkpoint that a trail's bucket got. */
  tree_publications: {
    trail_id: string;
    size: number;
    published_ms: number;
  };
}
