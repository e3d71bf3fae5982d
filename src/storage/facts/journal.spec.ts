import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { open as openFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Journal, type JournalEntry } from "./journal.js";

const folders: string[] = [];
const journals: Journal[] = [];
afterEach(async () => {
  for (const journal of journals.splice(0)) await journal.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-journal-"));
  folders.push(folder);
  return folder;
}

async function open(folder: string): Promise<Journal> {
  const journal = await Journal.open(folder);
  journals.push(journal);
  return journal;
}

async function leftOver(folder: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for await (const file of (await open(folder)).leftOver()) entries.push(...file.entries);
  return entries;
}

const first: JournalEntry = { table: "segments", lines: [Buffer.from("a\t1\nb;\\n😀\t2\n")] };
const second: JournalEntry = { table: "events", lines: [Buffer.from("c\n")] };

describe("the journal", () => {
  it("gives a later process what was appended, in order, over several files", async () => {
    const folder = newFolder();
    const journal = await open(folder);
    await journal.append([first, second]);
    expect(await journal.rotate()).toBe(1);
    await journal.append([second]);
    expect(await leftOver(folder)).toEqual([first, second, second]);
  });

  it("begins no file until there is something to write", async () => {
    const folder = newFolder();
    const journal = await open(folder);
    expect(await journal.rotate()).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("forgets a file that was removed, and keeps the others", async () => {
    const folder = newFolder();
    const journal = await open(folder);
    await journal.append([first]);
    const ended = await journal.rotate();
    await journal.append([second]);
    await journal.remove(ended!);
    expect(await leftOver(folder)).toEqual([second]);
  });

  it("does not write into the files of an earlier process", async () => {
    const folder = newFolder();
    await (await open(folder)).append([first]);
    await (await open(folder)).append([second]);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(await leftOver(folder)).toEqual([first, second]);
  });

  it("gives the whole records before one that was cut off at any byte", async () => {
    const folder = newFolder();
    await (await open(folder)).append([first]);
    const file = path.join(folder, readdirSync(folder)[0]!);
    const firstBytes = readFileSync(file).length;
    rmSync(file);
    await (await open(folder)).append([first, second]);
    const bytes = readFileSync(file);
    for (let length = bytes.length - 1; length >= 0; length--) {
      truncateSync(file, length);
      expect(await leftOver(folder)).toEqual(length >= firstBytes ? [first] : []);
    }
  });

  it("gives no record of which a bit changed, nor what follows it", async () => {
    const folder = newFolder();
    await (await open(folder)).append([first, second]);
    const file = path.join(folder, readdirSync(folder)[0]!);
    const bytes = readFileSync(file);
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(file, bytes);
    appendFileSync(file, bytes);
    expect(await leftOver(folder)).toEqual([first]);
  });

  it("takes back what a failed write or sync left, and goes on", async () => {
    const anyFile = await openFile(path.join(newFolder(), "any"), "w");
    const files = Object.getPrototypeOf(anyFile);
    await anyFile.close();
    for (const failing of ["write", "datasync"] as const) {
      const folder = newFolder();
      const journal = await open(folder);
      await journal.append([first]);
      const fault = vi.spyOn(files, failing).mockRejectedValueOnce(new Error("disk"));
      await expect(journal.append([first, first])).rejects.toThrow("disk");
      fault.mockRestore();
      expect(await leftOver(folder)).toEqual([first]);
      await journal.append([second]);
      expect(await leftOver(folder)).toEqual([first, second]);
    }
  });

  it("lets nothing follow what it could not take back", async () => {
    const anyFile = await openFile(path.join(newFolder(), "any"), "w");
    const files = Object.getPrototypeOf(anyFile);
    await anyFile.close();
    const folder = newFolder();
    const journal = await open(folder);
    await journal.append([first]);
    const sync = vi.spyOn(files, "datasync").mockRejectedValueOnce(new Error("disk"));
    const cut = vi.spyOn(files, "truncate").mockRejectedValue(new Error("disk"));
    await expect(journal.append([second])).rejects.toThrow("disk");
    await expect(journal.append([second])).rejects.toThrow("disk");
    sync.mockRestore();
    cut.mockRestore();
    await journal.append([first]);
    expect(await leftOver(folder)).toEqual([first, first]);
  });
});
