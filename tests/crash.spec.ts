import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { bucketName, recordCalls } from "../src/demo/record-calls.js";
import { type Finding, isBad } from "../src/verify/findings.js";
import {
  deliveredRecords,
  logGroupNames,
  lookedUpRecords,
  storedSegments,
  type TrailRecord,
  userNames,
  verified,
} from "./crash/found.js";
import { Ledger } from "./crash/ledger.js";
import { seededRandom } from "./crash/random.js";
import { writeUntilGone } from "./crash/writers.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const rounds = Number(process.env["DOSIMETER_CRASH_ROUNDS"] ?? 4);
const seed = Number(process.env["DOSIMETER_CRASH_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

/**
 *     start ── calls of every kind ──┤ kill -9 at a random moment     (again and again, on one data folder)
 *     start ── everything acknowledged is there, recorded once, and delivered once
 */
describe(`the service, killed with SIGKILL ${rounds} times under load (DOSIMETER_CRASH_SEED=${seed})`, () => {
  it(
    "keeps every acknowledged segment and setting, and exactly one record of every acknowledged call",
    async () => {
      const random = seededRandom(seed);
      const dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-crash-"));
      const start = () =>
        startDosimeter({ dataFolder, env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "3" } });
      const ledger = new Ledger();
      let service = await start();
      try {
        await recordCalls(accountOf(service));
        const bucket = bucketName(accountOf(service));
        for (let round = 0; round < rounds; round++) {
          const gone = writeUntilGone(service, ledger);
          // Before, while and after deliveries and digests are written: these come every one and three seconds.
          await Promise.race([sleep(300 + random() * 3000), gone]);
          expect(service.process.exitCode, `it ended by itself: ${service.standardError()}`).toBeNull();
          await service.stop("SIGKILL");
          await gone;
          service = await start();
        }
        expect(ledger.traces.size).toBeGreaterThan(rounds);
        expect(ledger.users.size + ledger.logGroups.size).toBeGreaterThan(0);

        const stored = await storedSegments(service, [...ledger.traces.keys()]);
        for (const [traceId, ids] of ledger.traces) expect(stored.get(traceId), traceId).toEqual([...ids].sort());

        const groups = await logGroupNames(service);
        const users = await userNames(service);
        expect(groups).toEqual(expect.arrayContaining([...ledger.logGroups]));
        expect(users).toEqual(expect.arrayContaining([...ledger.users]));

        let owed: [requestId: string, operation: string][] = [];
        const delivered = await eventually(
          async () => {
            const records = await deliveredRecords(service, bucket);
            const requestIds = new Set(records.map(({ requestID }) => requestID));
            owed = [...ledger.calls].filter(([id]) => !requestIds.has(id));
            // Changes nobody was told of owe a record too, and theirs may come last.
            const made = [...changed(records, "CreateLogGroup"), ...changed(records, "CreateUser")];
            if (made.length < groups.length + users.length) return undefined;
            return owed.length === 0 ? records : undefined;
          },
          "the delivery of a record of every acknowledged call",
          120_000,
        ).catch((problem: Error) => {
          const [first] = owed;
          throw new Error(
            `${problem.message}: ${owed.length} of ${ledger.calls.size} are not delivered, such as ${first}`,
          );
        });
        expect(repeated(delivered.map(({ eventID }) => eventID)), "events delivered twice").toEqual([]);
        expect(repeated(delivered.flatMap(({ requestID }) => requestID ?? [])), "calls recorded twice").toEqual([]);

        // A file whose delivery a crash interrupted is named by the digest after it was taken up again.
        let wrong: Finding[] = [];
        await eventually(
          async () => {
            const findings = await verified(service, bucket);
            wrong = findings.filter((finding) => finding.kind === "gap" || finding.kind === "note" || isBad(finding));
            return wrong.length === 0 && findings.some(({ kind }) => kind === "log");
          },
          "digests that vouch for every log file",
          120_000,
        ).catch((problem: Error) => {
          throw new Error(`${problem.message}: ${JSON.stringify(wrong)}`);
        });

        for (const eventName of ["CreateLogGroup", "CreateUser"]) {
          const history = await lookedUpRecords(service, eventName);
          expect(repeated(history.map(({ requestID }) => requestID!))).toEqual([]);
          const acknowledged = [...ledger.calls].filter(([, name]) => name === eventName).map(([id]) => id);
          expect(history.map(({ requestID }) => requestID)).toEqual(expect.arrayContaining(acknowledged));
        }

        // A setting and its record exist together or not at all, whether or not anybody was told.
        expect(changed(delivered, "CreateLogGroup")).toEqual([...groups].sort());
        expect(changed(delivered, "CreateUser")).toEqual([...users].sort());
      } finally {
        await service.stop();
        await rm(dataFolder, { recursive: true, force: true });
      }
    },
    120_000 + rounds * 20_000,
  );
});

function accountOf(service: RunningDosimeter) {
  return { ...service.root, endpoint: service.endpoint, region: service.region, accountId: service.accountId };
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

/** Names that records of success of that operation say were made by the writers, sorted. */
function changed(records: readonly TrailRecord[], eventName: string): string[] {
  return records
    .filter((record) => record.eventName === eventName && record.errorCode === undefined)
    .flatMap(({ requestParameters }) => requestParameters?.logGroupName ?? requestParameters?.userName ?? [])
    .filter((name) => name.startsWith("crash-"))
    .sort();
}
