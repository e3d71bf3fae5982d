import { management } from "../../../audit/event.js";
import { leafData, leafHash } from "../../../audit/tree/hashing.js";
import { inclusionProof } from "../../../audit/tree/proofs.js";
import type { EventStore } from "../../../storage/event-store.js";
import type { PlacedLeaf, TreeStore } from "../../../storage/tree-store.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { accessTo, checkpointOf, invalidParameter, sizeOf } from "./tree-input.js";

interface Input {
  readonly EventId?: unknown;
  readonly LeafIndex?: unknown;
  /** Of a checkpoint; absent: the newest. */
  readonly TreeSize?: unknown;
  /** Whether the record itself is wanted, too. */
  readonly IncludeRecord?: unknown;
}

interface Output {
  readonly LeafIndex: number;
  readonly TreeSize: number;
  /** The bytes that are hashed as the leaf. */
  readonly LeafData: string;
  readonly LeafHash: string;
  /** Base64, the leaf's own neighbour first. */
  readonly Path: readonly string[];
  /** The signed tree head the proof leads to. */
  readonly Checkpoint: string;
  /** Null if it is past its retention, or of another region than the call's. */
  readonly Record?: string | null;
}

const eventIdPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Shows that an event of the caller's account is in the tree. The hashes beside the way are of others' records, too, and
 * tell nothing of them.
 */
export const getInclusionProof = (deps: CloudTrailDeps) =>
  operation<Input, Output>({
    name: "GetInclusionProof",
    readOnly: true,
    event: management,
    access: ({ IncludeRecord }) => [
      ...accessTo("GetInclusionProof")(),
      ...(IncludeRecord === true ? accessTo("LookupEvents")() : []),
    ],
    recordedRequest: ({ EventId, LeafIndex, TreeSize, IncludeRecord }) => ({
      eventId: EventId,
      leafIndex: LeafIndex,
      treeSize: TreeSize,
      includeRecord: IncludeRecord,
    }),

    async execute(input, call) {
      const { store } = deps.tree;
      const leaf = await findLeaf(store, call.accountId, input);
      const { size, note } = await checkpointOf(deps.tree, sizeOf("TreeSize", input.TreeSize));
      if (leaf.index >= size)
        throw cloudTrailError("ResourceNotFound", `The event has its place, ${leaf.index}, but no checkpoint yet.`);
      const path = await inclusionProof(store, leaf.index, size);
      const data = leafData(leaf);
      return {
        LeafIndex: leaf.index,
        TreeSize: size,
        LeafData: data,
        LeafHash: leafHash(data).toString("base64"),
        Path: path.map((hash) => hash.toString("base64")),
        Checkpoint: note,
        ...(input.IncludeRecord === true && { Record: await recordOf(deps.events, call, leaf) }),
      };
    },
  });

/** Of every category: event history shows management events alone, but proofs are of all. */
async function recordOf(events: EventStore, call: Call, { eventId }: PlacedLeaf): Promise<string | null> {
  const [event] = await events.lookup(
    { accountId: call.accountId, region: call.region },
    {
      fromMs: 0,
      untilMs: Number.MAX_SAFE_INTEGER,
      categories: ["Management", "Data", "Insight", "NetworkActivity"],
      attributes: [{ key: "EventId", value: eventId }],
      limit: 1,
    },
  );
  return event?.record ?? null;
}

async function findLeaf(store: TreeStore, accountId: string, input: Input): Promise<PlacedLeaf> {
  const { EventId: eventId } = input;
  const index = sizeOf("LeafIndex", input.LeafIndex);
  if ((eventId === undefined) === (index === undefined))
    throw invalidParameter("Either EventId or LeafIndex must be given.");
  if (index !== undefined) {
    const [leaf] = await store.leaves({ from: index, until: index + 1 });
    // Another account's is as unknown as one that is not there.
    if (leaf?.accountId === accountId) return leaf;
    throw cloudTrailError("ResourceNotFound", `No event of this account has place ${index} in the tree.`);
  }
  if (typeof eventId !== "string" || !eventIdPattern.test(eventId))
    throw invalidParameter("EventId must be a UUID in lower case.");
  const leaf = await store.find(accountId, eventId);
  if (leaf === undefined)
    throw cloudTrailError("ResourceNotFound", `No event ${eventId} of this account is in the tree.`);
  return leaf;
}
