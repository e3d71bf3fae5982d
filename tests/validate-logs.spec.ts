import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runVerify } from "../src/verify/run-verify.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { keysOf, makeTrailBucket, objectOf } from "./trail-destinations.js";

const bucket = "audit-logs";

/** `AWS_ENDPOINT_URL` is known since 1.29.0 and 2.13.0. */
const cli = await promisify(execFile)("aws", ["--version"]).then(
  ({ stdout }) => {
    const [major = 0, minor = 0] = (/aws-cli\/(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
    return (major === 1 && minor >= 29) || (major === 2 && minor >= 13) || major > 2;
  },
  () => false,
);

describe.skipIf(!cli)(
  cli ? "aws cloudtrail validate-logs" : "aws cloudtrail validate-logs (no AWS CLI here that knows AWS_ENDPOINT_URL)",
  // Each test runs the command line several times.
  { timeout: 120_000 },
  () => {
    let service: RunningDosimeter;
    let folder: string;
    beforeAll(async () => {
      service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "2" } });
      folder = await mkdtemp(path.join(tmpdir(), "dosimeter-validate-"));
      await makeTrailBucket(service, bucket);
      const trails = service.client(CloudTrailClient);
      await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: bucket, EnableLogFileValidation: true }));
      await trails.send(new StartLoggingCommand({ Name: "audit" }));
      await eventually(
        async () => {
          // Something to list: a management event now and then.
          await trails.send(new StartLoggingCommand({ Name: "audit" }));
          const found = await listings();
          // Two in the middle of the chain are taken away below, then two at its end: enough must be left around them.
          return found.length >= 6 && found.flatMap(({ files }) => files).length >= 3;
        },
        "three log files and a chain of six digests",
        120_000,
      );
      // The chain ends here, so that what is checked below stands still.
      await aws("cloudtrail", "stop-logging", "--name", "audit");
      let before = -1;
      await eventually(
        async () => {
          const now = (await keysOf(service, bucket, "/AWSLogs/".slice(1))).length;
          const still = now === before;
          before = now;
          await new Promise((resolve) => setTimeout(resolve, 4000));
          return still;
        },
        "the last digest",
        120_000,
      );
    });
    afterAll(async () => {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    });

    async function aws(...args: string[]) {
      return promisify(execFile)("aws", args, { env: service.cliEnvironment(), maxBuffer: 1 << 24 }).then(
        ({ stdout, stderr }) => ({ stdout, stderr, status: 0 }),
        (reason: { stdout: string; stderr: string; code: number }) => ({ ...reason, status: reason.code }),
      );
    }

    const since = new Date(Date.now() - 3_600_000).toISOString();
    const validate = () =>
      aws(
        "cloudtrail",
        "validate-logs",
        "--trail-arn",
        `arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/audit`,
        "--start-time",
        since,
      );

    /** Downloads the bucket with the CLI and checks it without the service. */
    async function verifyOffline(...more: string[]) {
      await rm(folder, { recursive: true, force: true });
      await aws("s3", "sync", `s3://${bucket}`, path.join(folder, "bucket"));
      const until = new Date(Date.now() + 3_600_000).toISOString();
      const listed = await aws("cloudtrail", "list-public-keys", "--start-time", since, "--end-time", until);
      await writeFile(path.join(folder, "keys.json"), listed.stdout);
      const newest = (await keysOf(service, bucket, "/CloudTrail-Digest/")).sort().at(-1) as string;
      const head = await aws("s3api", "head-object", "--bucket", bucket, "--key", newest);
      await writeFile(path.join(folder, "bucket", `${newest}.metadata.json`), head.stdout);
      const lines: string[] = [];
      const write = (line: string) => void lines.push(line);
      const argv = ["--folder", path.join(folder, "bucket"), "--keys", path.join(folder, "keys.json"), ...more];
      return { status: await runVerify(argv, { out: write, error: write }), text: lines.join("\n") };
    }

    /** Keys of the log files each digest lists, oldest digest first. */
    async function listings() {
      const found: { digest: string; files: string[] }[] = [];
      for (const digest of (await keysOf(service, bucket, "/CloudTrail-Digest/")).sort()) {
        const { logFiles } = JSON.parse(gunzipSync((await objectOf(service, bucket, digest)).bytes).toString());
        found.push({ digest, files: logFiles.map((file: { s3Object: string }) => file.s3Object) });
      }
      return found;
    }

    const listedFiles = async () => (await listings()).flatMap(({ files }) => files);
    const digestThatLists = async (file: string) =>
      (await listings()).find(({ files }) => files.includes(file))?.digest as string;

    const put = (key: string, body: Uint8Array, metadata: Record<string, string> = {}) =>
      service.client(S3Client).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, Metadata: metadata }));
    const remove = (key: string) =>
      service.client(S3Client).send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));

    /** Does something to an object, looks, and puts the object back. */
    async function tampered(keys: readonly string[], tamper: () => Promise<unknown>, ...more: string[]) {
      const before = await Promise.all(keys.map((key) => objectOf(service, bucket, key)));
      await tamper();
      const verdicts = { cli: await validate(), own: await verifyOffline(...more) };
      for (const [index, key] of keys.entries()) await put(key, before[index]!.bytes, before[index]!.Metadata);
      return verdicts;
    }

    it("finds every digest and log file valid, and so does our own verifier (fact 70)", async () => {
      const { stdout, stderr, status } = await validate();
      expect(stderr.replace(/.*Warning.*\n.*\n/g, "")).not.toMatch(/INVALID/);
      expect(stdout).toMatch(/(\d+)\/\1 digest files valid/);
      expect(stdout).toMatch(/(\d+)\/\1 log files valid/);
      expect(status).toBe(0);
      const own = await verifyOffline();
      expect(own.text).toMatch(/(\d+)\/\1 log files intact$/m);
      expect(own.status).toBe(0);
    });

    it("names a log file that was altered (fact 71)", async () => {
      const [file = ""] = await listedFiles();
      const { cli: said, own } = await tampered([file], () => put(file, gzipSync('{"Records":[]}')));
      expect(said.stderr).toContain(`Log file\ts3://${bucket}/${file}\tINVALID: hash value doesn't match`);
      expect(said.status).toBe(1);
      expect(own.text).toContain(`Log file\ts3://${bucket}/${file}\taltered`);
      expect(own.status).toBe(1);
    });

    it("names a log file that was removed (fact 71)", async () => {
      const [file = ""] = await listedFiles();
      const { cli: said, own } = await tampered([file], () => remove(file));
      expect(said.stderr).toContain(`Log file\ts3://${bucket}/${file}\tINVALID: not found`);
      expect(own.text).toContain(`Log file\ts3://${bucket}/${file}\tmissing`);
    });

    it("names two log files that were exchanged", async () => {
      const [first = "", second = ""] = await listedFiles();
      const bodies = await Promise.all([first, second].map((key) => objectOf(service, bucket, key)));
      const { cli: said, own } = await tampered([first, second], async () => {
        await put(first, bodies[1]!.bytes);
        await put(second, bodies[0]!.bytes);
      });
      for (const file of [first, second]) {
        expect(said.stderr).toContain(`Log file\ts3://${bucket}/${file}\tINVALID: hash value doesn't match`);
        expect(own.text).toContain(`Log file\ts3://${bucket}/${file}\taltered`);
      }
    });

    it("names a digest that was altered, and one that was removed (fact 72)", async () => {
      const [file = ""] = await listedFiles();
      const digest = await digestThatLists(file);
      const { bytes, Metadata } = await objectOf(service, bucket, digest);
      const emptied = { ...JSON.parse(gunzipSync(bytes).toString()), logFiles: [] };
      const altered = await tampered([digest], () => put(digest, gzipSync(JSON.stringify(emptied)), Metadata));
      const named = `Digest file\ts3://${bucket}/${digest}\t`;
      expect(altered.cli.stderr).toContain(`${named}INVALID: signature verification failed`);
      expect(altered.cli.status).toBe(1);
      expect(altered.own.text).toContain(`${named}altered`);
      expect(altered.own.status).toBe(1);
      const removed = await tampered([digest], () => remove(digest));
      expect(removed.cli.stderr).toContain(`${named}INVALID: not found`);
      expect(removed.own.text).toContain(`${named}missing`);
    });

    it("of two neighbouring digests that were deleted names one, while our own verifier tells of both", async () => {
      const [, older = "", newer = ""] = (await listings()).map(({ digest }) => digest);
      const { cli: said, own } = await tampered([older, newer], () => Promise.all([remove(older), remove(newer)]));
      expect(said.stderr).toContain(`Digest file\ts3://${bucket}/${newer}\tINVALID: not found`);
      expect(said.stderr + said.stdout).not.toContain(older);
      expect(own.text).toContain(`Digest file\ts3://${bucket}/${newer}\tmissing`);
      expect(own.text).toMatch(/Digests of trail audit .* are missing: more digests than the one that was named/);
    });

    it("finds nothing wrong when the newest digests are gone, which our own verifier does", async () => {
      const newest = (await listings()).map(({ digest }) => digest).slice(-2);
      const until = new Date(Date.now() + 600_000).toISOString();
      const { cli: said, own } = await tampered(newest, () => Promise.all(newest.map(remove)), "--end-time", until);
      expect(said.status).toBe(0);
      expect(own.text).toMatch(/Digests of trail audit .* end at .*: digests were expected until/);
      expect(own.status).toBe(1);
    });

    it("tells of the time in which the trail did not log, and of nothing invalid (fact 73)", async () => {
      const digests = () => keysOf(service, bucket, "/CloudTrail-Digest/");
      const before = (await digests()).length;
      await aws("cloudtrail", "start-logging", "--name", "audit");
      await eventually(async () => (await digests()).length > before + 1, "digests after the gap", 60_000);
      await aws("cloudtrail", "stop-logging", "--name", "audit");
      const { stdout, stderr, status } = await validate();
      expect(`${stdout}${stderr}`).toMatch(/No log files were delivered by CloudTrail between \S+ and \S+/);
      expect(`${stdout}${stderr}`).not.toContain("INVALID");
      expect(status).toBe(0);
    });
  },
);
