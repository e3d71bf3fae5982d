import { generateKeyPairSync, webcrypto } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signCheckpoint, verifierKey } from "../../../../src/audit/tree/checkpoint.js";
import { Frontier } from "../../../../src/audit/tree/frontier.js";
import { leafData, leafHash, sha256Hex } from "../../../../src/audit/tree/hashing.js";
import { memoryTree } from "../../../../src/audit/tree/memory-tree.fixture.js";
import { inclusionProof } from "../../../../src/audit/tree/proofs.js";
import { readVerifierKey } from "../../../../src/verify/note.js";
import { verifyProof } from "../../../../src/verify/proof-file.js";
import { checkProof, proofFile, type StepName } from "./check-proof.js";

const subtle = webcrypto.subtle as SubtleCrypto;
const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const recordOf = (index: number) => JSON.stringify({ eventName: "GetGroups", eventID: idOf(index), note: "ä" });

/** A tree as the service makes it, with the proof of one of its records. */
async function proven(size: number, index: number) {
  const store = memoryTree();
  const frontier = Frontier.parse(0, "");
  for (let each = 0; each < size; each++) {
    const leaf = {
      index: each,
      accountId: "111122223333",
      eventId: idOf(each),
      recordSha256: sha256Hex(recordOf(each)),
    };
    await store.append([leaf], frontier.append(leafHash(leafData(leaf))));
  }
  const key = { origin: "dosimeter/test", ...generateKeyPairSync("ed25519") };
  const [leaf] = await store.leaves({ from: index, until: index + 1 });
  return {
    eventId: idOf(index),
    record: recordOf(index),
    verifierKey: verifierKey(key),
    proof: {
      LeafIndex: index,
      TreeSize: size,
      LeafData: leafData(leaf!),
      Path: (await inclusionProof(store, index, size)).map((hash) => hash.toString("base64")),
      Checkpoint: signCheckpoint(key, size, frontier.root()),
    },
  };
}

type Claim = Awaited<ReturnType<typeof proven>>;

async function failing(claim: Claim): Promise<StepName[]> {
  const steps = await checkProof(claim, subtle);
  expect(steps).toHaveLength(5);
  return steps.filter(({ outcome }) => outcome !== "holds").map(({ name }) => name);
}

const mutate = (text: string, at = 3) => `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;

describe("a proof checked in the browser", () => {
  it("holds for every record of trees of many sizes, as it does for the verifier", async () => {
    for (const size of [1, 2, 3, 7, 8, 13])
      for (let index = 0; index < size; index++) {
        const claim = await proven(size, index);
        expect(await failing(claim)).toEqual([]);
        const { record } = verifyProof(proofFile(claim), readVerifierKey(claim.verifierKey));
        expect(record).toBe(claim.record);
      }
  });

  it("fails where it was altered, and says where", async () => {
    const claim = await proven(13, 5);
    const { proof } = claim;
    const altered = (change: Partial<Claim["proof"]>) => failing({ ...claim, proof: { ...proof, ...change } });

    expect(await failing({ ...claim, record: claim.record.replace("GetGroups", "GetGroup") })).toEqual(["record"]);
    expect(await failing({ ...claim, record: "no JSON" })).toEqual(["record", "leaf"]);
    expect(await failing({ ...claim, eventId: idOf(6) })).toEqual(["leaf"]);
    expect(await altered({ LeafData: proof.LeafData.replace("111122223333", "111122223334") })).toEqual(["path"]);
    expect(await altered({ LeafData: `${proof.LeafData}more` })).toEqual(["leaf", "path"]);
    expect(await altered({ LeafIndex: 6 })).toEqual(["path"]);
    expect(await altered({ LeafIndex: 13 })).toEqual(["path"]);
    expect(await altered({ LeafIndex: -1 })).toEqual(["path"]);
    expect(await altered({ LeafIndex: 0.5 })).toEqual(["path"]);
    expect(await altered({ TreeSize: 14 })).toEqual(["head"]);
    expect(await altered({ Path: proof.Path.slice(1) })).toEqual(["path"]);
    expect(await altered({ Path: [...proof.Path, proof.Path[0]!] })).toEqual(["path"]);
    expect(await altered({ Path: proof.Path.map((hash, place) => (place === 1 ? mutate(hash) : hash)) })).toEqual([
      "path",
    ]);
    expect(await altered({ Path: ["!"] })).toEqual(["path"]);
  });

  it("fails for a head that nobody signed, or somebody else", async () => {
    const claim = await proven(13, 5);
    const { Checkpoint } = claim.proof;
    const altered = (note: string) => failing({ ...claim, proof: { ...claim.proof, Checkpoint: note } });
    const other = await proven(13, 5);

    expect(await altered(Checkpoint.replace("\n13\n", "\n14\n"))).toEqual(["head", "signature"]);
    expect(await altered(Checkpoint.slice(0, Checkpoint.indexOf("\n\n") + 2))).toEqual(["signature"]);
    expect(await altered(mutate(Checkpoint, Checkpoint.length - 20))).toEqual(["signature"]);
    expect(await altered("")).toEqual(["path", "head", "signature"]);
    expect(await failing({ ...claim, verifierKey: other.verifierKey })).toEqual(["signature"]);
    expect(await failing({ ...claim, verifierKey: claim.verifierKey.replace("test", "rest") })).toEqual([
      "head",
      "signature",
    ]);
    expect(await failing({ ...claim, verifierKey: "nonsense" })).toEqual(["head", "signature"]);
  });

  it("leaves the signature unchecked, and says so, where the browser cannot check it", async () => {
    const claim = await proven(3, 1);
    const withoutEd25519 = {
      importKey: () => Promise.reject(new Error("unknown algorithm")),
    } as unknown as SubtleCrypto;
    for (const lacking of [undefined, withoutEd25519]) {
      const steps = await checkProof(claim, lacking);
      expect(steps.filter(({ outcome }) => outcome !== "holds")).toEqual([{ name: "signature", outcome: "unchecked" }]);
    }
  });
});
