import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlacedLeaf } from "../../storage/tree-store.js";
import { growthHolds, hashLeaf, rootFromInclusion } from "../../verify/merkle.js";
import { Frontier } from "./frontier.js";
import { leafData, leafHash, sha256Hex } from "./hashing.js";
import { memoryTree } from "./memory-tree.fixture.js";
import { consistencyProof, inclusionProof, rootAt } from "./proofs.js";

/** The definitions of RFC 6962, section 2.1, word for word: what the shorter ways must agree with. */
const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const half = (count: number) => 2 ** Math.ceil(Math.log2(count) - 1);

function mth(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Uint8Array.of(0), leaves[0]!);
  const k = half(leaves.length);
  return sha256(Uint8Array.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}

function path(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = half(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}

function subproof(m: number, leaves: readonly Uint8Array[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [mth(leaves)];
  const k = half(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), whole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

/** A tree as the service lets it grow: in steps, each of which begins from what was written of the one before. */
async function grown(size: number, steps: readonly number[] = []) {
  const store = memoryTree();
  let frontier = Frontier.parse(0, "");
  const leaves: PlacedLeaf[] = [];
  for (const step of [...steps, size]) {
    const added: PlacedLeaf[] = [];
    const nodes = [];
    while (frontier.size < Math.min(step, size)) {
      const index = frontier.size;
      const leaf = { index, accountId: "111122223333", eventId: `event-${index}`, recordSha256: sha256Hex(`${index}`) };
      added.push(leaf);
      nodes.push(...frontier.append(leafHash(leafData(leaf))));
    }
    leaves.push(...added);
    await store.append(added, nodes);
    frontier = Frontier.parse(frontier.size, frontier.toString());
  }
  return { store, root: frontier.root(), data: leaves.map((leaf) => Buffer.from(leafData(leaf))) };
}

const hex = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString("hex"));

describe("hashes of the tree", () => {
  // The example tree of Certificate Transparency's first implementations, known to every library of RFC 6962.
  const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
  const roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ];

  it("are those of the known vectors, for the writer and for the verifier", () => {
    expect(Frontier.parse(0, "").root().toString("hex")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    const frontier = Frontier.parse(0, "");
    for (const [index, leaf] of leaves.entries()) {
      const bytes = Buffer.from(leaf, "hex");
      frontier.append(leafHash(bytes));
      expect(frontier.root().toString("hex")).toBe(roots[index]);
      expect(hashLeaf(bytes)).toEqual(leafHash(bytes));
    }
  });

  it("make the verifier follow the known paths", () => {
    const known = [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    const bytes = known.map((hash) => Buffer.from(hash, "hex"));
    const root = rootFromInclusion(hashLeaf(Buffer.alloc(0)), 0n, 8n, bytes);
    expect(Buffer.from(root!).toString("hex")).toBe(roots[7]);
    const head = (size: number) => ({ size: BigInt(size), root: Buffer.from(roots[size - 1]!, "hex") });
    expect(growthHolds(head(1), head(8), bytes)).toBe(true);
    expect(growthHolds(head(2), head(8), bytes)).toBe(false);
  });
});

describe("a tree", () => {
  const sizes = fc.integer({ min: 1, max: 1400 });

  it("has the root and the proofs that RFC 6962 defines, of whatever size and however it grew", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.array(sizes, { maxLength: 4 }), fc.nat(), fc.nat(), async (size, steps, a, b) => {
        const { store, root, data } = await grown(
          size,
          steps.toSorted((one, other) => one - other),
        );
        expect(root).toEqual(mth(data));
        expect(await rootAt(store, size)).toEqual(root);
        const smaller = 1 + (a % size);
        const index = b % smaller;
        expect(hex(await inclusionProof(store, index, smaller))).toEqual(hex(path(index, data.slice(0, smaller))));
        expect(hex(await consistencyProof(store, smaller, size))).toEqual(hex(subproof(smaller, data, true)));
      }),
      { numRuns: 60 },
    );
  });

  it("convinces the verifier of every leaf and every growth, and of nothing else", async () => {
    const { store, data } = await grown(300);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const [index, old] = [a % size, 1 + (b % size)];
        const root = await rootAt(store, size);
        const proof = await inclusionProof(store, index, size);
        const led = (place: number, way: readonly Uint8Array[]) =>
          rootFromInclusion(hashLeaf(data[index]!), BigInt(place), BigInt(size), way);
        expect(led(index, proof)).toEqual(root);
        const other = (index + 1) % size;
        if (other !== index) expect(led(other, proof)).not.toEqual(root);
        expect(led(index, [...proof, root])).not.toEqual(root);
        if (proof.length > 0) expect(led(index, proof.slice(1))).not.toEqual(root);

        const older = { size: BigInt(old), root: await rootAt(store, old) };
        const newer = { size: BigInt(size), root };
        const growth = await consistencyProof(store, old, size);
        expect(growthHolds(older, newer, growth)).toBe(true);
        expect(growthHolds({ ...older, root: sha256(older.root) }, newer, growth)).toBe(false);
        expect(growthHolds(older, { ...newer, root: sha256(root) }, growth)).toBe(false);
        if (growth.length > 0) expect(growthHolds(older, newer, growth.slice(1))).toBe(false);
        expect(growthHolds(older, newer, [...growth, root])).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it("of a size around the borders of tiles has its leaves at every level", async () => {
    for (const size of [255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_536 + 257]) {
      const { store, root, data } = await grown(size);
      for (const index of [0, 255, 256, size - 1].filter((place) => place < size)) {
        const proof = await inclusionProof(store, index, size);
        expect(rootFromInclusion(hashLeaf(data[index]!), BigInt(index), BigInt(size), proof)).toEqual(root);
      }
      const older = { size: 200n, root: await rootAt(store, 200) };
      expect(growthHolds(older, { size: BigInt(size), root }, await consistencyProof(store, 200, size))).toBe(true);
    }
  });
});
