import { createHash, randomBytes } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bodyOf, plainFacts, streamBytes } from "./object-store.fixture.js";
import {
  BucketFrozen,
  ConditionNotMet,
  KeyMissing,
  type ObjectFacts,
  type ObjectStore,
  ObjectTooLarge,
  PartMissing,
  UploadMissing,
} from "./object-store.js";

/** The promises of an ObjectStore. `open` gives an empty store that takes objects of at most 1,000,000 bytes. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStore>) {
  describe(`${name} as an ObjectStore`, () => {
    let store: ObjectStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const put = (key: string, text: string | Buffer, facts = plainFacts) =>
      store.put("b", key, bodyOf(text), () => facts);
    const keysOf = async (query: Partial<Parameters<ObjectStore["list"]>[1]>) => {
      const listing = await store.list("b", { prefix: "", limit: 1000, ...query });
      return [listing.objects.map(({ key }) => key), listing.commonPrefixes];
    };

    it("gives back the bytes and everything that was put with them", async () => {
      const facts: ObjectFacts = {
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
        metadata: { signature: "ab\u0000ü" },
        tags: { team: "a" },
        checksums: { CRC32: "AAAAAA==" },
        checksumType: "FULL_OBJECT",
      };
      const info = await put("a/b", "hello", facts);
      expect(info).toMatchObject({ ...facts, key: "a/b", etag: md5("hello"), sizeBytes: 5 });
      expect(await store.head("b", "a/b")).toEqual(info);
      expect(await textOf(store, "a/b")).toBe("hello");
      expect(await store.head("other", "a/b")).toBeUndefined();
      expect(await store.get("b", "none")).toBeUndefined();
    });

    it("keeps an empty object", async () => {
      await put("empty", "");
      expect(await store.head("b", "empty")).toMatchObject({ sizeBytes: 0, etag: md5("") });
      expect(await textOf(store, "empty")).toBe("");
    });

    it("asks for the facts only once the body has ended", async () => {
      const body = new PassThrough();
      let checksums = {};
      const done = store.put("b", "k", body, () => ({ ...plainFacts, checksums }));
      body.write("x");
      checksums = { CRC32: "late" };
      body.end();
      expect((await done).checksums).toEqual({ CRC32: "late" });
    });

    it("shows nothing of a put whose body fails, and keeps what was there", async () => {
      await put("k", "old");
      const failing = Readable.from(
        (async function* () {
          yield Buffer.from("half");
          throw new Error("signature of a chunk does not match");
        })(),
      );
      await expect(store.put("b", "k", failing, () => plainFacts)).rejects.toThrow("signature of a chunk");
      expect(await textOf(store, "k")).toBe("old");
      const cut = new PassThrough();
      const cutOff = store.put("b", "new", cut, () => plainFacts);
      cut.write("half");
      setImmediate(() => cut.destroy());
      await expect(cutOff).rejects.toThrow();
      expect(await store.head("b", "new")).toBeUndefined();
    });

    it("refuses an object that is too large and stores nothing", async () => {
      await put("k", Buffer.alloc(1_000_000));
      await expect(put("k2", Buffer.alloc(1_000_001))).rejects.toThrow(ObjectTooLarge);
      expect(await keysOf({})).toEqual([["k"], []]);
    });

    it("replaces an object while its former bytes are still being read", async () => {
      const old = "old".repeat(100_000);
      await put("k", old);
      const reading = await store.get("b", "k");
      await put("k", "new");
      await store.delete("b", ["k"]);
      expect((await streamBytes(reading!.body)).toString()).toBe(old);
      expect(await store.get("b", "k")).toBeUndefined();
    });

    it("gives ranges, chosen from what is known of the object", async () => {
      await put("k", "0123456789");
      const reading = await store.get("b", "k", ({ sizeBytes }) => ({ first: sizeBytes - 4, last: sizeBytes - 2 }));
      expect(reading!.range).toEqual({ first: 6, last: 8 });
      expect((await streamBytes(reading!.body)).toString()).toBe("678");
    });

    it("puts under a condition, one of many at once", async () => {
      const puts = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) =>
          store.put("b", "k", bodyOf(`put ${n}`), () => plainFacts, { absent: true }),
        ),
      );
      expect(puts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const etag = (await store.head("b", "k"))!.etag;
      const replace = (condition: { etag: string }, key = "k") =>
        store.put("b", key, bodyOf("next"), () => plainFacts, condition);
      await expect(replace({ etag: md5("other") })).rejects.toThrow(ConditionNotMet);
      await expect(replace({ etag }, "none")).rejects.toThrow(KeyMissing);
      await replace({ etag });
      expect(await textOf(store, "k")).toBe("next");
      await expect(store.delete("b", ["k"], { etag })).rejects.toThrow(ConditionNotMet);
      await store.delete("b", ["k"], { etag: md5("next") });
      expect(await store.head("b", "k")).toBeUndefined();
    });

    it("deletes many, and what is not there", async () => {
      await Promise.all(["a", "b", "c"].map((key) => put(key, key)));
      await store.delete("b", ["a", "none", "c", "a"]);
      expect(await keysOf({})).toEqual([["b"], []]);
    });

    it("takes hostile keys as text and nothing else", async () => {
      const hostile = [
        "../../etc/passwd",
        "/",
        "a\0b",
        "a\0c",
        "..",
        ".",
        "//",
        "ключ/💡",
        "x".repeat(1024),
        "\u007f%2e",
      ];
      for (const key of hostile) await put(key, `content of ${key}`);
      for (const key of hostile) expect(await textOf(store, key)).toBe(`content of ${key}`);
      expect(((await keysOf({}))[0] as string[]).sort()).toEqual([...hostile].sort());
      await expect(put("x".repeat(1025), "")).rejects.toThrow(RangeError);
      await expect(put("\ud800", "")).rejects.toThrow(RangeError);
    });

    it("replaces tags and nothing else", async () => {
      const info = await put("k", "x");
      await store.setTags("b", "k", { a: "1" });
      expect(await store.head("b", "k")).toEqual({ ...info, tags: { a: "1" } });
      await expect(store.setTags("b", "none", {})).rejects.toThrow(KeyMissing);
    });

    it("lists as a plain sort of UTF-8 bytes would, page by page, with any prefix and delimiter", async () => {
      const letters = fc.constantFrom("a", "b", "/", "é", "💡", "\uffff", "\0");
      const keys = fc.uniqueArray(fc.string({ unit: letters, minLength: 1, maxLength: 5 }), { maxLength: 60 });
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          keys,
          fc.string({ unit: letters, maxLength: 2 }),
          fc.option(fc.constantFrom("/", "a", "é/"), { nil: undefined }),
          fc.integer({ min: 1, max: 7 }),
          async (stored, prefix, delimiter, limit) => {
            const bucket = `bucket-${run++}`;
            await Promise.all(stored.map((key) => store.put(bucket, key, bodyOf("x"), () => plainFacts)));
            const expected = expectedListing(stored, prefix, delimiter);
            const found: string[] = [];
            let after: string | undefined;
            do {
              const page = await store.list(bucket, { prefix, delimiter, after, limit });
              const entries = [...page.objects.map(({ key }) => key), ...page.commonPrefixes].sort(byBytes);
              expect(entries.length).toBeLessThanOrEqual(limit);
              found.push(...entries);
              after = page.next;
            } while (after !== undefined);
            expect(found).toEqual(expected);
          },
        ),
        { numRuns: 40 },
      );
    });

    it("lists behind a key, and behind all of a common prefix", async () => {
      for (const key of ["a", "b/1", "b/2", "c"]) await put(key, key);
      expect(await keysOf({ after: "b/1" })).toEqual([["b/2", "c"], []]);
      expect(await keysOf({ after: "b/", delimiter: "/" })).toEqual([["c"], []]);
      expect(await keysOf({ limit: 0 })).toEqual([[], []]);
    });

    describe("uploads in parts", () => {
      const start = (key = "k") => store.createUpload("b", key, { ...plainFacts, initiatorAccountId: "1" });
      const part = (uploadId: string, number: number, text: string) =>
        store.putPart("b", "k", uploadId, number, bodyOf(text), () => ({}));

      it("become one object of the chosen parts, in order, and are gone", async () => {
        const { uploadId } = await start();
        await part(uploadId, 3, "three");
        await part(uploadId, 1, "first try");
        await part(uploadId, 1, "one-");
        await part(uploadId, 7, "unused");
        expect(await store.head("b", "k")).toBeUndefined();
        const parts = await store.parts({ bucketId: "b", key: "k", uploadId }, { limit: 10 });
        expect(parts.map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes])).toEqual([
          [1, 4],
          [3, 5],
          [7, 6],
        ]);
        const info = await store.completeUpload("b", "k", uploadId, parts.slice(0, 2), { ...plainFacts, etag: "e-2" });
        expect(info).toMatchObject({ etag: "e-2", sizeBytes: 9, partsCount: 2 });
        expect(await textOf(store, "k")).toBe("one-three");
        const across = await store.get("b", "k", () => ({ first: 2, last: 5 }));
        expect((await streamBytes(across!.body)).toString()).toBe("e-th");
        expect(await store.parts({ bucketId: "b", key: "k" }, { after: 1, limit: 10 })).toMatchObject([
          { partNumber: 3 },
        ]);
        expect(await store.upload("b", "k", uploadId)).toBeUndefined();
        await expect(part(uploadId, 2, "late")).rejects.toThrow(UploadMissing);
      });

      it("refuse a part that was replaced after it was listed", async () => {
        const { uploadId } = await start();
        const listed = await part(uploadId, 1, "one");
        await part(uploadId, 1, "changed");
        const complete = store.completeUpload("b", "k", uploadId, [listed], { ...plainFacts, etag: "e-1" });
        await expect(complete).rejects.toThrow(PartMissing);
        expect(await store.head("b", "k")).toBeUndefined();
        expect(await store.upload("b", "k", uploadId)).toBeDefined();
      });

      it("are listed by key and start, and can be aborted", async () => {
        const first = await start("k");
        const second = await start("k");
        const other = await start("a");
        const ids = (found: readonly { uploadId: string }[]) => found.map(({ uploadId }) => uploadId);
        const inOrder = [first.uploadId, second.uploadId].sort();
        const all = await store.uploads("b", { prefix: "", limit: 10 });
        expect(ids(all)).toEqual([other.uploadId, ...inOrder]);
        expect(all[0]).toEqual(other);
        const behind = await store.uploads("b", { prefix: "", after: { key: "k", uploadId: inOrder[0]! }, limit: 10 });
        expect(ids(behind)).toEqual(inOrder.slice(1));
        expect(ids(await store.uploads("b", { prefix: "", after: { key: "a" }, limit: 1 }))).toEqual([inOrder[0]]);
        await store.abortUpload("b", "a", other.uploadId);
        await expect(store.abortUpload("b", "a", other.uploadId)).rejects.toThrow(UploadMissing);
        expect(await store.uploads("b", { prefix: "a", limit: 10 })).toEqual([]);
      });
    });

    const encryption = { algorithm: "AES256", wrappedKey: "kept, never read" } as const;
    const encryptedPut = (
      key: string,
      content: Buffer,
      contentKey: Buffer,
      algorithm: "AES256" | "aws:kms" = "AES256",
    ) =>
      store.put("b", key, bodyOf(content), () => plainFacts, undefined, {
        key: contentKey,
        encryption: { ...encryption, algorithm },
      });

    it("gives back an encrypted object, and any range of it, to who has its key", async () => {
      const contentKey = randomBytes(32);
      const content = randomBytes(300_000);
      const info = await encryptedPut("k", content, contentKey);
      expect(info).toMatchObject({ sizeBytes: 300_000, encryption, etag: md5(content) });
      expect(await store.head("b", "k")).toEqual(info);
      const asked: unknown[] = [];
      const keyOf = async (kept: unknown) => {
        asked.push(kept);
        return contentKey;
      };
      expect((await streamBytes((await store.get("b", "k", undefined, keyOf))!.body)).equals(content)).toBe(true);
      expect(asked).toEqual([encryption]);
      for (const [first, last] of [
        [0, 0],
        [65_535, 65_536],
        [70_000, 299_999],
      ] as const) {
        const reading = await store.get("b", "k", () => ({ first, last }), keyOf);
        expect((await streamBytes(reading!.body)).equals(content.subarray(first, last + 1))).toBe(true);
      }
      await encryptedPut("empty", Buffer.alloc(0), contentKey);
      expect((await streamBytes((await store.get("b", "empty", undefined, keyOf))!.body)).length).toBe(0);
    });

    it("opens an encrypted object for nobody else", async () => {
      await encryptedPut("k", randomBytes(1000), randomBytes(32));
      await expect(store.get("b", "k")).rejects.toThrow(/key/);
      const refused = async () => Promise.reject(new Error("no key for you"));
      await expect(store.get("b", "k", undefined, refused)).rejects.toThrow("no key for you");
      const wrong = await store.get("b", "k", undefined, async () => randomBytes(32));
      await expect(streamBytes(wrong!.body)).rejects.toThrow(/encrypted object/);
    });

    it("does not tell the MD5 of what is under a KMS key, and keeps a copy of it while it is replaced", async () => {
      const contentKey = randomBytes(32);
      const content = randomBytes(100_000);
      const { etag } = await encryptedPut("k", content, contentKey, "aws:kms");
      expect(etag).toMatch(/^[0-9a-f]{32}$/);
      expect(etag).not.toBe(md5(content));
      const reading = await store.get("b", "k", undefined, async () => {
        await encryptedPut("k", Buffer.from("new"), contentKey);
        return contentKey;
      });
      expect((await streamBytes(reading!.body)).equals(content)).toBe(true);
    });

    it("encrypts the parts of an upload under its key, and keeps that with the object", async () => {
      const contentKey = randomBytes(32);
      const facts = { ...plainFacts, initiatorAccountId: "1", encryption };
      const { uploadId } = await store.createUpload("b", "k", facts);
      await expect(store.putPart("b", "k", uploadId, 1, bodyOf("x"), () => ({}))).rejects.toThrow(/key/);
      const contents = [randomBytes(200_000), randomBytes(65_536), randomBytes(7)];
      const parts = [];
      for (const [at, content] of contents.entries())
        parts.push(
          await store.putPart("b", "k", uploadId, at + 1, bodyOf(content), () => ({}), { key: contentKey, encryption }),
        );
      const info = await store.completeUpload("b", "k", uploadId, parts, { ...plainFacts, etag: "e-3" });
      expect(info).toMatchObject({ encryption, sizeBytes: 265_543 });
      const whole = Buffer.concat(contents);
      const keyOf = async () => contentKey;
      expect((await streamBytes((await store.get("b", "k", undefined, keyOf))!.body)).equals(whole)).toBe(true);
      const range = { first: 199_990, last: 265_540 };
      const part = await streamBytes((await store.get("b", "k", () => range, keyOf))!.body);
      expect(part.equals(whole.subarray(range.first, range.last + 1))).toBe(true);
    });

    it("freezes an empty bucket only, and then takes nothing until it thaws", async () => {
      await put("k", "x");
      expect(await store.freeze("b")).toBe(false);
      await put("k2", "x");
      await store.delete("b", ["k", "k2"]);
      const { uploadId } = await store.createUpload("b", "u", { ...plainFacts, initiatorAccountId: "1" });
      expect(await store.freeze("b")).toBe(true);
      await expect(put("k", "x")).rejects.toThrow(BucketFrozen);
      await expect(store.putPart("b", "u", uploadId, 1, bodyOf("x"), () => ({}))).rejects.toThrow(BucketFrozen);
      store.thaw("b");
      await put("k", "x");
      await store.delete("b", ["k"]);
      await store.freeze("b");
      await store.drop("b");
      expect(await store.uploads("b", { prefix: "", limit: 10 })).toEqual([]);
    });
  });
}

function expectedListing(keys: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const entries = new Set<string>();
  for (const key of [...keys].sort(byBytes)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    entries.add(at < 0 ? key : key.slice(0, at + delimiter!.length));
  }
  return [...entries].sort(byBytes);
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

async function textOf(store: ObjectStore, key: string): Promise<string> {
  return (await streamBytes((await store.get("b", key))!.body)).toString();
}

function md5(text: string | Buffer): string {
  return createHash("md5").update(text).digest("hex");
}
