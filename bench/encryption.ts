import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { PutEncryptionConfigCommand, XRayClient } from "@aws-sdk/client-xray";
import type { LoadResult } from "./load.js";
import { processorSeconds } from "./process-usage.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * What it costs to encrypt documents under a customer's key: two fresh services take the same load at the same time, so that
 * what else the machine does is the same for both, one of them with a key. Prints both of each round and their ratio.
 *
 *     npm run build:bench && node dist/bench/encryption.js --rounds 5 --seconds 8 --segments 50 --rate 20
 *
 * Processor time is counted until every trace is in the index, so it does not matter how far that falls behind meanwhile.
 */
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    segments: { type: "string", default: "50" },
    connections: { type: "string", default: "32" },
    rate: { type: "string" },
  },
});

/** Of both sides, as far as these figures mean anything. */
const segmentsPerSecondMax = 20_000;
const settleMs = 1500;

const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");

async function trial(encrypted: boolean) {
  const data = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-"));
  const service = await startBenched(program, data);
  try {
    if (encrypted) await useCustomerKey(service.endpoint);
    await sleep(settleMs);
    const before = processorSeconds(service.pid);
    const words = [
      ...["--endpoint", service.endpoint, "--region", benchSigner.region],
      ...["--segments", values.segments, "--connections", values.connections, "--seconds", values.seconds],
      // Requests are made before the clock starts.
      ...(values.rate === undefined
        ? ["--calls-per-second-max", String(Math.ceil(segmentsPerSecondMax / Number(values.segments)))]
        : ["--rate", values.rate]),
    ];
    const load = JSON.parse(
      await run("load.js", words, {
        AWS_ACCESS_KEY_ID: benchSigner.accessKeyId,
        AWS_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
      }),
    ) as LoadResult;
    await indexed(service.endpoint);
    const used = processorSeconds(service.pid) - before;
    await service.stop();
    return {
      segmentsPerSecond: Math.round(load.segmentsPerSecond),
      microseconds: Math.round((used / load.segmentsInAll) * 10_000_000) / 10,
      p50Ms: load.latencyMs.p50,
      diskBytes: Math.round(Number(await run("merged-segments.js", [data], {})) / load.segmentsInAll),
      errors: load.errors,
    };
  } finally {
    await service.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function run(name: string, words: readonly string[], environment: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(import.meta.dirname, name), ...words], {
    env: { ...process.env, ...environment },
  });
  return stdout;
}

/** Resolves when the index holds every trace. */
async function indexed(endpoint: string): Promise<void> {
  for (;;) {
    await sleep(settleMs);
    const metrics = await (await fetch(`${endpoint}/metrics`)).text();
    if (/^dosimeter_index_waiting_traces 0$/m.test(metrics)) return;
  }
}

async function useCustomerKey(endpoint: string): Promise<void> {
  const { region, ...credentials } = benchSigner;
  const kms = new KMSClient({ endpoint, region, credentials });
  const xray = new XRayClient({ endpoint, region, credentials });
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  await xray.send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId: KeyMetadata!.Arn }));
  kms.destroy();
  xray.destroy();
}

for (let round = 1; round <= Number(values.rounds); round++) {
  const [clear, encrypted] = await Promise.all([trial(false), trial(true)]);
  const share = (part: number, whole: number) => `${((part / whole - 1) * 100).toFixed(1)} %`;
  console.log(
    JSON.stringify({
      round,
      clear,
      encrypted,
      throughput: share(encrypted.segmentsPerSecond, clear.segmentsPerSecond),
      processorTime: share(encrypted.microseconds, clear.microseconds),
    }),
  );
}
