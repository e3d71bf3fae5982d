import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { management } from "../../audit/event.js";
import { eventOf } from "../../audit/record.js";
import { type Environment, systemEnvironment } from "../../environment.js";
import type { AccessGroup } from "../../storage/access-history.js";
import { type Facts, openFacts } from "../../storage/facts/open-facts.js";
import type { AccessContext, AccessRequest } from "../access.js";
import { AskedAccess } from "../asked-access.js";
import type { Caller } from "../caller.js";
import { compilePolicyText } from "../policy/compile.js";
import { parsePolicy } from "../policy/document.js";
import { evaluate } from "../policy/evaluate.js";
import {
  accountId,
  randomAccess,
  randomCaller,
  randomContext,
  randomPolicy,
  randomTags,
} from "../policy/random-policies.fixture.js";
import { factsNeeded } from "./asked-facts.js";
import { compareReplay } from "./compare-replay.js";
import { factOfCondition, smallestConditions, smallestPolicy } from "./smallest-policy.js";

const dataFolder = mkdtempSync(path.join(tmpdir(), "dosimeter-replay-"));
const clock = { nowMs: () => Date.UTC(2026, 2, 1, 13), monotonicMs: () => 0 };
const environment: Environment = { ...systemEnvironment, clock };

let facts: Facts;
beforeAll(async () => {
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment, dataFolder, retention });
});
afterAll(async () => {
  await facts.close();
  rmSync(dataFolder, { recursive: true });
});

/** A call and what it will ask, one question after the other until a demand is refused. */
interface MadeCall {
  readonly caller: Caller;
  readonly context: AccessContext;
  readonly questions: readonly {
    readonly access: AccessRequest;
    readonly demanded: boolean;
    readonly resource: string | undefined;
    readonly required: boolean;
  }[];
  readonly session: readonly string[] | undefined;
}

interface Policies {
  readonly identity: readonly string[];
  readonly boundary: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

const madeCall: fc.Arbitrary<MadeCall> = fc.record({
  caller: randomCaller(),
  context: randomContext(),
  questions: fc.array(
    fc.record({
      access: randomAccess(),
      demanded: fc.boolean(),
      resource: fc.option(randomPolicy("resource"), { nil: undefined, freq: 1 }),
      required: fc.constantFrom(false, false, true),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  session: fc.option(fc.array(randomPolicy(), { maxLength: 1 }), { nil: undefined, freq: 1 }),
});

/** The decisions of a call under some policies, as far as it gets. */
function decisionsOf(call: MadeCall, policies: Policies) {
  const made: { access: AccessRequest; demanded: boolean; decision: ReturnType<typeof evaluate> }[] = [];
  for (const { access, demanded, resource, required } of call.questions) {
    const asked = { ...access, resourcePolicy: { required, ...(resource !== undefined && { document: resource }) } };
    const decision = evaluate(call.caller, asked, call.context, {
      identity: policies.identity.map((text) => compilePolicyText(text, "identity")),
      tags: policies.tags,
      ...(policies.boundary !== undefined && { boundary: compilePolicyText(policies.boundary, "identity") }),
      ...(call.session && { session: call.session.map((text) => compilePolicyText(text, "identity")) }),
      ...(resource !== undefined && { resource: compilePolicyText(resource, "resource") }),
    });
    made.push({ access: asked, demanded, decision });
    if (demanded && !decision.allowed) break;
  }
  return made;
}

const refusedIn = (made: ReturnType<typeof decisionsOf>) =>
  made.some(({ demanded, decision }) => demanded && !decision.allowed);

/** Records calls as the gateway does, in an account's history of their own. */
async function record(account: string, calls: readonly MadeCall[], policies: Policies): Promise<void> {
  await facts.events.append(
    calls.map((call) => {
      const asked = new AskedAccess();
      for (const { access, decision, demanded } of decisionsOf(call, policies))
        asked.add(accountId, access, decision, demanded);
      const { context, caller } = call;
      return eventOf({
        eventId: randomUUID(),
        requestId: randomUUID(),
        timeMs: context.nowMs,
        eventSource: "xray.amazonaws.com",
        eventName: "GetGroups",
        apiVersion: "2016-04-12",
        readOnly: true,
        event: management,
        accountId: account,
        region: context.region,
        caller,
        sourceIpAddress: context.sourceIpAddress,
        userAgent: context.userAgent ?? "",
        host: "127.0.0.1",
        ...(context.secureTransport && { tls: { version: "TLSv1.3", cipherSuite: "TLS_AES_128_GCM_SHA256" } }),
        requestParameters: null,
        responseElements: null,
        resources: [],
        access: asked.text(),
      });
    }),
  );
}

const principals = {
  user: { kind: "user", accountId, id: "AIDAADA", name: "ada", arn: `arn:aws:iam::${accountId}:user/ada` },
  role: { kind: "role", accountId, id: "AROAREADER", name: "reader", arn: `arn:aws:iam::${accountId}:role/reader` },
} as const;
const kindOf = (call: MadeCall) => (call.caller.kind === "user" ? "user" : "role");

function asked(account: string, kind: "user" | "role", needed: ReturnType<typeof factsNeeded>): Promise<AccessGroup[]> {
  const principalIds = [principals[kind].id];
  return facts.accessHistory.asked({
    accountId: account,
    principalIds,
    fromMs: 0,
    untilMs: clock.nowMs(),
    limit: 10_000,
    ...needed,
  });
}

/** Random policies alone mostly refuse. */
const allowsAll = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';

const policies: fc.Arbitrary<Policies> = fc.record({
  identity: fc
    .tuple(fc.array(randomPolicy(), { maxLength: 2 }), fc.boolean())
    .map(([random, all]) => (all ? [...random, allowsAll] : random)),
  boundary: fc.option(randomPolicy(), { nil: undefined, freq: 2 }),
  tags: randomTags,
});

describe("a replay", () => {
  it("answers what live decisions would have been, for random policies and calls", async () => {
    const changed = { refused: 0, allowed: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(madeCall, { minLength: 20, maxLength: 60 }),
        policies,
        policies,
        async (calls, before, { identity }) => {
          const account = randomUUID();
          await record(account, calls, before);
          const proposed = { ...before, identity };
          const documents = [...identity, ...(before.boundary === undefined ? [] : [before.boundary])];
          const needed = factsNeeded(documents.map((text) => parsePolicy(text, "identity")));
          for (const kind of ["user", "role"] as const) {
            const compared = await compareReplay(principals[kind], await asked(account, kind, needed), {
              identity: identity.map((text) => compilePolicyText(text, "identity")),
              tags: before.tags,
              ...(before.boundary !== undefined && { boundary: compilePolicyText(before.boundary, "identity") }),
            });
            const own = calls.filter((call) => kindOf(call) === kind);
            const expected = { calls: own.length, refusedCalls: 0, allowedCalls: 0, narrowedCalls: 0, widenedCalls: 0 };
            for (const call of own) {
              const was = decisionsOf(call, before);
              // Nobody knows what a refused call would have asked next.
              const would = decisionsOf({ ...call, questions: call.questions.slice(0, was.length) }, proposed);
              if (refusedIn(was) !== refusedIn(would)) {
                expected[refusedIn(was) ? "allowedCalls" : "refusedCalls"]++;
                continue;
              }
              if (refusedIn(was)) continue;
              const differ = was.filter(({ decision }, i) => decision.allowed !== would[i]!.decision.allowed);
              if (differ.some(({ decision }) => decision.allowed)) expected.narrowedCalls++;
              if (differ.some(({ decision }) => !decision.allowed)) expected.widenedCalls++;
            }
            expect(compared).toMatchObject({ ...expected, incompleteCalls: 0, unknownCalls: 0 });
            changed.refused += expected.refusedCalls;
            changed.allowed += expected.allowedCalls;
          }
        },
      ),
      { numRuns: 25 },
    );
    expect(changed.refused).toBeGreaterThan(0);
    expect(changed.allowed).toBeGreaterThan(0);
  });

  it("finds that the smallest policy allows every call that was allowed, and no pair of action and resource that was not", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(madeCall, { minLength: 20, maxLength: 60 }), policies, async (calls, before) => {
        const account = randomUUID();
        await record(account, calls, before);
        for (const kind of ["user", "role"] as const) {
          const by = smallestConditions.map((name) => factOfCondition[name]);
          const groups = await asked(account, kind, { by, momentsMs: [] });
          const smallest = await smallestPolicy(accountId, groups, smallestConditions);
          const own = calls.filter((call) => kindOf(call) === kind);
          const allowed = own.filter((call) => !refusedIn(decisionsOf(call, before)));
          expect(smallest.calls).toBe(allowed.length);

          const proposed = { ...before, identity: smallest.documents };
          const pairs = new Set<string>();
          for (const call of allowed) {
            const was = decisionsOf(call, before);
            const would = decisionsOf(call, proposed);
            for (const [i, { decision }] of was.entries())
              if (decision.allowed) expect(would[i]?.decision.allowed).toBe(true);
            for (const { access, decision } of was)
              if (decision.allowed) pairs.add(`${access.action} ${access.resource}`);
          }
          const alone = { identity: smallest.documents.map((text) => compilePolicyText(text, "identity")), tags: {} };
          for (const { caller, context, questions } of own)
            for (const { access } of questions) {
              const { action, resource } = access;
              if (!evaluate(caller, { action, resource }, context, alone).allowed) continue;
              expect(pairs.has(`${action} ${resource}`) || pairs.has(`${action} *`)).toBe(true);
            }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("refuses policies that look at the time as a text, or at a second factor's age: every call would be its own", () => {
    const parsed = (Condition: object) =>
      parsePolicy(
        JSON.stringify({ Statement: { Effect: "Allow", Action: "*", Resource: "*", Condition } }),
        "identity",
      );
    expect(() => factsNeeded([parsed({ StringLike: { "aws:CurrentTime": "2026-*" } })])).toThrow(/compares the time/);
    expect(() => factsNeeded([parsed({ NumericLessThan: { "aws:MultiFactorAuthAge": "60" } })])).toThrow(/the age/);
    const many = Array.from({ length: 60 }, (_, day) => String(1_772_000_000 + day * 86_400));
    expect(() => factsNeeded([parsed({ DateEquals: { "aws:CurrentTime": many } })])).toThrow(/too many moments/);
  });
});
