import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudTrailClient, ListTrailsCommand, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import { CallRefused, extensionClient } from "../src/commands/extension-client.js";
import { hashLeaf, rootFromInclusion } from "../src/verify/merkle.js";
import { openCheckpoint, readVerifierKey } from "../src/verify/note.js";
import { verifyGrowth } from "../src/verify/proof-file.js";
import { seededRandom } from "./crash/random.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** A round takes several times as long as one of `crash.spec.ts`. */
const rounds = Math.ceil(Number(process.env["DOSIMETER_CRASH_ROUNDS"] ?? 10) / 5);
const seed = Number(process.env["DOSIMETER_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const callersAtOnce = 4;
const questionsAtOnce = 10;

interface Inclusion {
  readonly LeafIndex: number;
  readonly LeafData: string;
  readonly Path: readonly string[];
}

interface SearchPage {
  readonly Events: readonly { readonly EventId: string; readonly CloudTrailEvent: string }[];
  readonly NextToken?: string;
}

describe(`the tree of all records, killed with SIGKILL ${rounds} times under load (DOSIMETER_CRASH_SEED=${seed})`, () => {
  it(
    "has exactly one leaf of every acknowledged call, and has only grown since every checkpoint it gave",
    async () => {
      const random = seededRandom(seed);
      const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-tree-crash-"));
      const start = () => startDosimeter({ dataFolder, env: { DOSIMETER_CHECKPOINT_SECONDS: "1" } });
      const acknowledged = new Set<string>();
      const checkpoints = new Set<string>();
      let service = await start();
      try {
        for (let round = 0; round < rounds; round++) {
          const gone = Promise.all([
            ...Array.from({ length: callersAtOnce }, (_, caller) =>
              callUntilGone(service, `${round}-${caller}`, acknowledged),
            ),
            keepCheckpoints(service, checkpoints),
          ]);
          await sleep(1500 + random() * 1500);
          await service.stop("SIGKILL");
          await gone;
          service = await start();
        }
        const asked = askOf(service);
        const key = readVerifierKey((await asked.call<{ VerifierKey: string }>("GetTransparencyKey", {})).VerifierKey);
        // Enough that everything acknowledged must be in it: what was made when all of that had its place.
        const trails = service.client(CloudTrailClient);
        const last = (await trails.send(new ListTrailsCommand({}))).$metadata.requestId!;
        acknowledged.add(last);
        // Every question is a record, too: the fewer come before, the fewer leaves there are to ask for.
        const EventId = await eventually(async () => {
          const { Events = [] } = await trails.send(
            new LookupEventsCommand({
              LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "ListTrails" }],
            }),
          );
          return Events.find(({ CloudTrailEvent }) => CloudTrailEvent!.includes(last))?.EventId;
        }, "the record of the last call");
        await eventually(() => orRefused(asked.call<Inclusion>("GetInclusionProof", { EventId })), "its leaf");
        const leaves = new Map<string, number>();
        const events = new Set<string>();
        const { note, size } = await eventually(
          async () => {
            const { Checkpoint, TreeSize } = await newest(asked);
            const head = openCheckpoint(Checkpoint, key);
            const records = await allRecords(asked);
            // Every question is a record, too, so each look is at what is new.
            const places = Array.from({ length: TreeSize - events.size }, (_, place) => events.size + place);
            while (places.length > 0) {
              const questions = places
                .splice(0, questionsAtOnce)
                .map((LeafIndex) => asked.call<Inclusion>("GetInclusionProof", { LeafIndex, TreeSize }));
              for (const { LeafIndex, LeafData, Path } of await Promise.all(questions)) {
                const way = Path.map((hash) => Buffer.from(hash, "base64"));
                const root = rootFromInclusion(hashLeaf(Buffer.from(LeafData)), BigInt(LeafIndex), head.size, way);
                expect(root, `leaf ${LeafIndex}`).toEqual(head.root);
                const [, , eventId = "", recordSha256] = LeafData.split("\n");
                expect(events.has(eventId), `event ${eventId} has two leaves`).toBe(false);
                events.add(eventId);
                const record = records.get(eventId)!;
                expect(createHash("sha256").update(record).digest("hex"), `record ${eventId}`).toBe(recordSha256);
                const { requestID } = JSON.parse(record);
                if (acknowledged.has(requestID)) leaves.set(requestID, (leaves.get(requestID) ?? 0) + 1);
              }
            }
            return leaves.size === acknowledged.size && { note: Checkpoint, size: TreeSize };
          },
          "a leaf of every acknowledged call",
          // Each leaf is asked for, so more rounds take longer.
          60_000 + rounds * 30_000,
        ).catch((problem: Error) => {
          throw new Error(`${problem.message}: ${leaves.size} of ${acknowledged.size}, ${events.size} leaves`);
        });
        expect([...leaves].filter(([, count]) => count !== 1)).toEqual([]);
        expect(acknowledged.size).toBeGreaterThan(rounds * 10);

        expect(checkpoints.size).toBeGreaterThan(1);
        for (const older of checkpoints) {
          const FromSize = Number(older.split("\n")[1]);
          const { Path } = await asked.call<Inclusion>("GetConsistencyProof", { FromSize, ToSize: size });
          verifyGrowth(older, `${[`old ${FromSize}`, ...Path].join("\n")}\n\n${note}`, key);
        }
        asked.close();
      } finally {
        await service.stop();
        await rm(dataFolder, { recursive: true, force: true });
      }
    },
    180_000 + rounds * 60_000,
  );
});

function askOf(service: RunningDosimeter) {
  // The client finds its credentials where the SDK's do.
  process.env["AWS_ACCESS_KEY_ID"] = service.root.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = service.root.secretAccessKey;
  return extensionClient(service.endpoint, service.region);
}

async function newest(asked: ReturnType<typeof askOf>) {
  return eventually(
    () => orRefused(asked.call<{ Checkpoint: string; TreeSize: number }>("GetTransparencyCheckpoint", {})),
    "a checkpoint",
  );
}

/** The texts of all records, by the ids of their events. */
async function allRecords(asked: ReturnType<typeof askOf>): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page: SearchPage = await asked.call("SearchEvents", { NextToken });
    for (const { EventId, CloudTrailEvent } of page.Events) records.set(EventId, CloudTrailEvent);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return records;
}

/** Undefined where there is nothing yet. */
function orRefused<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  return answer.catch((reason: unknown) => (reason instanceof CallRefused ? undefined : Promise.reject(reason)));
}

/** Reads, data events, and changes whose records come by the outbox. */
async function callUntilGone(service: RunningDosimeter, tag: string, acknowledged: Set<string>): Promise<void> {
  const trails = service.client(CloudTrailClient);
  const logs = service.client(CloudWatchLogsClient);
  const xray = service.client(XRayClient);
  for (let number = 0; ; number++) {
    try {
      const calls = [
        () => trails.send(new ListTrailsCommand({})),
        () => xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: ["{}"] })),
        () => logs.send(new CreateLogGroupCommand({ logGroupName: `tree-${tag}-${number}` })),
      ];
      const { $metadata } = await calls[number % calls.length]!();
      acknowledged.add($metadata.requestId!);
      // The test asks for every leaf in the end.
      await sleep(100);
    } catch {
      return;
    }
  }
}

async function keepCheckpoints(service: RunningDosimeter, checkpoints: Set<string>): Promise<void> {
  const asked = askOf(service);
  for (;;) {
    try {
      checkpoints.add((await asked.call<{ Checkpoint: string }>("GetTransparencyCheckpoint", {})).Checkpoint);
    } catch (reason) {
      if (!(reason instanceof CallRefused)) return asked.close();
    }
    await sleep(200);
  }
}
