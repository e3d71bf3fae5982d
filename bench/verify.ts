import { spawn } from "node:child_process";
import { createHash, generateKeyPairSync, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type DigestedFile, type PreviousDigest, signDigest } from "../src/audit/digest.js";
import { digestKey, LogFileWriter, logFileKey } from "../src/audit/log-file.js";
import { gzipBytes } from "../src/jobs/gzip-bytes.js";

/**
 * How long `dosimeter verify` takes for a day of a trail: files as the service writes them, one a minute, a digest an hour.
 *
 *   node dist/bench/verify.js [events, default 1000000]
 */
const events = Number(process.argv[2] ?? 1_000_000);
const accountId = "000000000000";
const region = "us-east-1";
const bucket = "audit";
const minutes = 24 * 60;
const dayMs = Date.UTC(2026, 2, 1);
const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");

/** A read of traces by a role, as the service records it. */
function record(timeMs: number, number: number): string {
  const user = `person-${number % 40}`;
  return JSON.stringify({
    eventVersion: "1.11",
    userIdentity: {
      type: "AssumedRole",
      principalId: `AROAEXAMPLEEXAMPLE000:${user}`,
      arn: `arn:aws:sts::${accountId}:assumed-role/Support/${user}`,
      accountId,
      accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: "AROAEXAMPLEEXAMPLE000",
          arn: `arn:aws:iam::${accountId}:role/Support`,
          accountId,
          userName: "Support",
        },
        attributes: { creationDate: "2026-03-01T00:00:00Z", mfaAuthenticated: "false" },
      },
    },
    eventTime: `${new Date(timeMs).toISOString().slice(0, 19)}Z`,
    eventSource: "xray.amazonaws.com",
    eventName: "BatchGetTraces",
    awsRegion: region,
    sourceIPAddress: `10.0.${number % 250}.7`,
    userAgent: "aws-sdk-js/3.1169.0 ua/2.1 os/linux#6.1.0 lang/js md/nodejs#20.20.2 api/xray#3.1169.0",
    requestParameters: { traceIds: Array.from({ length: 5 }, () => `1-69a42f40-${randomBytes(12).toString("hex")}`) },
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: true,
    resources: [{ accountId, type: "AWS::XRay::Trace", ARN: `arn:aws:xray:${region}:${accountId}:trace/*` }],
    eventType: "AwsApiCall",
    managementEvent: false,
    recipientAccountId: accountId,
    eventCategory: "Data",
    tlsDetails: { clientProvidedHostHeader: "127.0.0.1:4566" },
  });
}

const folder = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-verify-"));
let compressedBytes = 0;
let uncompressedBytes = 0;

async function put(key: string, body: Buffer): Promise<void> {
  const file = path.join(folder, "bucket", key);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, body);
  compressedBytes += body.length;
}

async function writeMinute(minute: number): Promise<DigestedFile> {
  const startMs = dayMs + minute * 60_000;
  const writer = new LogFileWriter(region, "CloudTrail", 0);
  const count = Math.floor(((minute + 1) * events) / minutes) - Math.floor((minute * events) / minutes);
  for (let event = 0; event < count; event++) {
    const timeMs = startMs + Math.floor((event * 60_000) / count);
    const text = record(timeMs, event);
    uncompressedBytes += text.length;
    await writer.add(text, timeMs);
  }
  const file = await writer.finish();
  const key = logFileKey({ accountId, region, folder: "CloudTrail" }, startMs + 60_000, ["bench", minute]);
  await put(key, file.body);
  const { sha256, oldestEventMs, newestEventMs } = file;
  return { bucket, key, sha256, oldestEventMs, newestEventMs };
}

async function writeDay(): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const der = publicKey.export({ type: "pkcs1", format: "der" });
  const fingerprint = createHash("md5").update(der).digest("hex");
  const keys = { PublicKeyList: [{ Value: der.toString("base64"), Fingerprint: fingerprint }] };
  await writeFile(path.join(folder, "keys.json"), JSON.stringify(keys));
  let previous: PreviousDigest | undefined;
  for (let hour = 0; hour < 24; hour++) {
    const files: DigestedFile[] = [];
    for (let minute = hour * 60; minute < hour * 60 + 60; minute++) files.push(await writeMinute(minute));
    const startMs = dayMs + hour * 3_600_000;
    const endMs = startMs + 3_600_000;
    const key = digestKey({ accountId, region }, { name: "bench", homeRegion: region }, endMs);
    const facts = { accountId, startMs, endMs, bucket, key, fingerprint, files, ...(previous && { previous }) };
    const { json, sha256, signature } = signDigest(facts, privateKey);
    await put(key, await gzipBytes(json));
    const metadata = path.join(folder, "bucket", `${key}.metadata.json`);
    await writeFile(metadata, JSON.stringify({ Metadata: { signature, "signature-algorithm": "SHA256withRSA" } }));
    previous = { bucket, key, sha256, signature };
  }
}

async function verify(...more: string[]): Promise<{ seconds: number; cpuSeconds: number; peakMegabytes: number }> {
  const args = ["verify", "--folder", path.join(folder, "bucket"), "--keys", path.join(folder, "keys.json"), ...more];
  const began = performance.now();
  const child = spawn("/usr/bin/env", ["time", "-f", "%U %S %M", process.execPath, program, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [status] = (await once(child, "close")) as [number];
  if (status !== 0) throw new Error(output);
  const [user = 0, system = 0, peak = 0] = output.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: user + system, peakMegabytes: peak / 1024 };
}

try {
  await writeDay();
  console.log(
    `${events} events, ${minutes} files, ${(uncompressedBytes / 1e6).toFixed(0)} MB, ` +
      `${(compressedBytes / 1e6).toFixed(0)} MB compressed`,
  );
  for (const threads of ["1", "2", "2"]) {
    const { seconds, cpuSeconds, peakMegabytes } = await verify("--threads", threads);
    console.log(
      `${threads} threads: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor, ` +
        `${peakMegabytes.toFixed(0)} MB at most`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
