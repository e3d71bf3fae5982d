import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { parseFilter } from "../tracing/filter/parse-filter.js";
import type { AnnotationFacts, IndexedTrace } from "../tracing/trace-facts.js";
import type { EventRow, EventStore, TraceRead } from "./event-store.js";
import type { ExposureStore, TraceAccess } from "./exposure-store.js";
import type { Scope } from "./scope.js";
import type { TraceIndex } from "./trace-index.js";

const noon = Date.UTC(2026, 2, 1, 12);
const allTime = { fromMs: 0, untilMs: noon * 2 };
const firstPage = { afterArn: "", limit: 1000 };

/** Tests share one store, so each has an account of its own. */
function newScope(): Scope {
  return { accountId: randomBytes(8).toString("hex"), region: "eu-west-1" };
}

function newTraceId(): string {
  return `1-69a42f40-${randomBytes(12).toString("hex")}`;
}

const arnOf = (name: string) => `arn:aws:iam::111111111111:user/${name}`;

/** A call of Ada's that read documents at noon, but for what is said. */
function reading(
  scope: Scope,
  traceIds: readonly string[],
  given: Partial<Omit<TraceRead, "traceIds">> & Partial<Pick<EventRow, "eventTimeMs" | "errorCode" | "eventName">> = {},
): EventRow {
  const { eventTimeMs = noon, errorCode = "", eventName = "BatchGetTraces", ...read } = given;
  return {
    ...scope,
    eventId: randomUUID(),
    eventTimeMs,
    category: "Data",
    eventSource: "xray.amazonaws.com",
    eventName,
    readOnly: true,
    username: "ada",
    accessKeyId: "AKIAEXAMPLE",
    errorCode,
    resources: [],
    record: "{}",
    traceRead: {
      kind: "document",
      callerArn: arnOf("ada"),
      principalId: "AIDAADA",
      selector: "{}",
      ...read,
      traceIds: [...traceIds].sort(),
    },
  };
}

/** What an access to a trace says of a call. */
function accessOf({ eventId, eventTimeMs, eventName, errorCode, traceRead }: EventRow): TraceAccess {
  const { traceIds: _, ...read } = traceRead!;
  return { timeMs: eventTimeMs, eventId, operation: eventName, errorCode, ...read };
}

let lastVersion = 1_772_366_400_000_000;

function indexed(traceId: string, annotations: readonly AnnotationFacts[], receivedMs = noon): IndexedTrace {
  return {
    summary: JSON.stringify({ Id: traceId }),
    groupArns: [],
    version: ++lastVersion,
    receivedMs,
    facts: {
      traceId,
      timeMs: noon,
      startUs: noon * 1000,
      endUs: noon * 1000,
      durationMs: 0,
      responseMs: 0,
      ok: true,
      fault: false,
      error: false,
      throttle: false,
      partial: false,
      httpStatus: 200,
      httpUrl: "",
      httpMethod: "",
      httpUserAgent: "",
      httpClientIp: "",
      nodes: [],
      segments: [],
      calls: [],
      annotations,
      faultCauses: [],
      errorCauses: [],
      responseTimeCauses: [],
    },
  };
}

/** The promises of `ExposureStore`. */
export function exposureStoreContract(
  name: string,
  stores: () => {
    readonly exposure: ExposureStore;
    readonly events: EventStore;
    readonly index: TraceIndex;
  },
): void {
  const exposure = () => stores().exposure;
  const append = (...events: EventRow[]) => stores().events.append(events);

  describe(`${name} as an ExposureStore`, () => {
    it("tells of a trace every call that read it, character by character, newest first and in pages", async () => {
      const scope = newScope();
      const [traceId, other] = [newTraceId(), newTraceId()];
      const calls = Array.from({ length: 9 }, (_, index) =>
        reading(scope, [traceId, other], {
          eventTimeMs: noon + Math.floor(index / 2),
          selector: JSON.stringify({ filterExpression: `annotation.c = "\t'\\${index}\n😀"` }),
          principalId: "AROA'\\X:a\tb",
        }),
      );
      await append(...calls, reading(scope, [other]), reading(newScope(), [traceId]));
      const sorted = [...calls].sort((a, b) => b.eventTimeMs - a.eventTimeMs || (a.eventId < b.eventId ? 1 : -1));
      const pages: TraceAccess[] = [];
      for (;;) {
        const page = await exposure().accesses(scope, traceId, allTime, { after: pages.at(-1), limit: 4 });
        if (page.length === 0) break;
        pages.push(...page);
      }
      expect(pages).toEqual(sorted.map(accessOf));
    });

    it("tells of a trace who read it and who was refused, apart, and the times of reads", async () => {
      const scope = newScope();
      const traceId = newTraceId();
      await append(
        reading(scope, [traceId], { eventTimeMs: noon - 5 }),
        reading(scope, [traceId], { kind: "summary", eventName: "GetTraceSummaries" }),
        reading(scope, [traceId], { callerArn: arnOf("bob"), principalId: "AIDABOB2", errorCode: "AccessDenied" }),
        reading(scope, [traceId], { callerArn: arnOf("bob"), principalId: "AIDABOB1", eventTimeMs: noon + 1 }),
        reading(scope, [traceId], { callerArn: arnOf("eve"), principalId: "AIDAEVE", errorCode: "AccessDenied" }),
      );
      const totals = { readerCount: 2, traceCount: 1, readCount: 3, refusalCount: 2 };
      expect(await exposure().totals(scope, { traceId }, allTime)).toEqual({
        ...totals,
        firstReadMs: noon - 5,
        lastReadMs: noon + 1,
      });
      const [ada, bob, eve] = [
        {
          callerArn: arnOf("ada"),
          principalIds: ["AIDAADA"],
          traceCount: 1,
          kinds: ["document", "summary"],
          readCount: 2,
          refusalCount: 0,
          firstReadMs: noon - 5,
          lastReadMs: noon,
        },
        {
          callerArn: arnOf("bob"),
          principalIds: ["AIDABOB1", "AIDABOB2"],
          traceCount: 1,
          kinds: ["document"],
          readCount: 1,
          refusalCount: 1,
          firstReadMs: noon + 1,
          lastReadMs: noon + 1,
        },
        {
          callerArn: arnOf("eve"),
          principalIds: ["AIDAEVE"],
          traceCount: 0,
          kinds: [],
          readCount: 0,
          refusalCount: 1,
        },
      ];
      expect(await exposure().readers(scope, { traceId }, allTime, firstPage)).toEqual([ada, bob, eve]);
      const second = { afterArn: arnOf("ada"), limit: 1 };
      expect(await exposure().readers(scope, { traceId }, allTime, second)).toEqual([bob]);
      const ofEve = await exposure().accesses(scope, traceId, allTime, { caller: { arn: arnOf("eve") }, limit: 9 });
      expect(ofEve).toMatchObject([{ errorCode: "AccessDenied", callerArn: arnOf("eve") }]);
    });

    it("tells of a caller which traces, how many, in how many calls, over what time, by id and in pages", async () => {
      const scope = newScope();
      const ids = Array.from({ length: 2500 }, newTraceId).sort();
      const [refused, unread] = [ids[3]!, newTraceId()];
      await append(
        reading(scope, ids.slice(0, 1500), { kind: "summary", eventTimeMs: noon - 9 }),
        reading(scope, ids.slice(1000), { kind: "summary" }),
        reading(scope, [ids[2]!], { eventTimeMs: noon + 9 }),
        reading(scope, [refused, unread], { errorCode: "AccessDenied" }),
        reading(scope, [newTraceId()], { callerArn: arnOf("ada2") }),
      );
      const ada = { arn: arnOf("ada") };
      expect(await exposure().callerTotals(scope, ada, allTime)).toEqual({
        traceCount: 2500,
        callCount: 3,
        refusedCallCount: 1,
        firstReadMs: noon - 9,
        lastReadMs: noon + 9,
      });
      const found: string[] = [];
      for (;;) {
        const page = await exposure().tracesOf(scope, ada, allTime, { afterTraceId: found.at(-1) ?? "", limit: 1000 });
        if (page.length === 0) break;
        found.push(...page.map(({ traceId }) => traceId));
      }
      expect(found).toEqual([...ids, unread].sort());
      const [, , third, fourth] = await exposure().tracesOf(scope, ada, allTime, { afterTraceId: "", limit: 4 });
      expect(third).toEqual({
        traceId: ids[2],
        kinds: ["document", "summary"],
        readCount: 2,
        refusalCount: 0,
        firstReadMs: noon - 9,
        lastReadMs: noon + 9,
      });
      expect(fourth).toMatchObject({ traceId: refused, kinds: ["summary"], readCount: 1, refusalCount: 1 });
    });

    it("tells the refused calls of a caller, also those that named no trace", async () => {
      const scope = newScope();
      const traceId = newTraceId();
      const search = reading(scope, [], { kind: "summary", errorCode: "AccessDenied", selector: '{"a":1}' });
      const named = reading(scope, [traceId], { errorCode: "AccessDenied", eventTimeMs: noon + 1 });
      await append(search, named, reading(scope, [traceId]));
      const ada = { arn: arnOf("ada") };
      expect(await exposure().refusals(scope, ada, allTime, 9)).toEqual([
        { ...accessOf(named), traceIds: [traceId] },
        { ...accessOf(search), traceIds: [] },
      ]);
      expect(await exposure().refusals(scope, ada, allTime, 1)).toHaveLength(1);
      expect(await exposure().callerTotals(scope, ada, allTime)).toMatchObject({ callCount: 1, refusedCallCount: 2 });
    });

    it("tells of all sessions of a role together", async () => {
      const scope = newScope();
      const [one, other] = [newTraceId(), newTraceId()];
      const session = (role: string, sessionName: string) =>
        `arn:aws:sts::111111111111:assumed-role/${role}/${sessionName}`;
      await append(
        reading(scope, [one], { callerArn: session("Reader", "ada") }),
        reading(scope, [other], { callerArn: session("Reader", "bob") }),
        reading(scope, [newTraceId()], { callerArn: session("Reader2", "ada") }),
      );
      const role = { arnPrefix: session("Reader", "") };
      expect(await exposure().callerTotals(scope, role, allTime)).toMatchObject({ traceCount: 2, callCount: 2 });
      const traces = await exposure().tracesOf(scope, role, allTime, { afterTraceId: "", limit: 9 });
      expect(traces.map(({ traceId }) => traceId)).toEqual([one, other].sort());
      const accesses = await exposure().accesses(scope, one, allTime, { caller: role, limit: 9 });
      expect(accesses.map(({ callerArn }) => callerArn)).toEqual([session("Reader", "ada")]);
    });

    it("tells who has seen a trace that meets a filter, by the index as it is now", async () => {
      const scope = newScope();
      const [one, two, former, others] = [newTraceId(), newTraceId(), newTraceId(), newTraceId()];
      const customer = (value: string | number) => [{ key: "customer", value }];
      await stores().index.putTraces(scope, [
        indexed(one, customer("c-17")),
        indexed(two, customer("c-17")),
        indexed(former, customer("c-17")),
        indexed(others, customer("c-18")),
      ]);
      await stores().index.putTraces(scope, [indexed(former, customer("c-18"))]);
      await append(
        reading(scope, [one, two]),
        reading(scope, [one], { eventTimeMs: noon + 1 }),
        reading(scope, [one, others], { callerArn: arnOf("bob"), errorCode: "AccessDenied" }),
        reading(scope, [former, others], { callerArn: arnOf("eve") }),
      );
      const filter = parseFilter('annotation.customer = "c-17"');
      expect(await exposure().totals(scope, { filter }, allTime)).toMatchObject({
        readerCount: 1,
        traceCount: 2,
        readCount: 3,
        refusalCount: 1,
      });
      expect(await exposure().readers(scope, { filter }, allTime, firstPage)).toMatchObject([
        { callerArn: arnOf("ada"), traceCount: 2, readCount: 3 },
        { callerArn: arnOf("bob"), traceCount: 0, refusalCount: 1 },
      ]);
    });

    it("looks at a range of time, its start in it and its end not", async () => {
      const scope = newScope();
      const traceId = newTraceId();
      const calls = [-1, 0, 9, 10].map((offset) => reading(scope, [traceId], { eventTimeMs: noon + offset }));
      await append(...calls);
      const time = { fromMs: noon, untilMs: noon + 10 };
      const within = { readCount: 2, firstReadMs: noon, lastReadMs: noon + 9 };
      expect(await exposure().totals(scope, { traceId }, time)).toMatchObject(within);
      expect(await exposure().accesses(scope, traceId, time, { limit: 9 })).toHaveLength(2);
      expect(await exposure().readers(scope, { traceId }, time, firstPage)).toMatchObject([within]);
      const ada = { arn: arnOf("ada") };
      expect(await exposure().callerTotals(scope, ada, time)).toMatchObject({ callCount: 2 });
      const page = { afterTraceId: "", limit: 9 };
      expect(await exposure().tracesOf(scope, ada, time, page)).toMatchObject([within]);
      expect(await exposure().tracesOf(scope, ada, { fromMs: 0, untilMs: noon - 1 }, page)).toEqual([]);
    });

    it("counts once what was written twice", async () => {
      const scope = newScope();
      const traceId = newTraceId();
      const [read, refused] = [reading(scope, [traceId]), reading(scope, [traceId], { errorCode: "AccessDenied" })];
      for (let time = 0; time < 2; time++) await append(read, refused);
      const ada = { arn: arnOf("ada") };
      expect(await exposure().totals(scope, { traceId }, allTime)).toMatchObject({ readCount: 1, refusalCount: 1 });
      expect(await exposure().accesses(scope, traceId, allTime, { limit: 9 })).toHaveLength(2);
      expect(await exposure().refusals(scope, ada, allTime, 9)).toHaveLength(1);
      expect(await exposure().callerTotals(scope, ada, allTime)).toMatchObject({ callCount: 1, refusedCallCount: 1 });
    });

    it("says nothing of who has done nothing, but from when on that is complete", async () => {
      const scope = newScope();
      const nobody = { arn: arnOf("nobody") };
      const nothing = { traceCount: 0, readCount: 0, refusalCount: 0, readerCount: 0 };
      expect(await exposure().totals(scope, { traceId: newTraceId() }, allTime)).toEqual(nothing);
      expect(await exposure().accesses(scope, newTraceId(), allTime, { limit: 9 })).toEqual([]);
      expect(await exposure().callerTotals(scope, nobody, allTime)).toEqual({
        traceCount: 0,
        callCount: 0,
        refusedCallCount: 0,
      });
      expect(await exposure().refusals(scope, nobody, allTime, 9)).toEqual([]);
      expect(await exposure().completeSinceMs()).toBeGreaterThan(0);
      expect(await exposure().tracesSinceMs()).toBeGreaterThan(0);
    });

    it("gives back events without what it took of them", async () => {
      const scope = newScope();
      const event = reading(scope, [newTraceId()]);
      await append(event);
      const found = await stores().events.lookup(scope, { ...allTime, categories: ["Data"], limit: 9 });
      const { traceRead: _, ...rest } = event;
      expect(found).toEqual([rest]);
    });
  });
}
