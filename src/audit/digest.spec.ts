import { createHash, createPublicKey, createVerify, generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { type DigestFacts, digestJson, signDigest, stringToSign } from "./digest.js";
import { digestKey, folderOf, logFileKey } from "./log-file.js";

const accountId = "111122223333";
const endMs = Date.parse("2026-08-01T12:00:00Z");

/** The published form, restated: see the User Guide, "CloudTrail digest file structure". */
const first: DigestFacts = {
  accountId,
  startMs: endMs - 3_600_000,
  endMs,
  bucket: "audit-logs",
  key: digestKey({ accountId, region: "eu-west-1" }, { name: "audit", homeRegion: "eu-west-1" }, endMs),
  fingerprint: "e94de9ca69aa7d5d0ed6829c3de95933",
  files: [],
};

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

it("an empty first digest has the bytes and the string to sign of the test vector, whose signature holds", () => {
  const json = digestJson(first);
  expect(sha256(json)).toBe("ee0adead80cd5039b1dfa8b59b78a6ec72b0089bf84e8e7215b877afd46464c5");
  const toSign = stringToSign(first, sha256(json));
  expect(sha256(toSign)).toBe("59ce2fadd27d2ead96b0619c7f793adc03b945868902ed1ef17ef7ed195dc6ac");

  const der = Buffer.from(
    "MIIBCgKCAQEAxZf5FkqrtpG/T429mKft4jVlSYE8CRe9ynQZ9ny9MTobU8rlReUdwBN6bJzL5jQ3OWsyKPTzdv5qIiQQnnotw5bkEl4LtA2kFt7PgiTzijChmOYXo/ZoMrgWs1joaWuyTFyjqDusrEzY+ijIBKf4wAZTsjK3Wv/FxW2x4mvH6fPKbmOL9DYs61Ow0biKXdtWO/dfWckgxflvwGM6cNJaYr3lnUiXopnK6XDqPDB3nqf64FDL6eJbQwpQ2Sfu4JriqtOSa05C/LM/2ZzSOetUHf+tnupWQsU154w1+KgQKEKJqbFq1nfzvh6cdRrIgWiYJ4VUczJb5OjNGuyZfkKNXQIDAQAB",
    "base64",
  );
  expect(createHash("md5").update(der).digest("hex")).toBe(first.fingerprint);
  const signature =
    "6620c0c3aaf235f5109fe26bf34b8b4bbe9ac6ee021049fc15712c809c75c36c34ec62132bb8ebeb059fddf45a6260c0e89d8a32dc097f732c87c153b0abcd0ca5ac15fb65612243a5cace6d815909368afc0694f05d8ce9e81819e1f1236657cdc810c21c87f0b0d3b547a4e020b8ccdb60f30aeeddb2d8abec80917818f435a825e28f4ff81a1acf688e9baf245ea671f982669d9128a46607deb59805e94e927eb0f0408a60858270c383d2aee1468d438fbee48f5b4c93a11a2e9528fc8412dfab3a88db20e1a78bbfd58db317dd457fba7d82d45d13fc2e4353ab7f50b79a79951531125adcfad0f485e143ee9e878507e0fd6ff195442e2b2691b29fec";
  const publicKey = createPublicKey({ key: der, format: "der", type: "pkcs1" });
  expect(createVerify("RSA-SHA256").update(toSign).verify(publicKey, signature, "hex")).toBe(true);
});

it("a later digest names its predecessor, its files and their times, and is signed the same each time", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const facts: DigestFacts = {
    ...first,
    previous: { bucket: "audit-logs", key: "before", sha256: "aa", signature: "bb" },
    files: [
      { bucket: "audit-logs", key: "one", sha256: "11", oldestEventMs: endMs - 9_500, newestEventMs: endMs - 1_500 },
      { bucket: "audit-logs", key: "two", sha256: "22", oldestEventMs: endMs - 20_000, newestEventMs: endMs - 10_000 },
    ],
  };
  const signed = signDigest(facts, privateKey);
  expect(signDigest(facts, privateKey)).toEqual(signed);
  expect(signed.signature).toMatch(/^[0-9a-f]{512}$/);
  expect(JSON.parse(signed.json)).toMatchObject({
    newestEventTime: "2026-08-01T11:59:58Z",
    oldestEventTime: "2026-08-01T11:59:40Z",
    previousDigestS3Object: "before",
    previousDigestHashValue: "aa",
    previousDigestHashAlgorithm: "SHA-256",
    previousDigestSignature: "bb",
    logFiles: [
      { s3Object: "one", hashValue: "11", hashAlgorithm: "SHA-256", newestEventTime: "2026-08-01T11:59:58Z" },
      { s3Object: "two" },
    ],
  });
});

it("a log file's key has the delivery's minute and a suffix that only its identity decides", () => {
  const place = { prefix: "logs", accountId, region: "eu-west-1", folder: folderOf("Data") };
  const key = logFileKey(place, endMs + 59_000, ["trail", "stream", 1, 2]);
  expect(key).toMatch(
    /^logs\/AWSLogs\/111122223333\/CloudTrail\/eu-west-1\/2026\/08\/01\/111122223333_CloudTrail_eu-west-1_20260801T1200Z_[A-Za-z0-9]{16}\.json\.gz$/,
  );
  expect(logFileKey(place, endMs, ["trail", "stream", 1, 2])).toBe(key);
  expect(logFileKey(place, endMs, ["trail", "stream", 1, 3])).not.toBe(key);
  expect(logFileKey({ ...place, folder: folderOf("Insight") }, endMs, ["trail", "stream", 1, 2])).toBe(
    key.replaceAll("CloudTrail", "CloudTrail-Insight"),
  );
});
