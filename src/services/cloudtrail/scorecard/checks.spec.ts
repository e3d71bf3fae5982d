import { describe, expect, it } from "vitest";
import { accessChecks } from "./access-checks.js";
import type { AccountFacts } from "./account-facts.js";
import { dayMs } from "./check.js";
import { installationChecks } from "./installation-checks.js";

const nowMs = Date.UTC(2026, 2, 1);
const daysAgo = (days: number) => nowMs - days * dayMs;

const nobody: AccountFacts = {
  accountId: "111122223333",
  region: "eu-west-1",
  nowMs,
  trails: [],
  buckets: new Map(),
  keys: [],
  traceKeyArn: "",
  policies: [],
  accessKeys: [],
  people: [],
  passwordPolicy: undefined,
  installation: { isReachable: false, speaksTls: false, masterKeyIsBesideData: false },
  rules: [],
  alerts: { topics: [], suppressionSeconds: 60 },
  heardTopics: new Set(),
};

function look(id: string, facts: Partial<AccountFacts>): string[] | undefined {
  const check = [...accessChecks, ...installationChecks].find((each) => each.id === id)!;
  return check.look({ ...nobody, ...facts })?.map(({ message }) => message);
}

const key = { accessKeyId: "AKIA1", owner: "arn:aws:iam::111122223333:user/ana", isRoot: false, active: true };

describe("checks of time", () => {
  it("find an access key that is too old, unless it is off", () => {
    const aged = (days: number) => ({ ...key, createdMs: daysAgo(days), usedMs: daysAgo(1) });
    expect(look("access-keys-are-rotated", {})).toBeUndefined();
    expect(look("access-keys-are-rotated", { accessKeys: [aged(90)] })).toEqual([]);
    expect(look("access-keys-are-rotated", { accessKeys: [aged(91)] })).toEqual(["AKIA1 is 91 days old"]);
    expect(look("access-keys-are-rotated", { accessKeys: [{ ...aged(91), active: false }] })).toBeUndefined();
  });

  it("find a key and a password that nobody uses", () => {
    const person = { arn: "arn:aws:iam::111122223333:user/ben", hasDevice: true };
    const used = (days: number) => ({
      accessKeys: [{ ...key, createdMs: daysAgo(300), usedMs: daysAgo(days) }],
      people: [{ ...person, lastUsedMs: daysAgo(days) }],
    });
    expect(look("unused-credentials-are-off", used(45))).toEqual([]);
    expect(look("unused-credentials-are-off", used(46))).toEqual([
      "AKIA1 was not used for 46 days",
      "the password was not used for 46 days",
    ]);
    const never = [{ ...key, createdMs: daysAgo(50), usedMs: undefined }];
    expect(look("unused-credentials-are-off", { accessKeys: never })).toEqual(["AKIA1 was not used for 50 days"]);
  });

  it("find a root user who works", () => {
    const root = (usedMs: number | undefined) => [{ ...key, isRoot: true, createdMs: daysAgo(300), usedMs }];
    expect(look("root-rests", { accessKeys: root(undefined) })).toEqual([]);
    expect(look("root-rests", { accessKeys: root(daysAgo(30)) })).toEqual([]);
    expect(look("root-rests", { accessKeys: root(daysAgo(29)) })).toEqual([
      "AKIA1 was used at 2026-01-31T00:00:00.000Z",
    ]);
  });
});

describe("checks of the installation", () => {
  it("want TLS where other machines reach a port", () => {
    const started = (isReachable: boolean, speaksTls: boolean) =>
      look("listeners-speak-tls", { installation: { isReachable, speaksTls, masterKeyIsBesideData: false } });
    expect(started(false, false)).toBeUndefined();
    expect(started(true, true)).toEqual([]);
    expect(started(true, false)).toHaveLength(1);
  });
});
