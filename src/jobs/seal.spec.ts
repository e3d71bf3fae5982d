import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Finding, isBad } from "../verify/findings.js";
import { readPublicKeys } from "../verify/public-keys.js";
import type { ObjectSource } from "../verify/sources.js";
import { verifyBucket } from "../verify/verify-bucket.js";
import { dyingSettings, region, type Simulation, startSimulation } from "./delivery.fixture.js";
import type { KeptObject } from "./destination-server.fixture.js";

const bucket = "audit-logs";
const hour = 3600;

let simulation: Simulation;
beforeEach(async () => {
  simulation = await startSimulation();
});
afterEach(() => simulation.close());

type Process = ReturnType<Simulation["startProcess"]>;

/** Hours of work: each has an event, or none, and the jobs run after it. */
async function passHours(process: Process, hours: number, withEvents = true): Promise<void> {
  for (let count = 0; count < hours; count++) {
    simulation.passSeconds(hour / 2);
    if (withEvents) await process.events.append([simulation.event()]);
    await process.delivery.run();
    simulation.passSeconds(hour / 2);
    await process.sealing.run();
  }
}

function keys(part: string): string[] {
  return [...simulation.world.objects.keys()].filter((key) => key.includes(part) && key.endsWith(".gz")).sort();
}

const digestKeys = () => keys("/CloudTrail-Digest/");

function digest(key: string) {
  const { body, headers } = simulation.world.objects.get(key) as KeptObject;
  const text = gunzipSync(body);
  return {
    ...JSON.parse(text.toString()),
    hash: createHash("sha256").update(text).digest("hex"),
    signature: headers["x-amz-meta-signature"],
  };
}

async function publicKeys() {
  const found = await simulation.signingKeys.publicKeys(region, { startMs: 0, endMs: simulation.nowMs() * 2 });
  const PublicKeyList = found.map((key) => ({ Value: key.der.toString("base64"), Fingerprint: key.fingerprint }));
  return readPublicKeys(JSON.stringify({ PublicKeyList }));
}

async function verify(): Promise<Finding[]> {
  const source: ObjectSource = {
    list: async () => [...simulation.world.objects.keys()].map((key) => key.slice(bucket.length + 1)).sort(),
    async read(key) {
      const object = simulation.world.objects.get(`${bucket}/${key}`);
      if (!object) return undefined;
      const signature = object.headers["x-amz-meta-signature"];
      return { bytes: object.body, metadata: { ...(signature !== undefined && { signature }) } };
    },
  };
  const findings: Finding[] = [];
  for await (const finding of verifyBucket(bucket, source, await publicKeys())) findings.push(finding);
  return findings;
}

const broken = (findings: Finding[]) =>
  findings.flatMap((finding) =>
    !isBad(finding) && finding.kind !== "note"
      ? []
      : "verdict" in finding
        ? [`${finding.kind} ${finding.verdict} ${bucket}/${finding.key}`]
        : [JSON.stringify(finding)],
  );

describe("digests", () => {
  it("begin when the trail logs, come each hour, also an empty one, and form a chain (fact 65, fact 66, fact 67)", async () => {
    await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    await process.sealing.run();
    await passHours(process, 2);
    await passHours(process, 1, false);

    const digests = digestKeys().map(digest);
    expect(digestKeys()[0]).toBe(
      `${bucket}/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_audit_eu-west-1_20260301T120000Z.json.gz`,
    );
    // An hour is sealed once its last second is over, so the newest of the three is yet to come.
    expect(digests.map((each) => [each.digestStartTime, each.logFiles.length])).toEqual([
      ["2026-03-01T11:00:00Z", 0],
      ["2026-03-01T12:00:00Z", 1],
      ["2026-03-01T13:00:00Z", 1],
    ]);
    simulation.passSeconds(2);
    await process.sealing.run();
    const last = digest(digestKeys().at(-1) as string);
    expect(last).toMatchObject({ digestStartTime: "2026-03-01T14:00:00Z", logFiles: [], newestEventTime: null });

    const chain = [...digests, last];
    expect(chain[0]).toMatchObject({
      previousDigestS3Bucket: null,
      previousDigestS3Object: null,
      previousDigestHashValue: null,
      previousDigestHashAlgorithm: null,
      previousDigestSignature: null,
    });
    for (const [index, each] of chain.entries())
      if (index > 0)
        expect(each).toMatchObject({
          previousDigestHashValue: chain[index - 1].hash,
          previousDigestSignature: chain[index - 1].signature,
        });
    expect(broken(await verify())).toEqual([]);
    expect((await verify()).filter(({ kind }) => kind === "digest" || kind === "log")).toHaveLength(6);
  });

  it("are whole wherever the process dies, and list each file once", async () => {
    let round = 0;
    for (let died = true; died; round++) {
      await simulation.close();
      simulation = await startSimulation();
      await simulation.addTrail();
      const process = simulation.startProcess("stream-1");
      await process.sealing.run();
      await passHours(process, 1);
      simulation.passSeconds(hour);
      const dying = dyingSettings(simulation.settings, round + 1);
      await simulation
        .startProcess("stream-1", dying.store)
        .sealing.run()
        .catch(() => undefined);
      died = dying.died();
      await process.delivery.run();
      simulation.passSeconds(hour);
      await process.sealing.run();
      expect(broken(await verify())).toEqual([]);
      const listed = digestKeys().flatMap((key) =>
        digest(key).logFiles.map((file: { s3Object: string }) => file.s3Object),
      );
      expect(listed).toHaveLength(1);
    }
    expect(round).toBeGreaterThan(4);
  });

  it("wait for a bucket that fails, hour by hour, with the chain intact", async () => {
    const trail = await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    await process.sealing.run();
    simulation.world.behaviour.refuse = ({ path }) => (path.includes("CloudTrail-Digest") ? "AccessDenied" : undefined);
    await passHours(process, 4);
    expect(digestKeys()).toHaveLength(1);
    expect((await simulation.status(trail))?.digest_error).toBe("AccessDenied");
    simulation.world.behaviour.refuse = () => undefined;
    simulation.passSeconds(hour);
    await process.sealing.run();
    const counts = digestKeys().map((key) => digest(key).logFiles.length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(counts).toHaveLength(5);
    expect(broken(await verify())).toEqual([]);
    expect((await simulation.status(trail))?.digest_error).toBeNull();
  });

  it("end with the hour in which logging stopped, and begin anew with a gap (as fact 73 needs it)", async () => {
    const trail = await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    await process.sealing.run();
    await passHours(process, 1);
    await simulation.setLogging(trail, false);
    await passHours(process, 5);
    const before = digestKeys().length;
    await passHours(process, 5);
    expect(digestKeys()).toHaveLength(before);
    await simulation.setLogging(trail, true);
    await process.sealing.run();
    await passHours(process, 2);
    const findings = await verify();
    expect(broken(findings)).toEqual([]);
    expect(findings.filter((finding) => finding.kind === "gap")).toHaveLength(1);
  });

  it("change keys every 30 days, and verify over the change", async () => {
    await simulation.addTrail();
    const process = simulation.startProcess("stream-1", simulation.settings, 12 * hour);
    for (let day = 0; day < 65; day++) {
      simulation.passSeconds(24 * hour);
      await process.events.append([simulation.event()]);
      await process.delivery.run();
      await process.sealing.run();
    }
    const range = { startMs: 0, endMs: simulation.nowMs() };
    const found = await simulation.signingKeys.publicKeys(region, range);
    expect(found).toHaveLength(3);
    for (const [index, key] of found.entries()) {
      expect(key.der.toString("base64")).toMatch(/^MIIBCgKCAQEA/);
      expect(key.validUntilMs - key.validFromMs).toBe(30 * 24 * hour * 1000);
      if (index > 0) expect(key.validFromMs).toBeLessThan(found[index - 1]!.validUntilMs);
    }
    const fingerprints = new Set(digestKeys().map((key) => digest(key).digestPublicKeyFingerprint));
    expect([...fingerprints]).toEqual(found.map((key) => key.fingerprint));
    expect(broken(await verify())).toEqual([]);
  });
});

describe("verification reports", () => {
  beforeEach(async () => {
    await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    await process.sealing.run();
    await passHours(process, 4);
    simulation.passSeconds(2);
    await process.sealing.run();
    expect(broken(await verify())).toEqual([]);
  });

  const replace = (key: string, body: Buffer, headers?: KeptObject["headers"]) =>
    simulation.world.objects.set(key, { body, headers: headers ?? simulation.world.objects.get(key)!.headers });

  it("a log file that was altered, removed, or exchanged for another", async () => {
    const [first = "", second = "", third = "", fourth = ""] = keys("/CloudTrail/");
    const bodyOf = (key: string) => (simulation.world.objects.get(key) as KeptObject).body;
    replace(first, gzipSync('{"Records":[]}'));
    simulation.world.objects.delete(second);
    const exchanged = bodyOf(third);
    replace(third, bodyOf(fourth));
    replace(fourth, exchanged);
    expect(broken(await verify()).sort()).toEqual(
      [`log altered ${first}`, `log missing ${second}`, `log altered ${third}`, `log altered ${fourth}`].sort(),
    );
  });

  it("bytes that were put behind a log file", async () => {
    const [first = ""] = keys("/CloudTrail/");
    const { body } = simulation.world.objects.get(first) as KeptObject;
    for (const more of [Buffer.alloc(8), gzipSync('{"Records":[]}')]) {
      replace(first, Buffer.concat([body, more]));
      expect(broken(await verify())).toEqual([`log unreadable ${first}`]);
    }
  });

  it("a log file that no digest lists", async () => {
    const [first = ""] = keys("/CloudTrail/");
    const added = first.replace(/_[A-Za-z0-9]{16}\./, "_AAAAAAAAAAAAAAAA.");
    replace(added, gzipSync('{"Records":[]}'), {});
    expect(broken(await verify())).toEqual([`log unlisted ${added}`]);
  });

  it("a digest that was altered, removed or exchanged, and goes on past it", async () => {
    const [, second = "", third = "", fourth = ""] = digestKeys();
    const original = simulation.world.objects.get(third) as KeptObject;
    const text = gunzipSync(original.body).toString();
    const emptied = gzipSync(JSON.stringify({ ...JSON.parse(text), logFiles: [] }));

    replace(third, emptied);
    expect(broken(await verify())).toEqual([`digest altered ${third}`, expect.stringMatching(/^log unlisted/)]);
    simulation.world.objects.delete(third);
    expect(broken(await verify())).toEqual([`digest missing ${third}`, expect.stringMatching(/^log unlisted/)]);
    const other = simulation.world.objects.get(second) as KeptObject;
    simulation.world.objects.set(third, other);
    expect(broken(await verify())).toEqual([`digest moved ${third}`, expect.stringMatching(/^log unlisted/)]);
    simulation.world.objects.set(third, original);

    const newest = simulation.world.objects.get(fourth) as KeptObject;
    replace(fourth, newest.body, { ...newest.headers, "x-amz-meta-signature": "00" });
    expect(broken(await verify())[0]).toBe(`digest altered ${fourth}`);
  });
});
