import { createHash, createSign, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "./findings.js";
import { readPublicKeys } from "./public-keys.js";
import type { ObjectSource, StoredObject } from "./sources.js";
import { type BucketOptions, verifyBucket } from "./verify-bucket.js";

/**
 * What the service never writes but a bucket may hold: backfill digests, files with an event twice, signed digests whose
 * times do not meet ... Written here from AWS's description, by neither the service's writer nor the verifier's reader.
 */
const bucket = "audit-logs";
const folder = "AWSLogs/111122223333";
const first = Date.UTC(2026, 7, 1);
const hour = 3_600_000;
const keyPair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const der = keyPair.publicKey.export({ type: "pkcs1", format: "der" });
const fingerprint = createHash("md5").update(der).digest("hex");

let objects: Map<string, StoredObject>;
let last: { key: string; hash: string; signature: string } | undefined;
beforeEach(() => {
  objects = new Map();
  last = undefined;
});

const iso = (timeMs: number) => `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
const compact = (timeMs: number) => iso(timeMs).replace(/[-:]/g, "");
const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

function event(timeMs: number, eventID = randomUUID()) {
  return { eventID, eventTime: iso(timeMs) };
}

/** A log file delivered at that time, as a digest lists it. */
function logFile(deliveredMs: number, events: { eventID: string; eventTime: string }[], trail = "audit") {
  const text = JSON.stringify({ Records: events });
  const suffix = sha256(`${trail}${deliveredMs}${text}`).slice(0, 16);
  const minute = `${compact(deliveredMs).slice(0, 13)}Z`;
  const key = `${folder}/CloudTrail/eu-west-1/2026/08/01/111122223333_CloudTrail_eu-west-1_${minute}_${suffix}.json.gz`;
  objects.set(key, { bytes: gzipSync(text), metadata: {} });
  const times = events.map(({ eventTime }) => eventTime).sort();
  return {
    s3Bucket: bucket,
    s3Object: key,
    hashValue: sha256(text),
    hashAlgorithm: "SHA-256",
    newestEventTime: times.at(-1),
    oldestEventTime: times[0],
  };
}

function putDigest(
  startMs: number,
  endMs: number,
  logFiles: object[],
  options: { trail?: string; backfill?: number; chained?: boolean; signer?: KeyObject } = {},
): string {
  const { trail = "audit", backfill, chained = true } = options;
  const suffix = backfill === undefined ? "" : "_backfill";
  const key =
    `${folder}/CloudTrail-Digest/eu-west-1/2026/08/01/` +
    `111122223333_CloudTrail-Digest_eu-west-1_${trail}_eu-west-1_${compact(endMs)}${suffix}.json.gz`;
  const before = chained ? last : undefined;
  const text = JSON.stringify({
    awsAccountId: "111122223333",
    digestStartTime: iso(startMs),
    digestEndTime: iso(endMs),
    digestS3Bucket: bucket,
    digestS3Object: key,
    digestPublicKeyFingerprint: fingerprint,
    digestSignatureAlgorithm: "SHA256withRSA",
    previousDigestS3Bucket: before ? bucket : null,
    previousDigestS3Object: before?.key ?? null,
    previousDigestHashValue: before?.hash ?? null,
    previousDigestHashAlgorithm: before ? "SHA-256" : null,
    previousDigestSignature: before?.signature ?? null,
    logFiles,
  });
  const hash = sha256(text);
  const signature = createSign("RSA-SHA256")
    .update(`${iso(endMs)}\n${bucket}/${key}\n${hash}\n${before?.signature ?? "null"}`)
    .sign(options.signer ?? keyPair.privateKey, "hex");
  const metadata = {
    signature,
    ...(backfill !== undefined && { "backfill-generation-timestamp": iso(backfill) }),
  };
  objects.set(key, { bytes: gzipSync(text), metadata });
  last = { key, hash, signature };
  return key;
}

async function verify(options: BucketOptions = {}, validity: object = {}) {
  const source: ObjectSource = {
    list: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    read: async (key) => objects.get(key),
  };
  const key = { Value: der.toString("base64"), Fingerprint: fingerprint, ...validity };
  const keys = readPublicKeys(JSON.stringify({ PublicKeyList: [key] }));
  const findings: Finding[] = [];
  for await (const finding of verifyBucket(bucket, source, keys, options)) findings.push(finding);
  return findings;
}

const notable = (findings: readonly Finding[]) =>
  findings.filter((finding) => finding.kind !== "chain" && !("verdict" in finding && finding.verdict === "intact"));

/** Hourly digests with one file each. */
function hours(count: number, from = first, trail = "audit"): string[] {
  return Array.from({ length: count }, (_, index) => {
    const startMs = from + index * hour;
    const file = logFile(startMs + hour / 2, [event(startMs + hour / 2 - 60_000)], trail);
    return putDigest(startMs, startMs + hour, [file], { trail });
  });
}

describe("a bucket", () => {
  it("of several trails is several chains, of which each is whole", async () => {
    hours(3);
    last = undefined;
    hours(2, first, "other_trail");
    const findings = await verify();
    expect(notable(findings)).toEqual([]);
    expect(findings.filter(({ kind }) => kind === "chain")).toMatchObject([
      { chain: expect.stringContaining("trail audit of eu-west-1"), from: iso(first), until: iso(first + 3 * hour) },
      { chain: expect.stringContaining("trail other_trail"), until: iso(first + 2 * hour) },
    ]);
  });

  it("has a gap where logging was off, and that is nobody's fault", async () => {
    hours(2);
    last = undefined;
    hours(2, first + 5 * hour);
    expect(notable(await verify())).toMatchObject([
      { kind: "gap", from: iso(first + 2 * hour), until: iso(first + 5 * hour) },
    ]);
  });

  it("has a hole where more digests are missing than the chain can name", async () => {
    const keys = hours(7);
    for (const key of keys.slice(2, 5)) objects.delete(key);
    const findings = notable(await verify()).filter(({ kind }) => kind !== "log");
    expect(findings).toMatchObject([
      { kind: "digest", verdict: "missing", key: keys[4] },
      { kind: "hole", from: iso(first + 2 * hour), until: iso(first + 4 * hour) },
    ]);
  });

  it.each([
    ["begins later than", 600_000],
    ["begins before", -600_000],
  ])("has a hole where a digest %s the one it names ends", async (words, shiftMs) => {
    hours(2);
    putDigest(first + 2 * hour + shiftMs, first + 3 * hour, []);
    expect(notable(await verify())).toMatchObject([{ kind: "hole", detail: expect.stringContaining(words) }]);
  });

  it("tells of events that are there twice, and in which file", async () => {
    const twice = event(first + 60_000);
    const files = [
      logFile(first + 120_000, [twice, event(first + 61_000)]),
      logFile(first + 240_000, [event(first + 62_000), twice]),
      logFile(first + 360_000, [twice, twice, event(first + 63_000)]),
    ];
    putDigest(first, first + hour, files);
    expect(notable(await verify())).toMatchObject([
      { kind: "note", key: files[1]!.s3Object, detail: `1 of its events are also in ${files[0]!.s3Object}` },
      { kind: "note", key: files[2]!.s3Object, detail: `2 of its events are also in ${files[0]!.s3Object}` },
    ]);
  });

  it("does not call it twice that two trails deliver an event", async () => {
    const shared = event(first + 60_000);
    putDigest(first, first + hour, [logFile(first + 120_000, [shared], "one")], { trail: "one" });
    last = undefined;
    putDigest(first, first + hour, [logFile(first + 180_000, [shared], "two")], { trail: "two" });
    expect(notable(await verify())).toEqual([]);
  });

  it("tells of events far from the time of their file, and of times a digest has wrong", async () => {
    const old = logFile(first + 120_000, [event(first - 48 * hour), event(first)]);
    const coming = logFile(first + 240_000, [event(first + hour)]);
    const wrong = { ...logFile(first + 360_000, [event(first + 300_000)]), oldestEventTime: iso(first + 1000) };
    putDigest(first, first + hour, [old, coming, wrong]);
    expect(notable(await verify()).map((finding) => "detail" in finding && finding.detail)).toEqual([
      `it has an event of ${iso(first - 48 * hour)}, long before its delivery`,
      `it has an event of ${iso(first + hour)}, after its delivery`,
      `its digest says ${iso(first + 1000)} of an event that is of ${iso(first + 300_000)}`,
    ]);
  });

  it("may have backfill digests, a chain of their own, whose key was valid when they were made", async () => {
    hours(3);
    const late = logFile(first + 90 * 60_000, [event(first + 90 * 60_000)]);
    last = undefined;
    const validity = { ValidityStartTime: iso(first - hour), ValidityEndTime: iso(first + 30 * hour) };
    const key = putDigest(first + hour, first + 2 * hour, [late], { backfill: first + 20 * hour });
    expect(notable(await verify({}, validity))).toEqual([]);
    last = undefined;
    putDigest(first + hour, first + 2 * hour, [late], { backfill: first + 40 * hour });
    expect(notable(await verify({}, validity))).toMatchObject([
      { kind: "digest", verdict: "altered", key, detail: expect.stringContaining("not valid at that time") },
      { kind: "log", verdict: "unlisted", key: late.s3Object },
    ]);
  });

  it("does not take a digest that a stolen key signed after its time", async () => {
    const keys = hours(3);
    const validity = { ValidityStartTime: iso(first - hour), ValidityEndTime: iso(first + 2 * hour) };
    expect(notable(await verify({}, validity))[0]).toMatchObject({ verdict: "altered", key: keys[2] });
  });

  it("is read past digests that lead astray", async () => {
    const keys = hours(4);
    // Unsigned, so that anyone may have written it; what it names is no digest's name.
    last = { key: "elsewhere", hash: "00", signature: "00" };
    const stray = putDigest(first + 4 * hour, first + 5 * hour, []);
    objects.set(stray, { ...objects.get(stray)!, metadata: {} });
    const findings = await verify();
    expect(notable(findings)).toMatchObject([
      { verdict: "unsigned", key: stray },
      { verdict: "missing", key: "elsewhere" },
    ]);
    for (const key of keys) expect(findings).toContainEqual({ kind: "digest", bucket, key, verdict: "intact" });
  });

  it("survives digests that say nothing sensible", async () => {
    hours(2);
    const [key = ""] = [...objects.keys()].filter((name) => name.includes("Digest"));
    for (const text of ["null", "[]", "{}", '{"digestStartTime":1}', "\u0000", JSON.stringify({ logFiles: [null] })]) {
      objects.set(key, { bytes: gzipSync(text), metadata: {} });
      expect(notable(await verify())[0]).toMatchObject({ verdict: "unreadable", key });
    }
    putDigest(Number.MAX_SAFE_INTEGER % 8e15, first + 2 * hour, []);
    await verify();
  });

  describe("whose newest digests were cut off", () => {
    const expectEnd = async (options: BucketOptions, end: object | undefined) =>
      expect((await verify(options)).filter(({ kind }) => kind === "end")).toMatchObject(
        end === undefined ? [] : [end],
      );

    it("tells nothing by itself, and what was expected if somebody expected it", async () => {
      hours(3);
      await expectEnd({}, undefined);
      await expectEnd({ expectedUntilMs: first + 4 * hour }, undefined);
      await expectEnd({ expectedUntilMs: first + 5 * hour }, { at: iso(first + 3 * hour), proven: false });
      await expectEnd({ expectedUntilMs: first + 9 * hour, endMs: first + 5 * hour }, { proven: true });
      await expectEnd({ expectedUntilMs: first + 9 * hour, endMs: first + 3 * hour }, undefined);
    });

    it("is told by log files and checkpoints that came later", async () => {
      hours(3);
      const name = `111122223333_Dosimeter-Checkpoint_eu-west-1_audit_${compact(first + 6 * hour)}.txt`;
      const checkpoint = `${folder}/Dosimeter-Checkpoint/eu-west-1/2026/08/01/${name}`;
      objects.set(checkpoint, { bytes: Buffer.from(""), metadata: {} });
      await expectEnd({}, { proven: true, detail: `the trail published a checkpoint at ${iso(first + 6 * hour)}` });
      objects.delete(checkpoint);
      const file = logFile(first + 5 * hour, [event(first + 5 * hour)]);
      await expectEnd({}, { proven: true, detail: expect.stringContaining(file.s3Object) });
    });

    it("is told by the service, and so is that a trail stopped", async () => {
      hours(3);
      const expectedUntilMs = first + 20 * hour;
      const says = (status: object) => ({ expectedUntilMs, witness: async () => ({ isLogging: true, ...status }) });
      await expectEnd(says({ latestDigestMs: first + 9 * hour }), { proven: true });
      await expectEnd(says({ isLogging: false, stoppedMs: first + 3 * hour }), {
        proven: false,
        detail: "the trail does not log any more",
      });
    });
  });

  it("may have signed results of queries", async () => {
    const place = `${folder}/CloudTrail-Lake/Query/2026/08/01/6d0e`;
    const results = ["result_1.csv.gz", "result_2.csv.gz"].map((fileName) => {
      const bytes = gzipSync(fileName);
      objects.set(`${place}/${fileName}`, { bytes, metadata: {} });
      return { fileHashValue: sha256(bytes), fileName };
    });
    const toSign = results.map((file) => file.fileHashValue).join(" ");
    const sign = {
      version: "1.0",
      region: "eu-west-1",
      files: results,
      hashAlgorithm: "SHA-256",
      signatureAlgorithm: "SHA256withRSA",
      queryCompleteTime: iso(first),
      hashSignature: createSign("RSA-SHA256").update(toSign).sign(keyPair.privateKey, "hex"),
      publicKeyFingerprint: fingerprint,
    };
    const put = (document: object) =>
      objects.set(`${place}/result_sign.json`, { bytes: Buffer.from(JSON.stringify(document)), metadata: {} });
    put(sign);
    expect((await verify()).map((finding) => "verdict" in finding && [finding.kind, finding.verdict])).toEqual([
      ["signature", "intact"],
      ["result", "intact"],
      ["result", "intact"],
    ]);
    objects.set(`${place}/result_2.csv.gz`, { bytes: gzipSync("other"), metadata: {} });
    objects.delete(`${place}/result_1.csv.gz`);
    expect(notable(await verify())).toMatchObject([
      { kind: "result", verdict: "missing" },
      { kind: "result", verdict: "altered" },
    ]);
    put({ ...sign, files: results.toReversed() });
    expect(notable(await verify())[0]).toMatchObject({ kind: "signature", verdict: "altered" });
    put({ ...sign, files: [{ ...results[0], fileName: "../result_1.csv.gz" }] });
    expect(notable(await verify())[0]).toMatchObject({ kind: "signature", verdict: "unreadable" });
  });
});
