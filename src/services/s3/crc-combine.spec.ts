import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineCyclic, cyclicOf } from "./crc-combine.js";

describe("combineCyclic", () => {
  it("gives the checksum of the bytes laid end to end, for every cyclic code", () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(parts, fc.constantFrom("CRC32", "CRC32C", "CRC64NVME"), (pieces, algorithm) => {
        const checked = pieces.map((bytes) => ({ checksum: cyclicOf(algorithm, bytes), sizeBytes: bytes.length }));
        expect(combineCyclic(algorithm, checked)).toBe(cyclicOf(algorithm, Buffer.concat(pieces)));
      }),
    );
  });

  it("agrees with published check values of '123456789' and with zlib", () => {
    const digits = Buffer.from("123456789");
    const hex = (algorithm: string) => Buffer.from(cyclicOf(algorithm, digits), "base64").toString("hex");
    expect(hex("CRC32")).toBe(crc32(digits).toString(16));
    expect(hex("CRC32C")).toBe("e3069283");
    expect(hex("CRC64NVME")).toBe("ae8b14860a799888");
  });
});
