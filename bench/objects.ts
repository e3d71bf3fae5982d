import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { systemEnvironment } from "../src/environment.js";
import type { ContentKey } from "../src/storage/object-store.js";
import { openFolderObjectStore } from "../src/storage/objects/folder-object-store.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * What encryption of objects costs: 64 MB one after another, and 4 KB from sixteen hands.
 *
 *   npx vite-node bench/objects.ts store     the store alone, plain and encrypted in turn
 *   npx vite-node bench/objects.ts service   over S3's API with the SDK (`npm run build` first), by kind of encryption
 */
const large = randomBytes(64 * 1024 * 1024);
const small = randomBytes(4096);
const largeCount = 8;
const smallCount = 1600;
const hands = 16;
const rounds = 3;

interface Target {
  put(key: string, content: Buffer): Promise<unknown>;
  get(key: string): Promise<AsyncIterable<Uint8Array>>;
}

async function measure(target: Target) {
  const cpu: Record<string, number> = {};
  const timed = async (what: string, work: () => Promise<void>) => {
    const start = performance.now();
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    cpu[what] = (user + system) / 1000;
    return (performance.now() - start) / 1000;
  };
  const read = async (key: string, sizeBytes: number) => {
    let bytes = 0;
    for await (const chunk of await target.get(key)) bytes += chunk.length;
    if (bytes !== sizeBytes) throw new Error(`${bytes} bytes instead of ${sizeBytes}`);
  };
  const fromHands = (what: string, work: (n: number) => Promise<unknown>) =>
    timed(what, async () => {
      let next = 0;
      const hand = async () => {
        while (next < smallCount) await work(next++);
      };
      await Promise.all(Array.from({ length: hands }, hand));
    });
  const putLarge = await timed("put", async () => {
    for (let n = 0; n < largeCount; n++) await target.put(`large/${n}`, large);
  });
  const getLarge = await timed("get", async () => {
    for (let n = 0; n < largeCount; n++) await read(`large/${n}`, large.length);
  });
  const putSmall = await fromHands("put small", (n) => target.put(`small/${n}`, small));
  const getSmall = await fromHands("get small", (n) => read(`small/${n}`, small.length));
  const megabytes = (largeCount * large.length) / 1e6;
  return {
    "put 64 MB, MB/s": Math.round(megabytes / putLarge),
    "get 64 MB, MB/s": Math.round(megabytes / getLarge),
    "put 4 KB, 1/s": Math.round(smallCount / putSmall),
    "get 4 KB, 1/s": Math.round(smallCount / getSmall),
    // Of this process: with `store` that is all there is.
    "CPU ms of a 64 MB put": -Math.round(cpu["put"]! / largeCount),
    "of a get": -Math.round(cpu["get"]! / largeCount),
    "of a 4 KB put": -Math.round((100 * cpu["put small"]!) / smallCount) / 100,
    "of a 4 KB get": -Math.round((100 * cpu["get small"]!) / smallCount) / 100,
  };
}

/** The kinds take turns, so that what else the machine does falls on all of them; the best round of each counts. */
async function compare(kinds: Readonly<Record<string, Target>>) {
  const best: Record<string, Record<string, number>> = {};
  for (let round = 0; round < rounds; round++)
    for (const [kind, target] of Object.entries(kinds)) {
      const measured = await measure(target);
      for (const [what, value] of Object.entries(measured))
        best[kind] = { ...best[kind], [what]: Math.max(value, best[kind]?.[what] ?? Number.NEGATIVE_INFINITY) };
    }
  console.table(best);
}

/** In the pieces in which HTTP brings it. */
function asReceived(content: Buffer): Readable {
  const pieces = function* () {
    for (let at = 0; at < content.length; at += 65_000) yield content.subarray(at, at + 65_000);
  };
  return Readable.from(pieces(), { objectMode: false });
}

async function store(folder: string) {
  const objects = await openFolderObjectStore({ folder, environment: systemEnvironment });
  const facts = () => ({ headers: {}, metadata: {}, tags: {}, checksums: {} });
  const key = randomBytes(32);
  const target = (bucket: string, encrypted?: ContentKey): Target => ({
    put: (name, content) => objects.put(bucket, name, asReceived(content), facts, undefined, encrypted),
    get: async (name) => (await objects.get(bucket, name, undefined, async () => key))!.body,
  });
  const encryption = { algorithm: "AES256", wrappedKey: "" } as const;
  await compare({ plain: target("plain"), encrypted: target("encrypted", { key, encryption }) });
  await objects.close();
}

async function service(folder: string) {
  const benched = await startBenched(path.resolve("bin/dosimeter.cjs"), folder);
  const options = { endpoint: benched.endpoint, region: benchSigner.region, credentials: benchSigner };
  const s3 = new S3Client({ ...options, forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });
  const { KeyMetadata } = await new KMSClient(options).send(new CreateKeyCommand({}));
  const withKey = { ServerSideEncryption: "aws:kms" as const, SSEKMSKeyId: KeyMetadata!.Arn };
  const target = async (Bucket: string, more: object): Promise<Target> => {
    await s3.send(new CreateBucketCommand({ Bucket }));
    return {
      put: (Key, Body) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more })),
      get: async (Key) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body as AsyncIterable<Uint8Array>,
    };
  };
  await compare({
    // Of a build from before encryption this is plain.
    "by default": await target("by-default", {}),
    ...(process.argv.includes("--default-alone")
      ? {}
      : {
          "aws:kms": await target("with-key", withKey),
          "aws:kms, bucket key": await target("with-bucket-key", { ...withKey, BucketKeyEnabled: true }),
        }),
  });
  await benched.stop();
}

const folder = mkdtempSync(path.join(tmpdir(), "bench-objects-"));
await (process.argv[2] === "store" ? store(folder) : service(folder));
rmSync(folder, { recursive: true, force: true });
