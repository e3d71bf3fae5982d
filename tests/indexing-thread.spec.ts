import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { makeInThread } from "../src/jobs/indexing/make-in-thread.js";
import {
  makeHere,
  type TraceMaker,
  type TraceMakerInput,
  type TraceMakerQuestions,
} from "../src/jobs/indexing/trace-maker.js";
import { readingOf } from "../src/storage/facts/decode-reading.js";
import { encodeTraces } from "../src/storage/facts/encode-traces.js";
import { StoreUnavailable } from "../src/storage/store-error.js";
import type { TraceRows } from "../src/storage/trace-source.js";

/** The thread as it is delivered: `npm run build` first. */
const program = path.resolve(import.meta.dirname, "../dist/src/indexing-thread.js");
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-thread-"));
const noon = Date.UTC(2026, 2, 1, 12);

let makers: TraceMaker[] = [];
let lost: unknown[] = [];
afterEach(async () => {
  for (const maker of makers) await maker.close();
  makers = [];
  lost = [];
});

function start(from = program): TraceMaker {
  const maker = makeInThread(from, (reason) => void lost.push(reason));
  makers.push(maker);
  return maker;
}

/** A thread that does its work, but ends in the middle of a job at a certain time. */
function deadlyProgram(atMs: number): string {
  const file = path.join(folder, `deadly-${atMs}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from "node:worker_threads";
     import ${JSON.stringify(pathToFileURL(program).href)};
     parentPort.on("message", ({ input }) => {
       if (input?.nowMs === ${atMs}) process.exit(7);
     });`,
  );
  return file;
}

const traceId = () => `1-${(noon / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;

/** A row as the engine gives it. */
function row(document: Record<string, unknown> & { id: string; trace_id: string }) {
  const text = JSON.stringify({ name: "shop", start_time: noon / 1000, end_time: noon / 1000 + 1, ...document });
  const times = [noon * 1000, noon * 1000 + 1_000_000];
  // Ids, kind, parent, times, whether it has ended and is in progress, receipt, version, size of the trace, more, reading, batch.
  return [document.trace_id, document.id, 0, "", ...times, 1, 0, noon, 1, 300, 0, noon * 1000, "", text].join("\t");
}

function rowsOf(...lines: readonly string[]): TraceRows {
  return { rows: Buffer.from(lines.map((line) => `${line}\n`).join("")), batches: new Map() };
}

function input(rows: readonly string[], more: Partial<TraceMakerInput> = {}): TraceMakerInput {
  return {
    scope: { accountId: "111122223333", region: "eu-west-1" },
    documents: rowsOf(...rows),
    bytesMaxPerTrace: 500_000,
    groups: [
      { name: "all", arn: "arn:all", filterExpression: "" },
      { name: "none", arn: "arn:none", filterExpression: "fault" },
    ],
    nowMs: noon + 1000,
    versionAbove: 0,
    ...more,
  };
}

const none: TraceMakerQuestions = {
  readLinked: async () => rowsOf(),
  formerPlaces: async () => new Map(),
};

describe("the thread that makes the index of traces", () => {
  it("makes what is made in the main thread, with the answers of the main thread", async () => {
    const linked = { id: "00000000000000aa", trace_id: traceId(), name: "producer" };
    const moved = {
      id: "00000000000000bb",
      trace_id: traceId(),
      links: [{ trace_id: linked.trace_id, id: linked.id }],
    };
    const broken = { id: "00000000000000cc", trace_id: traceId() };
    const rows = [row(moved), row(broken).replace('"name"', "")];
    const questions: TraceMakerQuestions = {
      readLinked: async (ids) => rowsOf(...(ids.includes(linked.trace_id) ? [row(linked)] : [])),
      formerPlaces: async () => new Map([[moved.trace_id, noon - 60_000]]),
    };
    const there = await start().make(input(rows), questions);
    const here = await makeHere({ readingOf, encodeTraces }).make(input(rows), questions);
    expect(Buffer.from(there.encoded.rows)).toEqual(Buffer.from(here.encoded.rows));
    expect(there.encoded).toMatchObject({ places: here.encoded.places, endedMinutes: here.encoded.endedMinutes });
    expect({ ...there, encoded: 0, failed: 0 }).toEqual({ ...here, encoded: 0, failed: 0 });
    expect(there.failed.map((failure) => failure.traceId)).toEqual([broken.trace_id]);
    expect(Buffer.from(there.encoded.rows).toString()).toContain("producer");
    expect(there.encoded.places).toHaveLength(2);
  });

  it("fails as the store did that had no answer, and goes on", async () => {
    const maker = start();
    const outage = new StoreUnavailable("the engine is away");
    const rows = [row({ id: "00000000000000aa", trace_id: traceId() })];
    await expect(maker.make(input(rows), { ...none, formerPlaces: () => Promise.reject(outage) })).rejects.toBe(outage);
    await expect(maker.make(input(rows), none)).resolves.toMatchObject({ failed: [] });
    expect(lost).toEqual([]);
  });

  it("is replaced when it dies: what it was at fails, and what comes next is made", async () => {
    const maker = start(deadlyProgram(13));
    const rows = [row({ id: "00000000000000aa", trace_id: traceId() })];
    await maker.make(input(rows), none);
    await expect(maker.make(input(rows, { nowMs: 13 }), none)).rejects.toThrow("ended with 7");
    expect(lost).toHaveLength(1);
    await expect(maker.make(input(rows), none)).resolves.toMatchObject({ failed: [] });
  });

  it("is the store's trouble and no trace's where it never worked", async () => {
    const maker = start(path.join(folder, "not-there.mjs"));
    await expect(maker.make(input([]), none)).rejects.toMatchObject({ name: "StoreUnavailable" });
    expect(lost).toHaveLength(1);
    rmSync(folder, { recursive: true, force: true });
  });
});
