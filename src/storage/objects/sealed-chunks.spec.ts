import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { bodyOf, plainFacts, streamBytes } from "../object-store.fixture.js";
import type { ObjectStore } from "../object-store.js";
import { openFolderObjectStore } from "./folder-object-store.js";
import { blobKey, sealed, sealedRange, unsealed } from "./sealed-chunks.js";

const chunkBytes = 64 * 1024;
const sealedBytes = chunkBytes + 16;
const key = blobKey(randomBytes(32), "blob");

async function* inParts(bytes: Buffer, sizes: readonly number[]) {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all(source: AsyncIterable<Buffer | readonly Buffer[]>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(...(Buffer.isBuffer(chunk) ? [chunk] : chunk));
  return Buffer.concat(chunks);
}

const seal = (plain: Buffer, withKey = key) => all(sealed(inParts(plain, [10_000]), withKey));
const open = (file: Buffer, sizeBytes: number, range = { first: 0, last: sizeBytes - 1 }, withKey = key) => {
  const { first, last } = sealedRange(range);
  return all(unsealed(inParts(file.subarray(first, last + 1), [7001, 100_000]), withKey, sizeBytes, range));
};

describe("Sealed chunks", () => {
  it("give back any range of any content, however it comes in", async () => {
    const size = fc.oneof(
      fc.integer({ min: 1, max: 4 * chunkBytes }),
      fc.constantFrom(1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 3 * chunkBytes),
    );
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 1, max: 200_000 }),
        async (bytes, one, other, part) => {
          const plain = randomBytes(bytes);
          const file = await all(sealed(inParts(plain, [part, 3]), key));
          expect(file.length).toBe(bytes + 16 * Math.ceil(bytes / chunkBytes));
          const [first, last] = [one % bytes, other % bytes].sort((a, b) => a - b) as [number, number];
          expect((await open(file, bytes, { first, last })).equals(plain.subarray(first, last + 1))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("seal nothing, too", async () => {
    expect((await all(sealed(inParts(Buffer.alloc(0), [1]), key))).length).toBe(16);
  });

  it("show nothing of the content, and never the same twice under two keys", async () => {
    const plain = Buffer.from("card 4111 1111 1111 1111 ".repeat(10_000));
    const file = await seal(plain);
    expect(file.includes("4111")).toBe(false);
    expect((await seal(plain, blobKey(randomBytes(32), "blob"))).equals(file)).toBe(false);
    const secret = randomBytes(32);
    expect(blobKey(secret, "one").equals(blobKey(secret, "other"))).toBe(false);
  });

  const plain = randomBytes(2 * chunkBytes + 500);
  const attacks: Readonly<Record<string, (file: Buffer) => Buffer>> = {
    "a changed byte": (file) => Buffer.from(file.map((byte, at) => (at === 70_000 ? byte ^ 1 : byte))),
    "a changed tag": (file) => Buffer.from(file.map((byte, at) => (at === sealedBytes - 1 ? byte ^ 1 : byte))),
    "a last chunk cut off": (file) => file.subarray(0, 2 * sealedBytes),
    "an end cut off": (file) => file.subarray(0, -1),
    "everything cut off": () => Buffer.alloc(0),
    "two chunks in the wrong order": (file) =>
      Buffer.concat([
        file.subarray(sealedBytes, 2 * sealedBytes),
        file.subarray(0, sealedBytes),
        file.subarray(2 * sealedBytes),
      ]),
    "a chunk twice": (file) => Buffer.concat([file.subarray(0, sealedBytes), file.subarray(0, 2 * sealedBytes)]),
    "a chunk left out": (file) => Buffer.concat([file.subarray(0, sealedBytes), file.subarray(2 * sealedBytes)]),
    "something behind the end": (file) => Buffer.concat([file, Buffer.alloc(16)]),
  };
  it.each(Object.keys(attacks))("find %s", async (attack) => {
    const file = attacks[attack]!(await seal(plain));
    await expect(open(file, plain.length)).rejects.toThrow(/encrypted object/);
  });

  it("find an end that was cut off together with the size that is told of it", async () => {
    const file = await seal(plain);
    await expect(open(file.subarray(0, sealedBytes), chunkBytes)).rejects.toThrow(/tag/);
  });

  it("give nothing of a chunk that was altered, and all before it", async () => {
    const file = await seal(plain);
    file[sealedBytes + 5]! ^= 1;
    const given: Buffer[] = [];
    const reading = async () => {
      for await (const chunk of unsealed(inParts(file, [9000]), key, plain.length, {
        first: 0,
        last: plain.length - 1,
      }))
        given.push(chunk);
    };
    await expect(reading()).rejects.toThrow(/tag/);
    expect(Buffer.concat(given).equals(plain.subarray(0, chunkBytes))).toBe(true);
  });
});

describe("An encrypted object in a folder", () => {
  let folder: string;
  let store: ObjectStore;
  const objectKey = randomBytes(32);
  const encryption = { algorithm: "AES256", wrappedKey: "w" } as const;
  const blobs = async () => {
    const root = join(folder, "blobs");
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    return found.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  };
  const read = async (name: string) =>
    streamBytes((await store.get("b", name, undefined, async () => objectKey))!.body);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sealed-"));
    store = await openFolderObjectStore({ folder, environment: systemEnvironment });
  });
  afterEach(() => store.close());

  it("never stands in a file as it was sent, and is found altered", async () => {
    const text = "a secret of a customer ".repeat(5000);
    await store.put("b", "k", bodyOf(text), () => plainFacts, undefined, { key: objectKey, encryption });
    const [file] = await blobs();
    const bytes = await readFile(file!);
    expect(bytes.includes("secret")).toBe(false);
    bytes[100]! ^= 1;
    await writeFile(file!, bytes);
    await expect(read("k")).rejects.toThrow(/tag/);
  });

  it("is not taken for another one under the same key, should their files be swapped", async () => {
    const put = (name: string) =>
      store.put("b", name, bodyOf(name.repeat(10)), () => plainFacts, undefined, { key: objectKey, encryption });
    await put("one");
    await put("two");
    const [first, second] = (await blobs()) as [string, string];
    await rename(first, `${first}.moved`);
    await rename(second, first);
    await rename(`${first}.moved`, second);
    await expect(read("one")).rejects.toThrow(/tag/);
    await expect(read("two")).rejects.toThrow(/tag/);
  });
});
