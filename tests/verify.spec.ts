import { execFile } from "node:child_process";
import { createHash, createSign, generateKeyPairSync } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateTrailCommand,
  ListPublicKeysCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runVerify } from "../src/verify/run-verify.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { makeTrailBucket, objectOf } from "./trail-destinations.js";

const bucket = "audit-logs";
const program = path.resolve(import.meta.dirname, "../bin/dosimeter.cjs");
const hourMs = 3_600_000;

interface Digest {
  readonly key: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly files: readonly string[];
}

/**
 * Files of the real service, downloaded once; each kind of damage is done to a copy. The service's digests come every two
 * seconds, so that a chain is long within a minute.
 */
describe("dosimeter verify", () => {
  let service: RunningDosimeter;
  let folder: string;
  let digests: Digest[];
  let copies = 0;

  beforeAll(async () => {
    service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "2" } });
    folder = await mkdtemp(path.join(tmpdir(), "dosimeter-verify-"));
    await makeTrailBucket(service, bucket);
    const trails = service.client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: bucket, EnableLogFileValidation: true }));
    await trails.send(new StartLoggingCommand({ Name: "audit" }));
    await eventually(
      async () => {
        // Something to list: a management event now and then.
        await trails.send(new StartLoggingCommand({ Name: "audit" }));
        await new Promise((resolve) => setTimeout(resolve, 500));
        return (await digestKeys()).length >= 9;
      },
      "nine digests",
      120_000,
    );
    // The chain ends here, so that what is checked below stands still.
    await trails.send(new StopLoggingCommand({ Name: "audit" }));
    let before = "";
    await eventually(
      async () => {
        const now = (await keys()).join();
        const still = now === before;
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 4_500));
        return still;
      },
      "the last digest",
      120_000,
    );
    digests = await download();
  });

  afterAll(async () => {
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function keys(): Promise<string[]> {
    const { Contents = [] } = await service.client(S3Client).send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map((object) => object.Key!).filter((key) => key.endsWith(".gz"));
  }

  const digestKeys = async () => (await keys()).filter((key) => key.includes("/CloudTrail-Digest/")).sort();

  async function download(): Promise<Digest[]> {
    const found: Digest[] = [];
    for (const key of (await keys()).sort()) {
      const { bytes, Metadata = {} } = await objectOf(service, bucket, key);
      const file = path.join(folder, "whole", key);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, bytes);
      if (!key.includes("/CloudTrail-Digest/")) continue;
      await writeFile(`${file}.metadata.json`, JSON.stringify({ Metadata }));
      const document = JSON.parse(gunzipSync(bytes).toString());
      found.push({
        key,
        startTime: document.digestStartTime,
        endTime: document.digestEndTime,
        files: document.logFiles.map((listed: { s3Object: string }) => listed.s3Object),
      });
    }
    const { PublicKeyList = [] } = await service
      .client(CloudTrailClient)
      .send(new ListPublicKeysCommand({ StartTime: new Date(Date.now() - hourMs), EndTime: new Date() }));
    const list = PublicKeyList.map((key) => ({ ...key, Value: Buffer.from(key.Value!).toString("base64") }));
    await writeFile(path.join(folder, "keys.json"), JSON.stringify({ PublicKeyList: list }));
    return found;
  }

  /** What the verifier says of a copy after `damage` was done to it. */
  async function verified(damage: (fileOf: (key: string) => string) => Promise<unknown>, ...more: string[]) {
    const copy = path.join(folder, `copy-${copies++}`);
    await cp(path.join(folder, "whole"), copy, { recursive: true });
    await damage((key) => path.join(copy, key));
    const lines: string[] = [];
    const argv = ["--folder", copy, "--keys", path.join(folder, "keys.json"), "--json", "--verbose", ...more];
    const status = await runVerify(argv, {
      out: (line) => void lines.push(line),
      error: (line) => void lines.push(line),
    });
    const findings = lines.map((line) => JSON.parse(line));
    return { status, findings, bad: findings.filter((finding) => finding.bad === true), summary: findings.at(-1) };
  }

  const remove = (file: string) => Promise.all([rm(file), rm(`${file}.metadata.json`, { force: true })]);
  const nothing = async () => undefined;
  const listing = () => digests.filter(({ files }) => files.length > 0);

  it("finds what the service wrote intact, and says which time it covers", async () => {
    const { status, findings, summary } = await verified(nothing);
    expect(findings.filter(({ kind }) => !["digest", "log", "chain", "summary"].includes(kind))).toEqual([]);
    expect(summary).toMatchObject({ holds: true, bad: 0, digest: { intact: digests.length, bad: 0 } });
    expect(summary.log.intact).toBe(digests.flatMap(({ files }) => files).length);
    expect(findings.find(({ kind }) => kind === "chain")).toMatchObject({
      from: digests[0]!.startTime,
      until: digests.at(-1)!.endTime,
    });
    expect(status).toBe(0);
  });

  it("names a log file that was altered, removed, cut short, or that has something behind it", async () => {
    const [file = ""] = listing()[0]!.files;
    const whole = await readFile(path.join(folder, "whole", file));
    for (const [verdict, damage] of [
      ["altered", gzipSync('{"Records":[]}')],
      ["unreadable", whole.subarray(0, -9)],
      ["unreadable", Buffer.concat([whole, Buffer.from("more")])],
      ["unreadable", Buffer.concat([whole, gzipSync("more")])],
    ] as const)
      expect((await verified((fileOf) => writeFile(fileOf(file), damage))).bad).toMatchObject([
        { kind: "log", verdict, key: file },
      ]);
    const { bad, status } = await verified((fileOf) => rm(fileOf(file)));
    expect(bad).toMatchObject([{ kind: "log", verdict: "missing", key: file }]);
    expect(status).toBe(1);
  });

  it("names a log file that was added", async () => {
    const [file = ""] = listing()[0]!.files;
    const early = file.replace(/_(\d{8}T)\d{4}Z_\w+/, "_20200101T0000Z_AAAAAAAAAAAAAAAA");
    const { bad } = await verified((fileOf) => writeFile(fileOf(early), gzipSync('{"Records":[]}')));
    expect(bad).toMatchObject([{ kind: "log", verdict: "unlisted", key: early }]);
  });

  it("names a digest that was altered, removed, or put in another's place", async () => {
    const { key, files } = digests[3]!;
    const text = gunzipSync(await readFile(path.join(folder, "whole", key))).toString();
    const emptied = gzipSync(JSON.stringify({ ...JSON.parse(text), logFiles: [] }));
    expect((await verified((fileOf) => writeFile(fileOf(key), emptied))).bad[0]).toMatchObject({
      kind: "digest",
      verdict: "altered",
      key,
    });
    expect((await verified((fileOf) => cp(fileOf(digests[4]!.key), fileOf(key)))).bad[0]).toMatchObject({
      verdict: "moved",
      key,
    });
    const { bad } = await verified((fileOf) => remove(fileOf(key)));
    expect(bad.filter(({ kind }) => kind !== "log")).toMatchObject([{ kind: "digest", verdict: "missing", key }]);
    expect(bad.every(({ kind, key: of }) => kind === "digest" || files.includes(of))).toBe(true);
  });

  it("finds that two neighbouring digests were deleted, not one alone", async () => {
    const { bad } = await verified((fileOf) =>
      Promise.all([remove(fileOf(digests[4]!.key)), remove(fileOf(digests[5]!.key))]),
    );
    expect(bad.filter(({ kind }) => kind !== "log")).toMatchObject([
      { kind: "digest", verdict: "missing", key: digests[5]!.key },
      { kind: "hole", from: digests[3]!.endTime, until: digests[5]!.startTime },
    ]);
  });

  it("finds a chain that was cut at its newest end, by the time asked for or by what was delivered later", async () => {
    const cut = async (fileOf: (key: string) => string) => {
      for (const { key } of digests.slice(-2)) await remove(fileOf(key));
    };
    const untouched = await verified(nothing, "--end-time", digests.at(-1)!.endTime);
    expect(untouched.status).toBe(0);
    // Digests are expected a minute and an interval after the last one.
    const later = new Date(Date.parse(digests.at(-1)!.endTime) + 70_000).toISOString();
    const { bad, status } = await verified(cut, "--end-time", later);
    expect(bad.filter(({ kind }) => kind === "end")).toMatchObject([{ at: digests.at(-3)!.endTime, proven: true }]);
    expect(status).toBe(1);

    const [file = ""] = listing()[0]!.files;
    const tomorrow = file.replace(/_\d{8}T\d{4}Z_/, "_20991231T0000Z_");
    const witnessed = await verified(async (fileOf) => {
      await cut(fileOf);
      await cp(fileOf(file), fileOf(tomorrow));
    });
    expect(witnessed.bad.filter(({ kind }) => kind === "end")).toMatchObject([
      { detail: expect.stringMatching(tomorrow) },
    ]);
  });

  it("does not take a chain that was signed again with another key", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const der = publicKey.export({ type: "pkcs1", format: "der" });
    const fingerprint = createHash("md5").update(der).digest("hex");
    const { bad } = await verified(async (fileOf) => {
      let previous: { hash: string; signature: string } | undefined;
      for (const { key } of digests) {
        const document = JSON.parse(gunzipSync(await readFile(fileOf(key))).toString());
        document.digestPublicKeyFingerprint = fingerprint;
        document.logFiles = [];
        if (previous) {
          document.previousDigestHashValue = previous.hash;
          document.previousDigestSignature = previous.signature;
        }
        const text = JSON.stringify(document);
        const hash = createHash("sha256").update(text).digest("hex");
        const toSign = `${document.digestEndTime}\n${bucket}/${key}\n${hash}\n${document.previousDigestSignature ?? "null"}`;
        const signature = createSign("RSA-SHA256").update(toSign).sign(privateKey, "hex");
        previous = { hash, signature };
        await writeFile(fileOf(key), gzipSync(text));
        await writeFile(`${fileOf(key)}.metadata.json`, JSON.stringify({ Metadata: { signature } }));
      }
    });
    expect(bad.filter(({ kind }) => kind === "digest")).toHaveLength(digests.length);
    expect(bad[0]).toMatchObject({ verdict: "altered", detail: expect.stringMatching(fingerprint) });
  });

  it("looks only at the time asked for", async () => {
    const some = digests.slice(3, 6);
    const range = ["--start-time", some[0]!.startTime, "--end-time", some.at(-1)!.endTime];
    const { findings, status } = await verified((fileOf) => remove(fileOf(digests[0]!.key)), ...range);
    expect(
      findings
        .filter(({ kind }) => kind === "digest")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(some.map(({ key }) => key));
    expect(status).toBe(0);
  });

  it("finds checkpoints of the tree of all records beside the digests: witnesses, and proofs of growth", async () => {
    const { Contents = [] } = await service.client(S3Client).send(new ListObjectsV2Command({ Bucket: bucket }));
    const published = Contents.map((object) => object.Key!).filter((key) => key.includes("/Dosimeter-Checkpoint/"));
    expect(published.length).toBeGreaterThan(0);
    expect(published[0]).toMatch(
      new RegExp(`^AWSLogs/${service.accountId}/Dosimeter-Checkpoint/us-east-1/.*_audit_\\d{8}T\\d{6}Z.txt$`),
    );
    const older = path.join(folder, "older");
    await writeFile(older, (await objectOf(service, bucket, published[0]!)).bytes);
    const newer = path.join(folder, "newer");
    const env = service.cliEnvironment();
    await promisify(execFile)(process.execPath, [program, "prove", "--since", older, "--out", newer], { env });
    const { stdout: key } = await promisify(execFile)(process.execPath, [program, "prove", "--key"], { env });
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    expect(await runVerify(["--checkpoints", older, newer, "--key", key], { out: write, error: write })).toBe(0);
    expect(lines.join()).toMatch(/has grown from \d+ to \d+ records/);

    // Whoever cuts the chain must take the checkpoint away, too, of which others may have a copy.
    const late = published[0]!.replace(/\d{8}T\d{6}Z/, "20991231T000000Z");
    const { bad } = await verified((fileOf) =>
      mkdir(path.dirname(fileOf(late)), { recursive: true }).then(() => cp(older, fileOf(late))),
    );
    expect(bad).toMatchObject([{ kind: "end", proven: true }]);
  });

  it("reads the bucket itself in threads, asks the service for keys and for what it knows of the trail", async () => {
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [program, "verify", "--endpoint", service.endpoint, "--json", ...args], {
        env: service.cliEnvironment(),
      }).then(
        ({ stdout, stderr }) => ({ stdout, stderr, status: 0 }),
        (reason: { stdout: string; stderr: string; code: number }) => ({ ...reason, status: reason.code }),
      );
    const whole = await run("--bucket", `s3://${bucket}`, "--threads", "2");
    expect(whole.status, whole.stdout + whole.stderr).toBe(0);
    const summary = JSON.parse(whole.stdout.trim().split("\n").at(-1)!);
    expect(summary).toMatchObject({ holds: true, digest: { intact: digests.length } });

    const newest = await objectOf(service, bucket, digests.at(-1)!.key);
    const s3 = service.client(S3Client);
    const [file = ""] = listing()[0]!.files;
    const { bytes } = await objectOf(service, bucket, file);
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: file, Body: gzipSync('{"Records":[]}') }));
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: digests.at(-1)!.key }));
    const damaged = await run("--bucket", bucket, "--keys", path.join(folder, "keys.json"));
    const put = { Bucket: bucket, Key: digests.at(-1)!.key, Body: newest.bytes, Metadata: newest.Metadata };
    await s3.send(new PutObjectCommand(put));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: file, Body: bytes }));
    expect(damaged.stdout).toContain(`"key":"${file}","verdict":"altered"`);
    expect(damaged.status).toBe(1);

    const elsewhere = await run("--bucket", "no-such-bucket");
    expect(elsewhere).toMatchObject({ status: 2, stderr: expect.stringMatching(/NoSuchBucket/) });
  });
});
