import type { TreeNode } from "../../storage/tree-store.js";
import { foldSubtrees, nodeHash } from "./hashing.js";

/** Every so many levels of the tree are kept: an entry of a tile stands for 256 of the level below. */
export const tileHeight = 8;

/** The right edge of a growing tree: one full subtree for each 1 in its size. All that is needed to let it grow. */
export class Frontier {
  #size: number;
  /** By height; a hole where the size has a 0. */
  readonly #subtrees: (Buffer | undefined)[];

  private constructor(size: number, subtrees: (Buffer | undefined)[]) {
    this.#size = size;
    this.#subtrees = subtrees;
  }

  /** @param text what `toString` gave at that size. */
  static parse(size: number, text: string): Frontier {
    const hashes = text === "" ? [] : text.split(" ").map((hash) => Buffer.from(hash, "hex"));
    const subtrees: (Buffer | undefined)[] = [];
    // The smallest is the last.
    for (let height = 0, rest = size; rest > 0; height++, rest = Math.floor(rest / 2))
      subtrees[height] = rest % 2 === 1 ? hashes.pop() : undefined;
    return new Frontier(size, subtrees);
  }

  get size(): number {
    return this.#size;
  }

  /** @returns the entries of tiles above the leaves that this leaf completes. */
  append(leaf: Buffer): TreeNode[] {
    const completed: TreeNode[] = [];
    let hash = leaf;
    let height = 0;
    for (let index = this.#size; index % 2 === 1; index = Math.floor(index / 2)) {
      hash = nodeHash(this.#subtrees[height]!, hash);
      this.#subtrees[height] = undefined;
      height++;
      if (height % tileHeight === 0)
        completed.push({ level: height / tileHeight, index: Math.floor(index / 2), hash: hash.toString("hex") });
    }
    this.#subtrees[height] = hash;
    this.#size++;
    return completed;
  }

  root(): Buffer {
    return foldSubtrees(this.#largestFirst());
  }

  toString(): string {
    return this.#largestFirst()
      .map((hash) => hash.toString("hex"))
      .join(" ");
  }

  #largestFirst(): Buffer[] {
    return this.#subtrees.filter((hash) => hash !== undefined).reverse();
  }
}
