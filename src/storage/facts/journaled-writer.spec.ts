import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { FactDatabase } from "./fact-database.js";
import { CommitStream } from "./fact-writer.js";
import { Journal } from "./journal.js";
import { JournaledWriter, journaledWriterLimits } from "./journaled-writer.js";
import { migrateFacts } from "./migrate-facts.js";

/** The engine fails when its table has another name, and is well again when it has its own. */
describe("writing through the journal", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-writer-"));
  const journalFolder = path.join(folder, "journal");
  let database: FactDatabase;
  let rowsMade = 0;

  beforeAll(async () => {
    database = await FactDatabase.embedded(path.join(folder, "facts"), "dosimeter");
    await migrateFacts(database, systemEnvironment);
  });
  afterAll(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });

  async function newWriter(limits = journaledWriterLimits): Promise<JournaledWriter> {
    const journal = await Journal.open(journalFolder);
    const writer = new JournaledWriter({ database, journal, stream: new CommitStream("stream"), limits });
    await writer.recover();
    return writer;
  }

  function newRow(message = "hello"): { id: string; row: Buffer } {
    const id = `event-${rowsMade++}`;
    return { id, row: Buffer.from(`1\teu-west-1\tgroup\tstream\t1\t1\t${id}\t${message}\n`) };
  }

  async function stored(id: string): Promise<number> {
    const text = "SELECT event_id FROM log_events WHERE event_id = {id:String}";
    return (await database.query("test", text, { id })).length;
  }

  const failEngine = () => database.command("RENAME TABLE log_events TO log_events_away");
  const healEngine = () => database.command("RENAME TABLE log_events_away TO log_events");

  it("acknowledges what is in the journal while the engine fails, and stores it once the engine is well", async () => {
    const writer = await newWriter();
    const { id, row } = newRow();
    await failEngine();
    await writer.put({ table: "log_events", rows: [row] });
    await expect(writer.visible("log_events")).rejects.toMatchObject({ name: "StoreUnavailable" });
    await expect(writer.visible("segments")).resolves.toBeUndefined();
    await healEngine();
    await writer.visible("log_events");
    expect(await stored(id)).toBe(1);
    expect(readdirSync(journalFolder)).toEqual([]);
    await writer.close();
  });

  it("leaves to the next process what the engine did not take before the end", async () => {
    const writer = await newWriter();
    const { id, row } = newRow();
    await failEngine();
    await writer.put({ table: "log_events", rows: [row] });
    await expect(writer.close()).rejects.toMatchObject({ name: "StoreUnavailable" });
    await healEngine();
    expect(await stored(id)).toBe(0);
    const next = await newWriter();
    expect(await stored(id)).toBe(1);
    expect(readdirSync(journalFolder)).toEqual([]);
    await next.close();
  });

  it("pushes back when the engine falls too far behind", async () => {
    const writer = await newWriter({ ...journaledWriterLimits, pendingBytesMax: 1000 });
    await failEngine();
    await writer.put({ table: "log_events", rows: [newRow("x".repeat(2000)).row] });
    const { id, row } = newRow();
    await expect(writer.put({ table: "log_events", rows: [row] })).rejects.toMatchObject({ name: "StoreBusy" });
    await healEngine();
    await writer.visible("log_events");
    expect(await stored(id)).toBe(0);
    await writer.put({ table: "log_events", rows: [row] });
    await writer.close();
    expect(await stored(id)).toBe(1);
  });

  it("gives rows to the engine by itself, though nobody reads", async () => {
    const writer = await newWriter({ ...journaledWriterLimits, flushDelayMs: 5 });
    const { id, row } = newRow();
    await writer.put({ table: "log_events", rows: [row] });
    while ((await stored(id)) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await writer.close();
  });
});
