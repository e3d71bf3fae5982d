import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { latencies } from "./latencies.js";
import { processorSeconds, residentBytes } from "./process-usage.js";
import { benchSigner, callerOf, startBenched } from "./start-benched.js";

/**
 * What it takes to try a policy on the recorded calls of ninety days, and what else waits meanwhile.
 *
 *   npm run build:bench && node dist/bench/replay.js [--calls 2000000] [--resources 1000]
 *
 * One user makes all calls: of forty actions on so many resources, from 256 addresses. The policies proposed are looked at in
 * the order of how many groups of calls they need: by what is asked alone, by address too, and more than one answer may hold.
 */
const { values } = parseArgs({
  options: { calls: { type: "string", default: "2000000" }, resources: { type: "string", default: "1000" } },
});
const calls = Number(values.calls);
const resources = Number(values.resources);
const dayMs = 86_400_000;
const batch = 250_000;
const nowMs = Date.now();
const data = mkdtempSync(path.join(tmpdir(), "dosimeter-replay-"));
const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");
const PrincipalArn = "arn:aws:iam::000000000000:user/worker";

/** Calls from `first` on, as the recorder writes them. */
const insertCalls = (first: number, userId: string) => `
INSERT INTO events (account_id, region, category, event_time_ms, event_id, event_source, event_name, read_only, username,
  access_key_id, error_code, resource_types, resource_names, record, recorded_ms, stream_id, commit, position, access)
SELECT '000000000000', 'us-east-1', 'Management', ${nowMs - 89 * dayMs} + intDiv(number * ${89 * dayMs}, ${calls}) AS time,
  toString(generateUUIDv4(number)), 's3.amazonaws.com', concat('Operation', toString(number % 40)) AS operation, 1, 'worker',
  'AKIAWORKER', '', ['AWS::S3::Object'], ['o'],
  concat('{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"${userId}","arn":"${PrincipalArn}",',
    '"accountId":"000000000000","accessKeyId":"AKIAWORKER","userName":"worker"},"eventSource":"s3.amazonaws.com","eventName":"',
    operation, '","awsRegion":"us-east-1","sourceIPAddress":"10.0.0.', toString(sipHash64(number) % 256),
    '","userAgent":"aws-sdk-js/3.1137.0","requestParameters":null,"responseElements":null,"eventType":"AwsApiCall"}'),
  time, 'filled', number, 0,
  concat('[["s3:', operation, '","arn:aws:s3:::box/', toString(sipHash64(number, 1) % ${resources}), '"]]')
FROM (SELECT number + ${first} AS number FROM numbers(${Math.min(batch, calls - first)}))`;

async function fill(userId: string): Promise<void> {
  const database = await FactDatabase.embedded(path.join(data, "facts"), "dosimeter");
  for (let first = 0; first < calls; first += batch) await database.command(insertCalls(first, userId));
  await database.close();
}

async function makeUser(): Promise<string> {
  const service = await startBenched(program, data);
  const { region, ...credentials } = benchSigner;
  const iam = new IAMClient({ endpoint: service.endpoint, region, credentials });
  const { User } = await iam.send(new CreateUserCommand({ UserName: "worker" }));
  const present = { UserName: "worker", PolicyName: "all", PolicyDocument: policy({}) };
  await iam.send(new PutUserPolicyCommand(present));
  iam.destroy();
  await service.stop();
  return User!.UserId!;
}

function policy(more: object): string {
  const statement = { Effect: "Allow", Action: "s3:*", Resource: "*", ...more };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

const fromBoxes = { IpAddress: { "aws:SourceIp": "10.0.0.0/25" } };
const proposals: Readonly<Record<string, { readonly document: string; readonly days: number }>> = {
  "allows all of it": { document: policy({}), days: 90 },
  "refuses all of it": { document: policy({ Action: "sqs:*" }), days: 90 },
  "refuses half of it, by address, of 2 days": { document: policy({ Condition: fromBoxes }), days: 2 },
  "refuses half of it, by address": { document: policy({ Condition: fromBoxes }), days: 90 },
};

async function ask(): Promise<void> {
  const service = await startBenched(program, data);
  const call = callerOf(service, "iam");
  console.log(
    "\n| a policy that | answer | first page ms | a further page ms | all pages s (pages) | processor s a page | MiB more | another call waits ms, median and most |\n|---|---|---|---|---|---|---|---|",
  );
  for (const [what, { document, days }] of Object.entries(proposals)) {
    const input = {
      PrincipalArn,
      PolicyDocuments: [document],
      StartTime: (nowMs - days * dayMs) / 1000,
      EndTime: nowMs / 1000,
      MaxResults: 1000,
    };
    const memoryBefore = residentBytes(service.pid);
    const usedBefore = processorSeconds(service.pid);
    const waiting = watchOthers(service.endpoint);
    const took: number[] = [];
    let [answer, NextToken]: [string, string | undefined] = ["", undefined];
    let memory = memoryBefore;
    do {
      const start = performance.now();
      const page: { Calls: number; RefusedCalls: number; NextToken?: string; failed?: string } = await call(
        "dosimeter/ReplayPolicy",
        { ...input, NextToken },
      ).catch((problem: Error) => ({ Calls: 0, RefusedCalls: 0, failed: problem.message.slice(0, 160) }));
      took.push(performance.now() - start);
      answer = page.failed ?? `${page.Calls} calls, ${page.RefusedCalls} refused`;
      NextToken = page.NextToken;
      memory = Math.max(memory, residentBytes(service.pid));
    } while (NextToken !== undefined && took.length < 20);
    const others = latencies(await waiting());
    const used = (processorSeconds(service.pid) - usedBefore) / took.length;
    const all = took.reduce((sum, one) => sum + one, 0) / 1000;
    console.log(
      `| ${what} | ${answer} | ${took[0]!.toFixed(0)} | ${took[1]?.toFixed(0) ?? ""} | ${all.toFixed(1)} (${took.length}${NextToken ? "+" : ""}) | ` +
        `${used.toFixed(2)} | ${((memory - memoryBefore) / 2 ** 20).toFixed(0)} | ${others.p50.toFixed(0)}, ${others.max.toFixed(0)} |`,
    );
  }
  await service.stop();
}

/** Asks something small all the time. @returns what ends it, and gives how long each took. */
function watchOthers(endpoint: string): () => Promise<number[]> {
  const took: number[] = [];
  let ended = false;
  const asking = (async () => {
    while (!ended) {
      const start = performance.now();
      await (await fetch(`${endpoint}/healthz`)).text();
      took.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return async () => {
    ended = true;
    await asking;
    return took;
  };
}

try {
  const userId = await makeUser();
  const started = performance.now();
  await fill(userId);
  console.log(`filled with ${calls} calls in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  await ask();
} finally {
  rmSync(data, { recursive: true, force: true });
}
