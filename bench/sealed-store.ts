import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemEnvironment } from "../src/environment.js";
import { encryptedTraces } from "../src/identity/encrypted-traces.js";
import { ensureManagedKey, xrayManagedKey } from "../src/identity/managed-keys.js";
import { openVault } from "../src/identity/open-vault.js";
import { readingOf } from "../src/storage/facts/decode-reading.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { openSqliteSettings } from "../src/storage/settings/open-settings.js";
import type { SegmentRow } from "../src/storage/trace-store.js";
import { nezhaFolder, readNezha, segmentDocuments } from "./nezha.js";

/**
 * What encrypting documents adds to a segment's way through the store: put, given to the engine, and read for the index.
 * In clear and encrypted by turns of a fraction of a second, so that it tells the difference also where the machine is not
 * ours alone; a call's other work (HTTP, signature, record) is not in it.
 *
 *     npm run build:bench && node dist/bench/sealed-store.js
 */
const rounds = 15;
const segmentsAtOnce = 1500;
const callsAtOnce = 32;

const environment = systemEnvironment;
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-bench-"));
const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
const settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
const vault = await openVault({ dataFolder: folder, environment });
const facts = await openFacts({ environment, dataFolder: folder, retention });
const { traces, source } = encryptedTraces(facts, { settings, vault, environment, settingsScopeOf: (scope) => scope });
const clear = { accountId: "111111111111", region: "us-east-1" };
const encrypted = { accountId: "222222222222", region: "us-east-1" };
await settings.transact(async (tx) => {
  const key = await ensureManagedKey(tx, { vault, environment }, xrayManagedKey, encrypted, Date.now());
  const setting = { account_id: encrypted.accountId, region: encrypted.region, key_arn: key.arn, changed_ms: 0 };
  await tx.insertInto("xray_encryption").values(setting).execute();
});

const data = nezhaFolder(path.resolve(import.meta.dirname, "../.."));
if (data === undefined) throw new Error("the data set ../shared/data/traces-nezha is not there");
const documents = segmentDocuments(readNezha(data), Date.now(), () => Math.floor(Math.random() * 2 ** 32));

function nextRow(): SegmentRow {
  const document = documents.next().value as string;
  const { trace_id, id, start_time, end_time } = JSON.parse(document);
  return {
    ...{ traceId: trace_id, segmentId: id, kind: "segment", inProgress: false, receivedMs: Date.now(), document },
    ...{ startTimeSeconds: start_time, endTimeSeconds: end_time },
  };
}

async function turn(scope: typeof clear, perCall: number): Promise<number> {
  const rows = Array.from({ length: segmentsAtOnce }, nextRow);
  const before = process.cpuUsage();
  let next = 0;
  const send = async () => {
    while (next < rows.length) {
      const batch = rows.slice(next, next + perCall);
      next += perCall;
      await traces.putSegments(scope, batch);
    }
  };
  await Promise.all(Array.from({ length: callsAtOnce }, send));
  await source.settled();
  const limits = { bytesMaxPerTrace: 10 * 1024 ** 2, bytesMax: 100 * 1024 ** 2 };
  const traceIds = [...new Set(rows.map(({ traceId }) => traceId))];
  const read = await source.readRows(scope, traceIds, limits);
  readingOf(read.rows, limits.bytesMaxPerTrace, read.batches);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rows.length;
}

const median = (values: number[]) => values.sort((one, other) => one - other)[values.length >> 1]!.toFixed(1);
for (const perCall of [50, 10, 1]) {
  const taken: { clear: number[]; encrypted: number[]; more: number[] } = { clear: [], encrypted: [], more: [] };
  for (let round = 0; round < rounds; round++) {
    const inClear = await turn(clear, perCall);
    const sealed = await turn(encrypted, perCall);
    taken.clear.push(inClear);
    taken.encrypted.push(sealed);
    taken.more.push(sealed - inClear);
  }
  console.log(
    `${perCall} a call: ${median(taken.clear)} µs a segment in clear, ${median(taken.encrypted)} encrypted; ` +
      `${median(taken.more)} more (medians of ${rounds})`,
  );
}
await facts.close();
await settings.close();
rmSync(folder, { recursive: true });
process.exit(0);
