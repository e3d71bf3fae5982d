import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CallRateStore, CallSeries } from "./call-rate-store.js";
import type { EventRow, EventStore } from "./event-store.js";

const region = "eu-west-1";

/** The promises of `CallRateStore`. @param nowMs the clock of the store, by which events are recorded. */
export function callRateStoreContract(
  name: string,
  stores: () => { readonly callRates: CallRateStore; readonly events: EventStore },
  nowMs: () => number,
): void {
  const minute = Math.floor(nowMs() / 60_000) - 30;

  /** Tests share one store, so each has an account of its own. */
  function inAccount() {
    const accountId = randomBytes(8).toString("hex");
    const series = (change: Partial<CallSeries> = {}): CallSeries => ({
      accountId,
      region,
      category: "Management",
      eventSource: "xray.amazonaws.com",
      eventName: "CreateGroup",
      errorCode: "",
      ...change,
    });
    const append = (count: number, change: Partial<EventRow> = {}, record: object = {}) =>
      stores().events.append(
        Array.from({ length: count }, () => ({
          eventId: randomUUID(),
          accountId,
          region,
          eventTimeMs: minute * 60_000 + 500,
          category: "Management" as const,
          eventSource: "xray.amazonaws.com",
          eventName: "CreateGroup",
          readOnly: false,
          username: "",
          accessKeyId: "",
          errorCode: "",
          resources: [],
          record: JSON.stringify({ userIdentity: { arn: "arn:aws:iam::1:user/ada" }, userAgent: "agent", ...record }),
          ...change,
        })),
      );
    return { series, append, accountId };
  }

  describe(`${name} as a CallRateStore`, () => {
    it("counts writes of management events, all data events, and errors by their code", async () => {
      const { series, append, accountId } = inAccount();
      await append(3);
      await append(2, { errorCode: "AccessDenied" });
      await append(4, { readOnly: true, eventName: "GetGroups" });
      await append(1, { readOnly: true, eventName: "GetGroups", errorCode: "AccessDenied" });
      await append(5, { readOnly: true, category: "Data", eventName: "BatchGetTraces" });
      await append(6, { category: "Insight" });
      await stores().callRates.count(minute, minute + 1, minute + 1);
      const { counts } = await stores().callRates.readMinutes(minute, minute + 1);
      const own = counts.filter((each) => each.series.accountId === accountId);
      expect(own).toHaveLength(4);
      expect(own).toEqual(
        expect.arrayContaining([
          { minute, series: series(), calls: 5 },
          { minute, series: series({ errorCode: "AccessDenied" }), calls: 2 },
          { minute, series: series({ eventName: "GetGroups", errorCode: "AccessDenied" }), calls: 1 },
          { minute, series: series({ category: "Data", eventName: "BatchGetTraces" }), calls: 5 },
        ]),
      );
    });

    it("counts again what came since, and each event once", async () => {
      const { series, append } = inAccount();
      const eventId = randomUUID();
      await append(1, { eventId });
      await stores().callRates.count(minute, minute + 1, minute + 1);
      await append(1, { eventId });
      await append(2);
      await stores().callRates.count(minute - 2, minute + 1, minute + 1);
      await stores().callRates.count(minute, minute + 1, minute + 1);
      expect(await stores().callRates.readTotals(series(), minute, minute + 1)).toMatchObject({ calls: 3 });
    });

    it("tells who called, with what and with which result, a role's sessions as one", async () => {
      const { series, append } = inAccount();
      const role = "arn:aws:sts::111122223333:assumed-role/deploy";
      for (const session of ["one", "two"]) await append(2, {}, { userIdentity: { arn: `${role}/${session}` } });
      await append(1, { errorCode: "AccessDenied" }, { userAgent: "it's\t'odd'" });
      await stores().callRates.count(minute, minute + 1, minute + 1);
      const { attributions } = await stores().callRates.readTotals(series(), minute - 60, minute + 60);
      expect(attributions).toEqual(
        expect.arrayContaining([
          { attribute: "userIdentityArn", value: role, calls: 4 },
          { attribute: "userIdentityArn", value: "arn:aws:iam::1:user/ada", calls: 1 },
          { attribute: "userAgent", value: "agent", calls: 4 },
          { attribute: "userAgent", value: "it's\t'odd'", calls: 1 },
          { attribute: "errorCode", value: "null", calls: 4 },
          { attribute: "errorCode", value: "AccessDenied", calls: 1 },
        ]),
      );
      expect(attributions).toHaveLength(6);
    });

    it("knows which minutes were watched although nothing happened", async () => {
      const { callRates } = stores();
      await callRates.count(minute + 100, minute + 110, minute + 105);
      const { watched } = await callRates.readMinutes(minute + 100, minute + 110);
      expect([...watched].sort()).toEqual([105, 106, 107, 108, 109].map((each) => minute + each));
    });

    it("sums up periods, oldest first, and tells what was recorded late", async () => {
      const { series, append } = inAccount();
      const start = Math.floor((minute - 120) / 60) * 60;
      for (const at of [start, start + 4, start + 5]) await append(at - start + 1, { eventTimeMs: at * 60_000 });
      const { callRates } = stores();
      const late = await callRates.recordedLate(nowMs() - 1000, minute - 20);
      expect(late).toEqual(expect.arrayContaining([start, start + 4, start + 5]));
      expect(late.every((each) => each < minute - 20)).toBe(true);
      expect(await callRates.firstMinute(start)).toBe(start);
      await callRates.count(start, start + 60, minute);
      const range = { fromMinute: start, untilMinute: start + 60, minutes: 5, limit: 10 };
      expect(await callRates.readPeriods(series(), range)).toEqual([
        { minute: start, calls: 6 },
        { minute: start + 5, calls: 6 },
      ]);
      expect(await callRates.readPeriods(series(), { ...range, limit: 1 })).toHaveLength(1);
    });
  });
}
