import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { systemEnvironment } from "../environment.js";
import type { Account } from "./client-options.js";
import { invitePeople, type Person } from "./people.js";
import { bucketName, logGroupName, recordCalls, trailArn } from "./record-calls.js";
import { countsOf, followLogGroup, tableRow } from "./recorded-calls.js";
import { sampleEverything } from "./sample-everything.js";
import { startServe } from "./serve-process.js";
import { openShop } from "./shop/open-shop.js";
import { openTraceMap } from "./trace-map.js";

/**
 * `dosimeter demo [--seconds N] [--port N]`: the service, a shop that sends traces, people who read them, and the
 * record of it all, in a folder that is removed at the end. Runs until Ctrl-C, or for N seconds.
 *
 * @param argv words after `demo`.
 * @returns the exit code: 0 unless the demonstration could not be held.
 */
export async function runDemo(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { seconds: { type: "string" }, port: { type: "string", default: "0" } },
  });
  const seconds = values.seconds === undefined ? Number.POSITIVE_INFINITY : Number(values.seconds);
  if (!(seconds > 0)) {
    console.error(`--seconds wants a number above 0, not '${values.seconds}'`);
    return 2;
  }

  const over = new AbortController();
  const stop = () => over.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  // A reader that went away (`| head`) wants no more of it; nobody else would end the processes of the shop.
  process.stdout.on("error", stop);
  const closing: (() => Promise<unknown>)[] = [];
  try {
    await hold(values.port, seconds, over, closing);
    over.abort();
    return 0;
  } catch (problem) {
    if (over.signal.aborted) return 0; // Whatever was under way when it was told to stop.
    over.abort();
    console.error(`The demonstration could not be held: ${(problem as Error).message}`);
    return 1;
  } finally {
    console.log("\nClosing …");
    for (const close of closing.reverse()) await close();
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}

async function hold(
  port: string,
  seconds: number,
  over: AbortController,
  closing: (() => Promise<unknown>)[],
): Promise<void> {
  const data = await mkdtemp(path.join(tmpdir(), "dosimeter-demo-"));
  closing.push(() => rm(data, { recursive: true, force: true }));
  const key = {
    accessKeyId: `AKIA${systemEnvironment.ids.bytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: systemEnvironment.ids.bytes(30).toString("hex"),
  };
  const region = "us-east-1";
  const accountId = "000000000000";

  console.log("Starting the tracing service …");
  const service = await startServe({
    program: process.argv[1]!,
    environment: {
      DOSIMETER_DATA: data,
      DOSIMETER_PORT: port,
      DOSIMETER_DAEMON_PORT: "0",
      DOSIMETER_OTLP_HTTP_PORT: "0",
      DOSIMETER_OTLP_GRPC_PORT: "0",
      DOSIMETER_REGION: region,
      DOSIMETER_ACCOUNT: accountId,
      DOSIMETER_ROOT_ACCESS_KEY_ID: key.accessKeyId,
      DOSIMETER_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
      DOSIMETER_DELIVERY_SECONDS: "2",
      DOSIMETER_DIGEST_SECONDS: "60",
    },
  });
  closing.push(() => service.stop());
  const account: Account = { endpoint: service.endpoint, region, accountId, ...key };

  console.log("Making the bucket, the log group, the trail and a sampling rule, and inviting four people …");
  await recordCalls(account);
  await sampleEverything(account);
  const password = `Demo-${systemEnvironment.ids.bytes(6).toString("hex")}`;
  const people = await invitePeople(account, password);
  console.log("Opening the shop: web, cart, payment and inventory, each a process with the AWS X-Ray SDK …");
  const shop = await openShop(service.daemon!);
  closing.push(() => shop.close());

  console.log(introduction(account, people, password, shop.address));
  if (Number.isFinite(seconds)) setTimeout(() => over.abort(), seconds * 1000).unref();
  const unexpectedEnd = service.ended.then((code) => {
    if (!over.signal.aborted) throw new Error(`the service ended by itself (${code})`);
  });
  await Promise.race([
    unexpectedEnd,
    Promise.all([
      ...people.map((person) => comeAndGo(person, over.signal)),
      showRecord(account, over.signal),
      showMap(account, over.signal),
    ]),
  ]);
}

/** A person looks at traces every few seconds. */
async function comeAndGo(person: Person, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await person.visit().catch((problem: Error) => {
      if (!over.aborted) throw new Error(`${person.name}: ${problem.message}`, { cause: problem });
    });
    await pause(visitEveryMs, over);
  }
}

/** Prints what the trail has written to its log group, as it comes. */
async function showRecord(account: Account, over: AbortSignal): Promise<void> {
  const log = followLogGroup(account);
  const nothing = { time: "TIME", who: "WHO", what: "WHAT", outcome: "OUTCOME", from: "FROM" };
  console.log(tableRow(nothing));
  while (!over.aborted) {
    const calls = await log.next().catch((problem: Error) => {
      if (over.aborted) return [];
      throw problem;
    });
    for (const call of calls.filter(({ notable }) => notable)) console.log(tableRow(call));
    const others = calls.filter(({ notable }) => !notable);
    if (others.length > 0) console.log(`  … and recorded besides: ${countsOf(others)}`);
    await pause(showEveryMs, over);
  }
  log.close();
}

/** Prints the shop's map now and then. */
async function showMap(account: Account, over: AbortSignal): Promise<void> {
  const map = openTraceMap(account);
  while (!over.aborted) {
    await pause(mapEveryMs, over);
    if (over.aborted) break;
    console.log(`\n${await map.draw().catch((problem: Error) => (over.aborted ? "" : Promise.reject(problem)))}\n`);
  }
  map.close();
}

/** Resolves early when it is over. */
function pause(ms: number, over: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal: over }).catch(() => {});
}

function introduction(account: Account, people: readonly Person[], password: string, shop: string): string {
  return `
${people.map(({ name, rights }) => `  ${name.padEnd(6)} ${rights}`).join("\n")}

The shop is at ${shop}/order?customer=you&item=teapot

Look for yourself, at ${account.endpoint}/console/ as one of them (password ${password}),
or with the access key below; or in another terminal:

  export AWS_ENDPOINT_URL=${account.endpoint} AWS_REGION=${account.region} AWS_DEFAULT_REGION=${account.region}
  export AWS_ACCESS_KEY_ID=${account.accessKeyId}
  export AWS_SECRET_ACCESS_KEY=${account.secretAccessKey}
  aws xray get-trace-summaries --start-time $(($(date +%s) - 300)) --end-time $(date +%s)
  aws logs tail ${logGroupName} --follow
  aws s3 ls --recursive s3://${bucketName(account)}/
  aws cloudtrail lookup-events --max-results 5
  aws cloudtrail validate-logs --trail-arn ${trailArn(account)} --start-time $(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ)

Ctrl-C ends it all. What the trail records, as it arrives in the log group:
`;
}

const visitEveryMs = 5000;
const showEveryMs = 2000;
const mapEveryMs = 8000;
