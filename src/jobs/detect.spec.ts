import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { raiseRevision } from "../audit/detection/account-rules.js";
import { defaultConfiguration } from "../audit/detection/alert-configuration.js";
import { shippedRules } from "../audit/detection/shipped-rules.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { type Simulation, startSimulation } from "./delivery.fixture.js";
import { createDetection } from "./detect.js";
import { createRecordFollowing } from "./follow-record.js";

let simulation: Simulation;
let accountId: string;

beforeEach(async () => {
  simulation = await startSimulation();
  accountId = simulation.event().accountId;
});

afterEach(async () => {
  await simulation.close();
});

/** A process that follows its stream, and others', and finds. */
function processOf(streamId: string, settings: SettingsStore = simulation.settings) {
  const { events } = simulation.startProcess(streamId);
  const { environment } = simulation;
  const failures: string[] = [];
  const reportFailure = (what: string) => void failures.push(what);
  const detection = createDetection({ settings, environment, eventRetentionDays: 90, reportFailure });
  const following = createRecordFollowing({
    settings,
    events,
    environment,
    followers: [detection.follower],
    holder: streamId,
    reportFailure,
  });
  const called = async (caller: string, record: { eventName: string } & Record<string, unknown>) => {
    const event = simulation.event({ eventName: record.eventName });
    const whole = {
      eventID: event.eventId,
      eventSource: "xray.amazonaws.com",
      userIdentity: { type: "IAMUser", arn: caller },
      sourceIPAddress: "10.0.0.1",
      ...record,
    };
    await events.append([{ ...event, record: JSON.stringify(whole) }]);
  };
  return { called, following, detection, failures };
}

const traceIds = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `trace-${from + index}`);
const day = 86_400;

async function putRule(ruleId: string, text: string | null, enabled = 1): Promise<void> {
  await simulation.settings.transact(async (tx) => {
    const row = { rule_text: text, enabled, updated_ms: 0, updated_by: "" };
    await tx
      .insertInto("detection_rules")
      .values({ account_id: accountId, rule_id: ruleId, ...row })
      .onConflict((conflict) => conflict.columns(["account_id", "rule_id"]).doUpdateSet(row))
      .execute();
    await raiseRevision(tx, accountId);
  });
}

async function findings(ruleId: string) {
  return simulation.settings.read
    .selectFrom("detection_findings")
    .selectAll()
    .where("rule_id", "=", ruleId)
    .orderBy("first_ms")
    .execute();
}

describe("a reader never seen before", () => {
  const ruleId = "reader-never-seen-before";

  it("is nobody while the rule learns, and then who did not read so far, once", async () => {
    const { called, following } = processOf("one");
    await called("ana", { eventName: "BatchGetTraces" });
    simulation.passSeconds(6 * day);
    await called("ben", { eventName: "GetTraceSummaries" });
    await following.run();
    simulation.passSeconds(2 * day);
    for (const caller of ["ana", "ben", "eve", "eve"]) await called(caller, { eventName: "BatchGetTraces" });
    await following.run();
    simulation.passSeconds(2 * day);
    await called("eve", { eventName: "BatchGetTraces" });
    await following.run();
    expect(await findings(ruleId)).toMatchObject([
      { caller: "eve", event_count: 1, detail: "eve was never seen before" },
    ]);
  });

  it("is one again after so long, but not who kept reading", async () => {
    const { called, following } = processOf("one");
    await called("ana", { eventName: "BatchGetTraces" });
    for (let days = 0; days < 100; days += 10) {
      simulation.passSeconds(10 * day);
      await called("ben", { eventName: "BatchGetTraces" });
      await following.run();
    }
    await called("ana", { eventName: "BatchGetTraces" });
    await following.run();
    expect((await findings(ruleId)).map(({ caller }) => caller)).toEqual(["ben", "ana"]);
  });

  it("is not who was refused", async () => {
    await putRule(ruleId, shippedRules.get(ruleId)!.text.replace("learn: 7d", "learn: 0s"));
    const { called, following } = processOf("one");
    await called("eve", { eventName: "BatchGetTraces", errorCode: "AccessDenied" });
    await following.run();
    expect(await findings(ruleId)).toEqual([]);
  });

  it("is found by one of two processes, which know the same readers", async () => {
    await putRule(ruleId, shippedRules.get(ruleId)!.text.replace("learn: 7d", "learn: 0s"));
    const one = processOf("one");
    const two = processOf("two");
    for (let round = 0; round < 3; round++)
      for (const each of [one, two]) {
        await each.called("ana", { eventName: "BatchGetTraces" });
        await each.following.run();
        simulation.passSeconds(2 * 3600);
      }
    expect(await findings(ruleId)).toMatchObject([{ caller: "ana", event_count: 1 }]);
  });
});

describe("what rules remember and find", () => {
  const counting = [
    "title: Five of them",
    "logsource: {product: aws, service: cloudtrail}",
    "detection:",
    "  selection: {eventName: Touch}",
    "  timeframe: 1h",
    "  condition: selection | count() by userIdentity.arn >= 5",
  ].join("\n");

  it("counts each event once, whichever write fails, in the process or the one after it", async () => {
    await putRule("own", counting);
    // Fails the first transaction that reaches so many writes, and then no more.
    for (let failsAt = 1; failsAt <= 6; failsAt++) {
      let left = failsAt;
      const failing: SettingsStore = {
        ...simulation.settings,
        transact: (work) =>
          simulation.settings.transact(async (tx) => {
            const result = await work(tx);
            if (left > 0 && --left === 0) throw new Error("no ink");
            return result;
          }),
      };
      const { called, following } = processOf(`stream-${failsAt}`, failing);
      const caller = `caller-${failsAt}`;
      for (let count = 0; count < 4; count++) {
        await called(caller, { eventName: "Touch" });
        await following.run().catch(() => {});
      }
      await following.run();
      expect([failsAt, (await findings("own")).length]).toEqual([failsAt, failsAt - 1]);
      await called(caller, { eventName: "Touch" });
      await following.run();
      expect((await findings("own")).filter((finding) => finding.caller === caller)).toMatchObject([
        { event_count: 5 },
      ]);
    }
  });

  it("belongs to one finding if it happens again soon, and to another after it was closed", async () => {
    await putRule("own", counting.replace(/ {2}timeframe.*\n/, "").replace(/ \| count.*/, ""));
    await simulation.settings.transact((tx) =>
      raiseRevision(tx, accountId, {
        ...defaultConfiguration,
        topics: [{ topicArn: "arn:t", minimumSeverity: "medium" }],
      }),
    );
    const { called, following } = processOf("one");
    for (const seconds of [0, 1000, 3000, 3599, 3601]) {
      simulation.passSeconds(seconds);
      await called("ana", { eventName: "Touch" });
      await following.run();
    }
    await called("ben", { eventName: "Touch" });
    await following.run();
    const found = await findings("own");
    expect(found.map(({ caller, event_count }) => [caller, event_count])).toEqual([
      ["ana", 4],
      ["ana", 1],
      ["ben", 1],
    ]);
    await simulation.settings.transact((tx) =>
      tx.updateTable("detection_findings").set({ status: "CLOSED" }).execute(),
    );
    await called("ben", { eventName: "Touch" });
    await following.run();
    expect(await findings("own")).toHaveLength(4);
    const alerts = await simulation.settings.read
      .selectFrom("detection_alerts")
      .select(["subject", "topic_arn"])
      .execute();
    expect(alerts).toEqual(Array(4).fill({ subject: "[medium] Five of them", topic_arn: "arn:t" }));
  });

  it("tells nobody of what is found a day late", async () => {
    await putRule("own", counting.replace(/ {2}timeframe.*\n/, "").replace(/ \| count.*/, ""));
    await simulation.settings.transact((tx) =>
      raiseRevision(tx, accountId, {
        ...defaultConfiguration,
        topics: [{ topicArn: "arn:t", minimumSeverity: "low" }],
      }),
    );
    const { called, following } = processOf("one");
    await called("ana", { eventName: "Touch" });
    simulation.passSeconds(day + 1);
    await following.run();
    expect(await findings("own")).toHaveLength(1);
    expect(await simulation.settings.read.selectFrom("detection_alerts").selectAll().execute()).toEqual([]);
  });

  it("follows an edit from the next event on, and keeps what it remembers", async () => {
    await putRule("own", counting);
    const { called, following } = processOf("one");
    for (let count = 0; count < 3; count++) await called("ana", { eventName: "Touch" });
    await following.run();
    await putRule("own", counting.replace(">= 5", ">= 4").replace("title: Five", "title: Four"));
    await called("ana", { eventName: "Touch" });
    await following.run();
    expect(await findings("own")).toMatchObject([{ title: "Four of them", detail: "4 events within 1 h" }]);
    await putRule("own", counting, 0);
    for (let count = 0; count < 9; count++) await called("ben", { eventName: "Touch" });
    await following.run();
    expect(await findings("own")).toHaveLength(1);
  });

  it("is forgotten when it does not matter any more", async () => {
    await putRule("own", counting);
    const { called, following, detection } = processOf("one");
    await called("ana", { eventName: "Touch" });
    await following.run();
    const kept = () =>
      simulation.settings.read.selectFrom("detection_memories").selectAll().where("rule_id", "=", "own").execute();
    await detection.tidy();
    expect(await kept()).toHaveLength(1);
    simulation.passSeconds(3 * 3600);
    await detection.tidy();
    expect(await kept()).toEqual([]);
  });
});

describe("the rules that ship", () => {
  it("find a reader who reads far more than ever, once a change, and not while it is learned", async () => {
    const { called, following } = processOf("one");
    const read = async (count: number) => {
      await called("ana", { eventName: "BatchGetTraces", additionalEventData: { traceIds: traceIds(count) } });
      await following.run();
      simulation.passSeconds(600);
    };
    const hour = () => simulation.passSeconds(3600 - ((simulation.environment.clock.nowMs() / 1000) % 3600));
    await read(400); // The first three days.
    simulation.passSeconds(3 * day);
    for (const count of [30, 40, 99]) {
      await read(count);
      hour();
    }
    simulation.passSeconds(14 * day); // The busy first hour is no longer its past, nor are the others.
    await read(80);
    expect(await findings("reader-volume-above-past")).toEqual([]);
    hour();
    await read(150);
    await read(100);
    await read(500);
    expect(await findings("reader-volume-above-past")).toMatchObject([
      { caller: "ana", detail: "250 within 1 h, after at most 80 in its past" },
    ]);
    hour();
    await read(900);
    expect(await findings("reader-volume-above-past")).toHaveLength(1);
  });

  it("find group changes out of hours, by the account's own hours", async () => {
    const { called, following } = processOf("one");
    const changed = async () => {
      await called("ana", { eventName: "UpdateGroup" });
      await following.run();
      return (await findings("access-changed-out-of-hours")).length;
    };
    expect(await changed()).toBe(0); // No hours were said.
    const nowMs = simulation.environment.clock.nowMs();
    const berlin = new Date(nowMs).toLocaleTimeString("de-DE", {
      timeZone: "Europe/Berlin",
      hour: "2-digit",
      minute: "2-digit",
    });
    const minute = Number(berlin.slice(0, 2)) * 60 + Number(berlin.slice(3));
    const hours = {
      timeZone: "Europe/Berlin",
      days: ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
      fromMinute: minute,
      untilMinute: minute + 1,
    };
    await simulation.settings.transact((tx) => raiseRevision(tx, accountId, { ...defaultConfiguration, hours }));
    expect(await changed()).toBe(0);
    simulation.passSeconds(60);
    expect(await changed()).toBe(1);
  });

  it("find a sampling rate that is lower than it was, of the same rule", async () => {
    const { called, following } = processOf("one");
    const set = async (ruleName: string, fixedRate: number) => {
      await called("ana", {
        eventName: "UpdateSamplingRule",
        awsRegion: "eu-west-1",
        responseElements: { samplingRuleRecord: { samplingRule: { ruleName, fixedRate } } },
      });
      await following.run();
    };
    await set("a", 0.5);
    await set("b", 0.1);
    await set("a", 0.6);
    expect(await findings("sampling-turned-down")).toEqual([]);
    await set("a", 0.2);
    expect(await findings("sampling-turned-down")).toMatchObject([{ detail: "0.2, after 0.6" }]);
    expect(await findings("sampling-turned-off")).toEqual([]);
    await set("b", 0);
    expect(await findings("sampling-turned-off")).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ["trail-stopped", { eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging" }, true],
    [
      "trail-stopped",
      { eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging", errorCode: "AccessDenied" },
      false,
    ],
    ["trail-stopped", { eventSource: "cloudtrail.amazonaws.com", eventName: "StartLogging" }, false],
    ["key-disabled", { eventSource: "kms.amazonaws.com", eventName: "DisableKey" }, true],
    ["key-disabled", { eventSource: "kms.amazonaws.com", eventName: "EnableKey" }, false],
    [
      "selectors-narrowed",
      {
        eventSource: "cloudtrail.amazonaws.com",
        eventName: "PutEventSelectors",
        requestParameters: { eventSelectors: [{ includeManagementEvents: true }, { includeManagementEvents: false }] },
      },
      true,
    ],
    [
      "selectors-narrowed",
      {
        eventSource: "cloudtrail.amazonaws.com",
        eventName: "PutEventSelectors",
        requestParameters: { eventSelectors: [{ readWriteType: "All", includeManagementEvents: true }] },
      },
      false,
    ],
    [
      "selectors-narrowed",
      {
        eventSource: "cloudtrail.amazonaws.com",
        eventName: "PutEventSelectors",
        requestParameters: {
          advancedEventSelectors: [
            {
              fieldSelectors: [
                { field: "eventCategory", equals: ["Data"] },
                { field: "readOnly", equals: ["false"] },
              ],
            },
          ],
        },
      },
      true,
    ],
    [
      "selectors-narrowed",
      {
        eventSource: "cloudtrail.amazonaws.com",
        eventName: "UpdateTrail",
        requestParameters: { name: "t", isMultiRegionTrail: false },
      },
      true,
    ],
    [
      "selectors-narrowed",
      {
        eventSource: "cloudtrail.amazonaws.com",
        eventName: "UpdateTrail",
        requestParameters: { name: "t", isMultiRegionTrail: true },
      },
      false,
    ],
    [
      "key-made-for-another",
      {
        eventSource: "iam.amazonaws.com",
        eventName: "CreateAccessKey",
        userIdentity: { type: "IAMUser", userName: "ana" },
        requestParameters: { userName: "ben" },
      },
      true,
    ],
    [
      "key-made-for-another",
      {
        eventSource: "iam.amazonaws.com",
        eventName: "CreateAccessKey",
        userIdentity: { type: "IAMUser", userName: "ana" },
        requestParameters: { userName: "ana" },
      },
      false,
    ],
    [
      "traces-opened-to-all",
      {
        eventName: "PutResourcePolicy",
        requestParameters: { policyDocument: '{"Statement":[{"Principal": {"AWS":["*"]}}]}' },
      },
      true,
    ],
    [
      "traces-opened-to-all",
      {
        eventName: "PutResourcePolicy",
        requestParameters: {
          policyDocument: '{"Statement":[{"Principal":{"AWS":"arn:aws:iam::1:root"},"Resource":"*"}]}',
        },
      },
      false,
    ],
    ["trace-encryption-ended", { eventName: "PutEncryptionConfig", requestParameters: { type: "NONE" } }, true],
    ["masking-weakened", { eventName: "DeleteMaskingRule" }, true],
    ["traces-erased", { eventName: "StartTraceErasure", requestParameters: {} }, true],
    ["traces-erased", { eventName: "StartTraceErasure", requestParameters: { dryRun: true } }, false],
    ["masking-weakened", { eventName: "DeleteMaskingRule", errorCode: "AccessDenied" }, false],
    ["masking-weakened", { eventName: "GetMaskingRules" }, false],
    [
      "root-changed-something",
      { eventName: "CreateGroup", userIdentity: { type: "Root" }, readOnly: false, managementEvent: true },
      true,
    ],
    [
      "root-changed-something",
      { eventName: "GetGroups", userIdentity: { type: "Root" }, readOnly: true, managementEvent: true },
      false,
    ],
    [
      "detection-weakened",
      { eventSource: "cloudtrail.amazonaws.com", eventName: "PutDetectionRule", requestParameters: { enabled: false } },
      true,
    ],
    [
      "detection-weakened",
      { eventSource: "cloudtrail.amazonaws.com", eventName: "PutDetectionRule", requestParameters: { enabled: true } },
      false,
    ],
  ])("%s, %j: %s", (ruleId, record, expected) => {
    const whole = { eventSource: "xray.amazonaws.com", ...record };
    const [base] = shippedRules.get(ruleId)!.rule.bases;
    expect(base!.test({ record: whole, text: JSON.stringify(whole) })).toBe(expected);
  });
});
