import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CloudTrailClient, ListTrailsCommand, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runVerify } from "../src/verify/run-verify.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

const program = path.resolve(import.meta.dirname, "../bin/dosimeter.cjs");

let service: RunningDosimeter;
let folder: string;
let key: string;

beforeAll(async () => {
  service = await startDosimeter({ env: { DOSIMETER_CHECKPOINT_SECONDS: "1" } });
  folder = await mkdtemp(path.join(tmpdir(), "dosimeter-proofs-"));
  key = path.join(folder, "key");
  await prove("--key", "--out", key);
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

async function prove(...args: string[]) {
  return run(service.root, ...args);
}

async function run(credentials: TestCredentials, ...args: string[]) {
  const env = service.cliEnvironment(credentials);
  return promisify(execFile)(process.execPath, [program, "prove", ...args], { env }).then(
    ({ stdout }) => ({ stdout, stderr: "", status: 0 }),
    (reason: { stdout: string; stderr: string; code: number }) => ({ ...reason, status: reason.code }),
  );
}

async function verify(...args: string[]) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const status = await runVerify([...args, "--key", key], { out: write, error: write });
  return { status, text: lines.join("\n") };
}

/** A call that is recorded, and the id of its record. */
async function recorded(): Promise<string> {
  const trails = service.client(CloudTrailClient);
  const { $metadata } = await trails.send(new ListTrailsCommand({}));
  const { Events = [] } = await trails.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "ListTrails" }] }),
  );
  return Events.find((event) => event.CloudTrailEvent!.includes($metadata.requestId!))!.EventId!;
}

const file = (name: string) => path.join(folder, name);

describe("dosimeter prove", () => {
  it("writes a proof of a record that verifies without the service, and only as it is", async () => {
    const eventId = await recorded();
    expect(await prove("--event-id", eventId, "--out", file("record.tlog-proof"))).toMatchObject({ status: 0 });
    const proof = await readFile(file("record.tlog-proof"), "utf8");
    expect(proof).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra \S+\nindex \d+\n/);
    const held = await verify("--proof", file("record.tlog-proof"));
    expect(held.text).toMatch(new RegExp(`^Event ${eventId} of account ${service.accountId}, ListTrails at .*is leaf`));
    expect(held.status).toBe(0);

    const [, extra = ""] = /extra (\S+)/.exec(proof)!;
    const forged = Buffer.from(Buffer.from(extra, "base64").toString().replace("ListTrails", "ListTrials"));
    await writeFile(file("forged"), proof.replace(extra, forged.toString("base64")));
    expect(await verify("--proof", file("forged"))).toMatchObject({
      status: 1,
      text: "Not proven: the record is not the one the leaf names.",
    });
    await writeFile(
      file("elsewhere"),
      proof.replace(/index (\d+)/, (_, index) => `index ${Number(index) ^ 1}`),
    );
    expect(await verify("--proof", file("elsewhere"))).toMatchObject({
      status: 1,
      text: expect.stringMatching(/does not lead/),
    });
    await writeFile(file("resized"), proof.replace(/\n(dosimeter\/.*)\n(\d+)\n/, "\n$1\n1$2\n"));
    expect((await verify("--proof", file("resized"))).text).toContain("signature of the checkpoint does not hold");
  });

  it("proves a data event, and every event has a leaf of its own", async () => {
    const xray = service.client(XRayClient);
    const sent = await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: ["{}"] }));
    const requestId = sent.$metadata.requestId!;
    const found = await eventually(async () => {
      const { TreeSize } = JSON.parse((await call("GetTransparencyCheckpoint", {})).body);
      for (let LeafIndex = 0; LeafIndex < TreeSize; LeafIndex++) {
        const { Record } = JSON.parse((await call("GetInclusionProof", { LeafIndex, IncludeRecord: true })).body);
        if (Record?.includes(requestId)) return { LeafIndex, eventId: JSON.parse(Record).eventID as string };
      }
      return undefined;
    }, "the leaf of a data event");
    await prove("--event-id", found.eventId, "--out", file("data.tlog-proof"));
    const proven = await verify("--proof", file("data.tlog-proof"), "--json");
    expect(JSON.parse(proven.text)).toMatchObject({ holds: true, leafIndex: found.LeafIndex, eventId: found.eventId });
    expect(JSON.parse(proven.text).record).toMatchObject({ eventName: "PutTraceSegments", requestID: requestId });
  });

  it("shows that the tree has only grown", async () => {
    await prove("--event-id", await recorded(), "--out", file("first"));
    await prove("--checkpoint", "--out", file("older"));
    await prove("--event-id", await recorded(), "--out", file("second"));
    expect(await prove("--since", file("older"), "--out", file("newer"))).toMatchObject({ status: 0 });
    const grown = await verify("--checkpoints", file("older"), file("newer"));
    expect(grown).toMatchObject({ status: 0, text: expect.stringMatching(/has grown from \d+ to \d+ records/) });
    // A proof of growth ends with a checkpoint, so the next may begin from it.
    await prove("--event-id", await recorded(), "--out", file("third"));
    await prove("--since", file("newer"), "--out", file("newest"));
    expect(await verify("--checkpoints", file("newer"), file("newest"))).toMatchObject({ status: 0 });
    expect(await verify("--checkpoints", file("older"), file("newest"))).toMatchObject({ status: 1 });
    const growth = await readFile(file("newest"), "utf8");
    await writeFile(file("broken"), growth.replace(/\n[^\n]{44}\n\n/, "\n\n"));
    expect((await verify("--checkpoints", file("newer"), file("broken"))).status).toBe(1);
  });

  it("keeps its key, its checkpoints and its leaves over a restart", async () => {
    await prove("--checkpoint", "--out", file("before"));
    const eventId = await recorded();
    const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-proofs-data-"));
    const env = { DOSIMETER_CHECKPOINT_SECONDS: "1" };
    try {
      const first = await startDosimeter({ dataFolder, env });
      const keyOf = async (of: RunningDosimeter) => JSON.parse((await call("GetTransparencyKey", {}, of)).body);
      const { VerifierKey } = await keyOf(first);
      await first.stop("SIGKILL");
      const again = await startDosimeter({ dataFolder, env });
      expect((await keyOf(again)).VerifierKey).toBe(VerifierKey);
      await again.stop();
    } finally {
      await rm(dataFolder, { recursive: true, force: true });
    }
    await prove("--event-id", eventId, "--out", file("after"));
    expect((await verify("--proof", file("after"))).status).toBe(0);
  });

  it("refuses who may not, what is not there, and what is malformed", async () => {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "nobody" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "nobody" }));
    const nobody = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const refused = await run(nobody, "--checkpoint");
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/AccessDeniedException: .*cloudtrail:GetTransparencyCheckpoint/),
    });

    const unknown = "00000000-0000-4000-8000-000000000000";
    expect(await call("GetInclusionProof", { EventId: unknown })).toMatchObject({
      status: 400,
      code: "ResourceNotFoundException",
    });
    for (const [name, input] of [
      ["GetInclusionProof", {}],
      ["GetInclusionProof", { EventId: "x" }],
      ["GetInclusionProof", { EventId: unknown, LeafIndex: 1 }],
      ["GetInclusionProof", { LeafIndex: -1 }],
      ["GetInclusionProof", { LeafIndex: "0 OR 1" }],
      ["GetConsistencyProof", {}],
      ["GetConsistencyProof", { FromSize: 1e15 }],
      ["GetConsistencyProof", { FromSize: 0.5 }],
    ] as const)
      expect(await call(name, input), JSON.stringify(input)).toMatchObject({
        status: 400,
        code: "InvalidParameterException",
      });
    expect(await call("GetInclusionProof", { LeafIndex: 1e12 })).toMatchObject({ code: "ResourceNotFoundException" });
    expect(await call("GetTransparencyCheckpoint", { TreeSize: 1e12 })).toMatchObject({
      code: "ResourceNotFoundException",
    });
  });
});

/** An operation of our own, as curl calls it. */
async function call(name: string, input: object, of = service) {
  const { accessKeyId, secretAccessKey } = of.root;
  const { stdout } = await promisify(execFile)("curl", [
    "-s",
    "-i",
    "--aws-sigv4",
    `aws:amz:${of.region}:cloudtrail`,
    "--user",
    `${accessKeyId}:${secretAccessKey}`,
    "-H",
    "content-type: application/json",
    "--data",
    JSON.stringify(input),
    `${of.endpoint}/dosimeter/${name}`,
  ]);
  const [head = "", body = ""] = stdout.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1.1 (\d+)/.exec(head)?.[1]),
    code: /x-amzn-errortype: (\w+)/i.exec(head)?.[1],
    body,
  };
}
