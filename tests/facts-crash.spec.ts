import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { systemEnvironment } from "../src/environment.js";
import { openFacts } from "../src/storage/facts/open-facts.js";

const rounds = Number(process.env["DOSIMETER_CRASH_ROUNDS"] ?? 3);
const runTypeScript = path.join(
  path.dirname(createRequire(import.meta.url).resolve("vite-node/package.json")),
  "vite-node.mjs",
);
const writer = path.join(import.meta.dirname, "facts-crash-writer.ts");

/** Starts a writer, kills it after a random time, and gives the lines that it wrote. */
async function writeUntilKilled(dataFolder: string, accountId: string): Promise<string[]> {
  const child = spawn(process.execPath, [runTypeScript, writer, dataFolder, accountId], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === "ready") void sleep(randomInt(50, 1500)).then(() => child.kill("SIGKILL"));
  }
  await ended;
  expect(child.signalCode).toBe("SIGKILL");
  return lines;
}

it(
  "finds every acknowledged segment, and each acknowledged event once, after kill -9 at random moments",
  async () => {
    const dataFolder = mkdtempSync(path.join(tmpdir(), "dosimeter-crash-"));
    const accountId = "222222222222";
    const acknowledged: string[] = [];
    for (let round = 0; round < rounds; round++) acknowledged.push(...(await writeUntilKilled(dataFolder, accountId)));
    const of = (kind: string) =>
      acknowledged.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(6));
    const [traceIds, eventIds] = [of("trace"), of("event")];
    expect(eventIds.length).toBeGreaterThan(0);

    const facts = await openFacts({
      environment: systemEnvironment,
      dataFolder,
      retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
    });
    const scope = { accountId, region: "eu-west-1" };
    for (let index = 0; index < traceIds.length; index += 500) {
      const traces = await facts.traces.readTraces(scope, traceIds.slice(index, index + 500), 1024 ** 2);
      const whole = new Set(traces.filter((trace) => trace.segments.length === 10).map((trace) => trace.traceId));
      expect(traceIds.slice(index, index + 500).filter((traceId) => !whole.has(traceId))).toEqual([]);
    }
    const found = await facts.events.lookup(scope, {
      fromMs: 0,
      untilMs: Date.now(),
      categories: ["Management"],
      limit: 1_000_000,
    });
    const times = new Map<string, number>();
    for (const { eventId } of found) times.set(eventId, (times.get(eventId) ?? 0) + 1);
    expect(eventIds.filter((eventId) => times.get(eventId) !== 1)).toEqual([]);
    expect(found.filter(({ eventId }) => times.get(eventId) !== 1)).toEqual([]);
    await facts.close();
    rmSync(dataFolder, { recursive: true });
  },
  60_000 + rounds * 20_000,
);
