import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { objectStoreContract } from "../object-store.contract.js";
import { bodyOf, plainFacts, streamBytes } from "../object-store.fixture.js";
import type { ObjectEncryption } from "../object-store.js";
import { openFolderObjectStore } from "./folder-object-store.js";

const newFolder = () => mkdtemp(join(tmpdir(), "objects-"));
const open = (folder: string) =>
  openFolderObjectStore({ folder, environment: systemEnvironment, limits: { objectBytesMax: 1_000_000 } });

objectStoreContract("A folder", async () => open(await newFolder()));

describe("A folder of objects", () => {
  it("has them when it is opened again", async () => {
    const folder = await newFolder();
    const first = await open(folder);
    const info = await first.put("b", "k", bodyOf("kept"), () => plainFacts);
    await first.close();
    const second = await open(folder);
    expect(await second.head("b", "k")).toEqual(info);
    expect((await streamBytes((await second.get("b", "k"))!.body)).toString()).toBe("kept");
    await second.close();
  });

  it("is used by one process at a time", async () => {
    const folder = await newFolder();
    const store = await open(folder);
    await expect(open(folder)).rejects.toThrow(/used by another process/);
    await store.close();
  });

  it("loses at the next start the files that nothing names, and no other", async () => {
    const folder = await newFolder();
    const first = await open(folder);
    await first.put("b", "k", bodyOf("kept"), () => plainFacts);
    await first.put("b", "k2", bodyOf("deleted"), () => plainFacts);
    await first.delete("b", ["k2"]);
    await first.close();
    const [shard] = await readdir(join(folder, "blobs"));
    await writeFile(join(folder, "blobs", shard!, "orphan"), "left by a crash before the commit");
    await writeFile(join(folder, "incoming", "half"), "left by a crash while writing");
    await waitForFiles(folder, 1, open);
    const last = await open(folder);
    expect((await streamBytes((await last.get("b", "k"))!.body)).toString()).toBe("kept");
    await last.close();
    expect(await readdir(join(folder, "incoming"))).toEqual([]);
  });

  it("has every acknowledged object whole, and no half one, after kill -9 at any moment", {
    timeout: 120_000,
  }, async () => {
    const folder = await newFolder();
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      await putUntilKilled(folder, round, 10 + round * 60, acknowledged);
      const store = await open(folder);
      for (const [key, sha256] of acknowledged) expect(await sha256Of(store, key), key).toBe(sha256);
      for (let after: string | undefined = ""; after !== undefined; ) {
        const page = await store.list("b", { prefix: "", after, limit: 1000 });
        for (const { key, etag, sizeBytes } of page.objects) {
          const bytes = await streamBytes((await store.get("b", key, undefined, keyOf))!.body);
          expect(bytes.length).toBe(sizeBytes);
          if (!etag.includes("-")) expect(createHash("md5").update(bytes).digest("hex")).toBe(etag);
        }
        after = page.next;
      }
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(0);
  });
});

/** Runs the writer in a process of its own and kills it once it has acknowledged `count` objects. */
function putUntilKilled(folder: string, round: number, count: number, acknowledged: Map<string, string>) {
  const viteNode = join(dirname(createRequire(import.meta.url).resolve("vite-node/package.json")), "vite-node.mjs");
  const script = join(import.meta.dirname, "put-until-killed.fixture.ts");
  const child = spawn(process.execPath, [viteNode, script, folder, String(round)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [key, sha256] = line.split(" ");
    // A line cut off by the kill acknowledges nothing.
    if (sha256?.length === 64) acknowledged.set(key!, sha256);
    if (++seen === count) child.kill("SIGKILL");
  });
  return new Promise<void>((resolve, reject) => {
    child.once("close", (code, signal) =>
      signal === "SIGKILL" ? resolve() : reject(new Error(`the writer ended by itself: ${code} ${signal}`)),
    );
  });
}

/** The writer keeps the keys beside the objects. */
const keyOf = async ({ wrappedKey }: ObjectEncryption) => Buffer.from(wrappedKey, "hex");

async function sha256Of(store: Awaited<ReturnType<typeof open>>, key: string): Promise<string | undefined> {
  const reading = await store.get("b", key, undefined, keyOf);
  return (
    reading &&
    createHash("sha256")
      .update(await streamBytes(reading.body))
      .digest("hex")
  );
}

/** The sweep is at its own pace: opens and closes the folder until it is through. */
async function waitForFiles(folder: string, count: number, openFolder: typeof open): Promise<void> {
  for (;;) {
    const store = await openFolder(folder);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await store.close();
    const shards = await readdir(join(folder, "blobs"));
    const files = await Promise.all(shards.map((shard) => readdir(join(folder, "blobs", shard))));
    if (files.flat().length === count) return;
  }
}
