import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchGetTracesCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import { extensionClient } from "../src/commands/extension-client.js";
import { seededRandom } from "./crash/random.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** A round is mostly the start of the service. */
const rounds = Math.ceil(Number(process.env["DOSIMETER_CRASH_ROUNDS"] ?? 10) / 5);
const seed = Number(process.env["DOSIMETER_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const tracesCount = 30;

interface ExposurePage {
  readonly ReadCount: number;
  readonly Accesses: readonly { readonly EventId: string; readonly Request: unknown }[];
  readonly NextToken?: string;
}

describe(`the index of who saw what, killed with SIGKILL ${rounds} times under load (DOSIMETER_CRASH_SEED=${seed})`, () => {
  it(
    "has every acknowledged read of every trace, each once",
    async () => {
      const random = seededRandom(seed);
      const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-exposure-crash-"));
      let service = await startDosimeter({ dataFolder });
      /** The marks of the acknowledged reads of each trace. */
      const acknowledged = new Map<string, Set<string>>();
      try {
        for (const traceId of await putTraces(service)) acknowledged.set(traceId, new Set());
        for (let round = 0; round < rounds; round++) {
          const gone = Promise.all([0, 1, 2, 3].map((reader) => readUntilGone(service, reader, acknowledged)));
          const sum = () => [...acknowledged.values()].reduce((reads, marks) => reads + marks.size, 0);
          const before = sum();
          await eventually(async () => sum() > before + tracesCount, "some reads", 60_000);
          await sleep(random() * 1000);
          await service.stop("SIGKILL");
          await gone;
          service = await startDosimeter({ dataFolder });
        }
        let reads = 0;
        for (const [traceId, marks] of acknowledged) {
          const accesses = await accessesTo(service, traceId);
          const shown = accesses.map(({ Request }) => /mark-[0-9a-f]+/.exec(JSON.stringify(Request))![0]);
          expect(new Set(shown).size, `reads of ${traceId}, each once`).toBe(shown.length);
          expect(
            [...marks].filter((mark) => !shown.includes(mark)),
            `missing reads of ${traceId}`,
          ).toEqual([]);
          // One that was cut off before its answer may be there as well.
          expect(shown.length - marks.size).toBeLessThanOrEqual(rounds * 4);
          reads += marks.size;
        }
        expect(reads).toBeGreaterThanOrEqual(rounds * tracesCount);
      } finally {
        await service.stop();
        await rm(dataFolder, { recursive: true, force: true });
      }
    },
    120_000 + rounds * 60_000,
  );
});

/** Of one service each, and searchable. */
async function putTraces(service: RunningDosimeter): Promise<string[]> {
  const xray = service.client(XRayClient);
  const now = Date.now() / 1000;
  const ids = Array.from(
    { length: tracesCount },
    () => `1-${Math.floor(now).toString(16)}-${randomBytes(12).toString("hex")}`,
  );
  const segments = ids.map((trace_id) => {
    const id = randomBytes(8).toString("hex");
    return JSON.stringify({ id, trace_id, name: "shop", start_time: now - 1, end_time: now });
  });
  await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: segments }));
  await eventually(async () => {
    const { TraceSummaries } = await xray.send(new GetTraceSummariesCommand(search("mark-0")));
    return TraceSummaries!.length === tracesCount;
  }, "the traces to be searchable");
  xray.destroy();
  return ids;
}

function search(mark: string) {
  const now = Date.now();
  const FilterExpression = `service("shop") OR annotation.mark = "${mark}"`;
  return { StartTime: new Date(now - 3_600_000), EndTime: new Date(now + 60_000), FilterExpression };
}

/** Reads in one of three ways as fast as it is answered; every request has a mark of its own. */
async function readUntilGone(service: RunningDosimeter, reader: number, acknowledged: Map<string, Set<string>>) {
  const xray = service.client(XRayClient);
  const ids = [...acknowledged.keys()];
  for (let number = reader; ; number++) {
    const mark = `mark-${randomBytes(8).toString("hex")}`;
    const TraceIds = [ids[number % ids.length]!, ids[(number + 1) % ids.length]!, mark];
    try {
      const calls = [
        async () => (await xray.send(new BatchGetTracesCommand({ TraceIds }))).Traces!.map(({ Id }) => Id!),
        async () => (await xray.send(new GetTraceSummariesCommand(search(mark)))).TraceSummaries!.map(({ Id }) => Id!),
        async () => (await xray.send(new GetTraceGraphCommand({ TraceIds }))) && TraceIds.slice(0, 2),
      ];
      for (const traceId of await calls[number % calls.length]!()) acknowledged.get(traceId)!.add(mark);
    } catch {
      xray.destroy();
      return;
    }
  }
}

async function accessesTo(service: RunningDosimeter, TraceId: string) {
  // The client finds its credentials where the SDK's do.
  process.env["AWS_ACCESS_KEY_ID"] = service.root.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = service.root.secretAccessKey;
  const asked = extensionClient(service.endpoint, service.region, XRayClient);
  const accesses: ExposurePage["Accesses"][number][] = [];
  let NextToken: string | undefined;
  do {
    const input = { TraceId, MaxResults: 1000, NextToken };
    const page: ExposurePage = await asked.call("GetTraceExposure", input);
    accesses.push(...page.Accesses);
    NextToken = page.NextToken;
    if (NextToken === undefined) expect(page.ReadCount).toBe(accesses.length);
  } while (NextToken !== undefined);
  asked.close();
  // Those of before the test.
  return accesses.filter(({ Request }) => !JSON.stringify(Request).includes('\\"mark-0\\"'));
}
