import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { RuleSet } from "../src/audit/detection/rule-set.js";
import { shippedRules } from "../src/audit/detection/shipped-rules.js";
import { compileRule } from "../src/audit/sigma/rule.js";

/**
 * How long one event takes to be matched with rules, once it is parsed: the rules that ship, and with them others up to a
 * hundred, made after the community's (a name and a source each; one in twelve about any event; two regular expressions).
 * Events: real ones of CloudTrail, or made-up reads where there are none.
 *
 *     npm run build:bench && node dist/bench/rules.js
 */
const rulesMax = 100;
const events = [...realEvents("../shared/data/cloudtrail-invictus"), ...reads(20_000)];
console.log(`${events.length} events`);

const shipped = [...shippedRules.values()];
const others = Array.from({ length: rulesMax - shipped.length }, (_, index) => ({
  ruleId: `other-${index}`,
  rule: compileRule(otherRule(index)),
}));
for (let round = 0; round < 3; round++) {
  report("shipped", new RuleSet(shipped, undefined, fail));
  report(`${rulesMax} rules`, new RuleSet([...shipped, ...others], undefined, fail));
}
const start = process.cpuUsage();
for (const { text } of events) JSON.parse(text);
console.log(`JSON.parse: ${microseconds(start)} µs of CPU an event`);

function report(name: string, rules: RuleSet): void {
  const begun = process.cpuUsage();
  let matches = 0;
  for (const event of events) matches += rules.matches(event).length;
  console.log(`${name}: ${microseconds(begun)} µs of CPU an event, ${matches} matches`);
}

function microseconds(since: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(since);
  return ((user + system) / events.length).toFixed(2);
}

function otherRule(index: number): string {
  const head = `title: r${index}\nlogsource: {product: aws, service: cloudtrail}\ndetection:\n`;
  if (index % 12 === 0)
    return `${head}  s: {userIdentity.type: AssumedRole, userAgent|contains: tool-${index}}\n  f: {eventType: AwsServiceEvent}\n  condition: s and not f`;
  if (index % 40 === 1) return `${head}  s: {userIdentity.arn|re: '.+:assumed-role/x${index}:.+'}\n  condition: s`;
  return `${head}  s: {eventSource: s${index % 9}.amazonaws.com, eventName: [Name${index}, Other${index}]}\n  f: {errorCode|exists: true}\n  condition: s and not f`;
}

function realEvents(folder: string): Event[] {
  let files: string[] = [];
  try {
    files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.json(\.gz)?$/.test(file));
  } catch {
    console.log(`${folder} is not there: made-up events alone`);
  }
  return files.flatMap((file) => {
    const bytes = readFileSync(path.join(folder, file));
    const { Records = [] } = JSON.parse(String(file.endsWith(".gz") ? gunzipSync(bytes) : bytes)) as {
      Records?: object[];
    };
    return Records.map(eventOf);
  });
}

function reads(count: number): Event[] {
  return Array.from({ length: count }, (_, index) =>
    eventOf({
      eventVersion: "1.11",
      userIdentity: { type: "IAMUser", arn: `arn:aws:iam::000000000000:user/u${index % 50}` },
      eventTime: "2026-03-01T12:00:00Z",
      eventSource: "xray.amazonaws.com",
      eventName: index % 10 === 0 ? "BatchGetTraces" : "PutTraceSegments",
      sourceIPAddress: "10.0.0.1",
      userAgent: "aws-sdk-js/3",
      requestParameters: { traceIds: [`1-5759e988-${index.toString(16).padStart(24, "0")}`] },
      responseElements: null,
      readOnly: true,
      managementEvent: false,
    }),
  );
}

type Event = Parameters<RuleSet["matches"]>[0];

function eventOf(record: object): Event {
  return { record: record as Event["record"], text: JSON.stringify(record), eventId: "e", timeMs: 0, region: "r" };
}

function fail(ruleId: string, reason: unknown): never {
  throw new Error(`the rule ${ruleId} failed`, { cause: reason });
}
