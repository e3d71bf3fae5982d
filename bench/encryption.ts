import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { PutEncryptionConfigCommand, XRayClient } from "@aws-sdk/client-xray";
import type { LoadResult } from "./load.js";
import { diskBytes } from "./process-usage.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * What it costs to encrypt documents under a customer's key: the same load without and with one, in turns, each on a fresh
 * service. Prints each trial, and the ratio of each round's two.
 *
 *     npm run build && node dist/bench/encryption.js --rounds 3 --seconds 10 --segments 50
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

const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");

async function trial(encrypted: boolean) {
  const data = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-"));
  const service = await startBenched(program, data);
  try {
    if (encrypted) await useCustomerKey(service.endpoint);
    await sleep(5000);
    const before = diskBytes(data);
    const words = [
      ...["--endpoint", service.endpoint, "--pid", String(service.pid), "--region", benchSigner.region],
      ...["--segments", values.segments, "--connections", values.connections, "--seconds", values.seconds],
      ...(values.rate === undefined ? [] : ["--rate", values.rate]),
    ];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(import.meta.dirname, "load.js"), ...words],
      {
        env: {
          ...process.env,
          AWS_ACCESS_KEY_ID: benchSigner.accessKeyId,
          AWS_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
        },
      },
    );
    const load = JSON.parse(stdout) as LoadResult;
    await sleep(5000);
    return {
      segmentsPerSecond: Math.round(load.segmentsPerSecond),
      microseconds: load.serviceMicrosecondsPerSegment!,
      p50Ms: load.latencyMs.p50,
      diskBytes: Math.round((diskBytes(data) - before) / load.segmentsInAll),
      errors: load.errors,
    };
  } finally {
    await service.stop();
    await rm(data, { recursive: true, force: true });
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
  const clear = await trial(false);
  const encrypted = await trial(true);
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
