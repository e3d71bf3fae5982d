import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { RateDetector } from "../../src/audit/insights/rate-detector.js";

/** What is found in the log files of a real account, an hour in which it was attacked, of which nothing is known before. */
const folder = path.resolve(import.meta.dirname, "../../../shared/data/cloudtrail-invictus");
if (!existsSync(folder)) throw new Error(`there is no ${folder}`);

interface LoggedCall {
  readonly eventID: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly errorCode?: string;
  readonly readOnly?: boolean;
  readonly managementEvent?: boolean;
}

const calls = new Map<string, LoggedCall>();
for (const name of readdirSync(folder).filter((each) => each.endsWith(".json.gz")))
  for (const record of JSON.parse(gunzipSync(readFileSync(path.join(folder, name))).toString()).Records as LoggedCall[])
    calls.set(record.eventID, record);

const minutes = new Map<number, Map<string, number>>();
for (const call of calls.values()) {
  const minute = Math.floor(Date.parse(call.eventTime) / 60_000);
  const counts = minutes.get(minute) ?? new Map<string, number>();
  minutes.set(minute, counts);
  const add = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  const name = `${call.eventSource} ${call.eventName}`;
  if (call.managementEvent === false || call.readOnly === false) add(name);
  if (call.errorCode !== undefined) add(`${name} ${call.errorCode}`);
}
const first = Math.min(...minutes.keys());
const last = Math.max(...minutes.keys());
console.log(`${calls.size} calls in ${last - first + 1} minutes from ${new Date(first * 60_000).toISOString()}`);
/** Days before, in which nothing happened: as in an account that is watched and hardly used. */
const silentMinutes = Number(process.argv[2] ?? 0) * 1440;
const detector = new RateDetector(first - silentMinutes);
for (let minute = first - silentMinutes; minute <= last; minute++)
  for (const finding of detector.step(minutes.get(minute) ?? new Map()))
    console.log(new Date(minute * 60_000).toISOString(), JSON.stringify(finding));
const largest = [...minutes].flatMap(([minute, counts]) => [...counts].map(([key, count]) => ({ minute, key, count })));
for (const { minute, key, count } of largest.sort((one, other) => other.count - one.count).slice(0, 5))
  console.log(`most: ${count} of ${key} in minute ${minute - first}`);
