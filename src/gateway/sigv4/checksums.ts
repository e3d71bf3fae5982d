import { createHash } from "node:crypto";
import { ServiceError } from "../../services/service-error.js";
import type { WireRequest } from "../wire.js";
import { Crc32, Crc64Nvme, type RunningChecksum } from "./cyclic-checksums.js";

/** One thing a body has to agree with. */
export interface Expectation {
  readonly running: RunningChecksum;
  /** Compared with the digest; undefined until the trailer has told it. */
  expected: Buffer | undefined;
  readonly mismatch: () => ServiceError;
}

const algorithms: Readonly<Record<string, () => RunningChecksum>> = {
  crc32: () => new Crc32("crc32"),
  crc32c: () => new Crc32("crc32c"),
  crc64nvme: () => new Crc64Nvme(),
  sha1: () => hashed("sha1"),
  sha256: () => hashed("sha256"),
  sha512: () => hashed("sha512"),
  md5: () => hashed("md5"),
};

const headerPrefix = "x-amz-checksum-";

export function hashed(name: string): RunningChecksum {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

/**
 * What the request's headers promise of its body: `Content-MD5` and `x-amz-checksum-*`.
 *
 * @param ofBody false where `x-amz-checksum-*` speaks of the finished object (CompleteMultipartUpload), not of this body.
 * @throws ServiceError for a checksum that cannot be one, or is of a kind that is not offered: never believed unchecked.
 */
export function expectationsOf(request: WireRequest, ofBody: boolean): Expectation[] {
  const expectations: Expectation[] = [];
  const md5 = request.headers["content-md5"];
  if (md5 !== undefined) {
    const expected = Buffer.from(md5[0] ?? "", "base64");
    if (md5.length !== 1 || expected.length !== 16 || expected.toString("base64") !== md5[0])
      throw new ServiceError("InvalidDigest", "The Content-MD5 you specified was invalid.");
    expectations.push({
      running: hashed("md5"),
      expected,
      mismatch: () => new ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received."),
    });
  }
  if (!ofBody) return expectations;
  for (const [name, values] of Object.entries(request.headers))
    if (isChecksumName(name) && values !== undefined)
      expectations.push({ ...expectationFor(name), expected: checksumValue(name, values.join(",")) });
  return expectations;
}

/** A checksum that comes after the body. @param name of the trailer, lower case. */
export function expectationFor(name: string): Expectation {
  const algorithm = name.slice(headerPrefix.length);
  const make = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (make === undefined)
    throw new ServiceError("NotImplemented", `The checksum ${algorithm} is not offered.`, { httpStatus: 501 });
  return {
    running: make(),
    expected: undefined,
    mismatch: () =>
      new ServiceError(
        "BadDigest",
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      ),
  };
}

/** `x-amz-checksum-type`, `-mode` and `-algorithm` say something about checksums; they are none. */
export function isChecksumName(name: string): boolean {
  return name.startsWith(headerPrefix) && !notChecksums.has(name);
}

const notChecksums = new Set(["x-amz-checksum-type", "x-amz-checksum-mode", "x-amz-checksum-algorithm"]);

export function checksumValue(name: string, text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length === 0 || bytes.toString("base64") !== text)
    throw new ServiceError("InvalidRequest", `Value for ${name} header is invalid.`);
  return bytes;
}
