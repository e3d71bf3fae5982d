import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CommittedEvent, EventQuery, EventRow, EventStore, LookupAttribute } from "./event-store.js";

const noon = Date.UTC(2026, 2, 1, 12);

/** Tests share one store, so each has an account of its own. */
function newAccount(): string {
  return randomBytes(8).toString("hex");
}

function event(accountId: string, given: Partial<EventRow> = {}): EventRow {
  return {
    eventId: randomUUID(),
    accountId,
    region: "eu-west-1",
    eventTimeMs: noon,
    category: "Management",
    eventSource: "xray.amazonaws.com",
    eventName: "GetGroups",
    readOnly: true,
    username: "ada",
    accessKeyId: "AKIAEXAMPLE",
    errorCode: "",
    resources: [],
    record: '{"eventVersion":"1.11"}',
    ...given,
  };
}

/** The promises of `EventStore`. */
export function eventStoreContract(name: string, store: () => EventStore): void {
  async function lookup(accountId: string, query: Partial<EventQuery> = {}): Promise<EventRow[]> {
    return store().lookup(
      { accountId, region: "eu-west-1" },
      { fromMs: noon - 1000, untilMs: noon + 1000, categories: ["Management"], limit: 50, ...query },
    );
  }

  async function committed(accountId: string, afterCommit = 0): Promise<CommittedEvent[]> {
    const untilCommit = await store().lastCommit(store().streamId);
    const events: CommittedEvent[] = [];
    for await (const batch of store().readCommits(store().streamId, { afterCommit, untilCommit, accountId }))
      events.push(...batch);
    return events;
  }

  describe(`${name} as an EventStore`, () => {
    it("gives back what was appended, character by character", async () => {
      const account = newAccount();
      const row = event(account, {
        username: "a'b\"c\\d\n\t😀",
        errorCode: "AccessDenied",
        readOnly: false,
        resources: [
          { type: "AWS::XRay::Trace", name: "arn:aws:xray:eu-west-1:1:trace/1-2" },
          { type: "AWS::S3::Bucket", name: "it's; a\\bucket" },
        ],
        record: '{"n":1,"s":"\\ud800 \u0000 \u2028 ; {x:String}"}',
      });
      await store().append([row]);
      expect(await lookup(account)).toEqual([row]);
      expect(await committed(account)).toMatchObject([row]);
    });

    it("gives events newest first, ties by event id descending, in pages", async () => {
      const account = newAccount();
      const rows = Array.from({ length: 20 }, (_, index) =>
        event(account, { eventTimeMs: noon + Math.floor(index / 4) }),
      );
      await store().append(rows);
      const sorted = [...rows].sort((a, b) => b.eventTimeMs - a.eventTimeMs || (a.eventId < b.eventId ? 1 : -1));
      const pages: EventRow[] = [];
      for (;;) {
        const page = await lookup(account, { limit: 6, after: pages.at(-1) });
        if (page.length === 0) break;
        pages.push(...page);
      }
      expect(pages).toEqual(sorted);
    });

    it("gives full pages of what was written several times, each once, also over categories", async () => {
      const account = newAccount();
      const rows = Array.from({ length: 9 }, (_, index) =>
        event(account, { eventTimeMs: noon + index, category: index % 2 === 0 ? "Management" : "Data" }),
      );
      for (let time = 0; time < 3; time++) await store().append(rows);
      const newest = [...rows].reverse();
      expect(await lookup(account, { categories: ["Management", "Data"], limit: 4 })).toEqual(newest.slice(0, 4));
      const management = newest.filter((row) => row.category === "Management");
      expect(await lookup(account, { limit: 4 })).toEqual(management.slice(0, 4));
      expect(await lookup(account, { limit: 4, after: management[3] })).toEqual(management.slice(4));
    });

    it("includes both bounds of time", async () => {
      const account = newAccount();
      const rows = [-1001, -1000, 1000, 1001].map((offset) => event(account, { eventTimeMs: noon + offset }));
      await store().append(rows);
      expect(await lookup(account)).toEqual([rows[2], rows[1]]);
    });

    it("keeps accounts, regions and categories apart", async () => {
      const account = newAccount();
      const data = event(account, { category: "Data" });
      const elsewhere = event(account, { region: "us-east-1" });
      const management = event(account);
      await store().append([data, elsewhere, management, event(newAccount())]);
      expect(await lookup(account)).toEqual([management]);
      expect(await lookup(account, { categories: ["Data"] })).toEqual([data]);
      expect(await lookup(account, { categories: ["Management", "Data"] })).toHaveLength(2);
    });

    it("tells Insights events for everybody from those for one trail", async () => {
      const account = newAccount();
      const everybody = event(account, { category: "Insight" });
      const one = event(account, { category: "Insight", resources: [{ type: "trail", name: "arn:one" }] });
      await store().append([everybody, one]);
      const categories = ["Insight"] as const;
      expect(await lookup(account, { categories, addressee: "" })).toEqual([everybody]);
      expect(await lookup(account, { categories, addressee: "arn:one" })).toEqual([one]);
      expect(await lookup(account, { categories })).toHaveLength(2);
    });

    it("finds by each attribute, and only exactly", async () => {
      const account = newAccount();
      const wanted = event(account, {
        eventName: "CreateGroup",
        eventSource: "cloudtrail.amazonaws.com",
        username: "grace",
        accessKeyId: "AKIAOTHER",
        readOnly: false,
        resources: [{ type: "AWS::S3::Bucket", name: "bucket" }],
      });
      await store().append([wanted, event(account), event(account)]);
      const attributes: LookupAttribute[] = [
        { key: "EventId", value: wanted.eventId },
        { key: "EventName", value: "CreateGroup" },
        { key: "EventSource", value: "cloudtrail.amazonaws.com" },
        { key: "Username", value: "grace" },
        { key: "AccessKeyId", value: "AKIAOTHER" },
        { key: "ReadOnly", value: false },
        { key: "ResourceType", value: "AWS::S3::Bucket" },
        { key: "ResourceName", value: "bucket" },
      ];
      for (const attribute of attributes) expect(await lookup(account, { attributes: [attribute] })).toEqual([wanted]);
      expect(await lookup(account, { attributes: [{ key: "ResourceName", value: "buck" }] })).toEqual([]);
      expect(await lookup(account, { attributes: [{ key: "ReadOnly", value: true }] })).toHaveLength(2);
    });

    it("finds what has all of several attributes, also those that only the record has", async () => {
      const account = newAccount();
      const record = (ip: string, name: string) =>
        JSON.stringify({
          sourceIPAddress: ip,
          userIdentity: { arn: `arn:aws:iam::1:user/${name}` },
          note: "%_ \\ 'x'",
        });
      const wanted = event(account, { errorCode: "AccessDenied", record: record("192.0.2.1", "ada") });
      const others = [
        event(account, { errorCode: "AccessDenied", record: record("192.0.2.2", "ada") }),
        event(account, { errorCode: "AccessDenied", record: record("192.0.2.1", "grace") }),
        event(account, { record: record("192.0.2.1", "ada") }),
      ];
      await store().append([wanted, ...others]);
      const attributes: LookupAttribute[] = [
        { key: "ErrorCode", value: "AccessDenied" },
        { key: "SourceIPAddress", value: "192.0.2.1" },
        { key: "UserIdentityArn", value: "arn:aws:iam::1:user/ada" },
      ];
      expect(await lookup(account, { attributes })).toEqual([wanted]);
      for (const attribute of attributes) expect(await lookup(account, { attributes: [attribute] })).toHaveLength(3);
      expect(await lookup(account, { attributes: [{ key: "SourceIPAddress", value: "192.0.2" }] })).toEqual([]);
    });

    it("finds a text anywhere in the record, and nothing by wildcards", async () => {
      const account = newAccount();
      const rows = ["100% sure_", "it's \\ here", "{x:String} é😀"].map((note) =>
        event(account, { record: JSON.stringify({ note }) }),
      );
      await store().append(rows);
      const found = (value: string) => lookup(account, { attributes: [{ key: "Text", value }] });
      expect(await found("% s")).toEqual([rows[0]]);
      expect(await found("it's")).toEqual([rows[1]]);
      expect(await found("{x:String} é😀")).toEqual([rows[2]]);
      expect(await found("%")).toEqual([rows[0]]);
      expect(await found("SURE")).toEqual([]);
    });

    it("looks for any text, whatever characters it has", async () => {
      const account = newAccount();
      const odd = [
        "a\\b'\n{x:Int}\ty",
        "it's",
        "\\'; DROP TABLE events; --",
        "\\\\",
        "\r\0 é😀",
        "NULL",
        "\\N",
        "[1]",
        "'",
      ];
      const rows = odd.map((text) => event(account, { username: text, resources: [{ type: text, name: text }] }));
      await store().append(rows);
      for (const row of rows) {
        expect(await lookup(account, { attributes: [{ key: "Username", value: row.username }] })).toEqual([row]);
        expect(await lookup(account, { attributes: [{ key: "ResourceName", value: row.username }] })).toEqual([row]);
      }
      const ids = [...odd, ...rows.map((row) => row.eventId)];
      expect((await store().present(ids, noon, noon)).size).toBe(rows.length);
    });

    it("numbers commits without gaps in the order in which they were acknowledged", async () => {
      const account = newAccount();
      const before = await store().lastCommit(store().streamId);
      const rows = [];
      for (let index = 0; index < 5; index++) {
        const row = event(account, { eventName: `Call${index}` });
        await store().append([row]);
        rows.push(row);
      }
      expect(await store().lastCommit(store().streamId)).toBe(before + 5);
      const events = await committed(account);
      expect(events.map((one) => one.commit)).toEqual([1, 2, 3, 4, 5].map((number) => before + number));
      expect(events).toMatchObject(rows);
    });

    it("puts the events of one append into one commit, in their order", async () => {
      const account = newAccount();
      const appended = Array.from({ length: 8 }, () => Array.from({ length: 5 }, () => event(account)));
      await Promise.all(appended.map((rows) => store().append(rows)));
      const events = await committed(account);
      expect(events).toHaveLength(40);
      for (const rows of appended) {
        const of = events.filter((one) => rows.some((row) => row.eventId === one.eventId));
        expect(new Set(of.map((one) => one.commit)).size).toBe(1);
        expect(of.map((one) => one.eventId)).toEqual(rows.map((row) => row.eventId));
      }
      const places = events.map((one) => [one.commit, one.position] as const);
      expect(places).toEqual([...places].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    });

    it("reads a range of commits of one account, the same each time", async () => {
      const account = newAccount();
      const rows = [event(account), event(account), event(account)];
      for (const row of rows) await store().append([row, event(newAccount())]);
      const last = await store().lastCommit(store().streamId);
      const range = { afterCommit: last - 3, untilCommit: last - 1, accountId: account };
      for (let time = 0; time < 2; time++) {
        const events: CommittedEvent[] = [];
        for await (const batch of store().readCommits(store().streamId, range)) events.push(...batch);
        expect(events).toMatchObject(rows.slice(0, 2));
        expect(events).toHaveLength(2);
      }
    });

    it("reads a range of commits of every account where none is named", async () => {
      const rows = [event(newAccount()), event(newAccount()), event(newAccount())];
      const afterCommit = await store().lastCommit(store().streamId);
      await store().append(rows);
      const events: CommittedEvent[] = [];
      const range = { afterCommit, untilCommit: afterCommit + 1 };
      for await (const batch of store().readCommits(store().streamId, range)) events.push(...batch);
      expect(events).toMatchObject(rows);
    });

    it("takes the same event written twice for one, at its first place", async () => {
      const account = newAccount();
      const [row, other] = [event(account), event(account)];
      await store().append([row]);
      const first = await store().lastCommit(store().streamId);
      await store().append([row, other], { mayBeStored: true });
      expect(await lookup(account)).toHaveLength(2);
      const events = await committed(account);
      expect(events.map((one) => [one.eventId, one.commit])).toEqual([
        [row.eventId, first],
        [other.eventId, first + 1],
      ]);
    });

    it("tells which events are there already", async () => {
      const account = newAccount();
      const [row, early] = [event(account), event(account, { eventTimeMs: noon - 5000 })];
      await store().append([row, early]);
      const ids = [row.eventId, early.eventId, randomUUID()];
      expect(await store().present(ids, noon - 1000, noon)).toEqual(new Set([row.eventId]));
      expect(await store().present([], noon - 1000, noon)).toEqual(new Set());
    });

    it("gives large ranges in batches of bounded size, completely", async () => {
      const account = newAccount();
      const record = JSON.stringify({ filler: "x".repeat(250_000) });
      const before = await store().lastCommit(store().streamId);
      for (let index = 0; index < 5; index++)
        await store().append(Array.from({ length: 16 }, () => event(account, { record })));
      const untilCommit = await store().lastCommit(store().streamId);
      const range = { afterCommit: before, untilCommit, accountId: account };
      const batches: number[] = [];
      for await (const batch of store().readCommits(store().streamId, range)) batches.push(batch.length);
      expect(batches.reduce((sum, length) => sum + length)).toBe(80);
      expect(Math.max(...batches)).toBeLessThan(40);
    });

    it("has no commits of a stream nobody wrote", async () => {
      expect(await store().lastCommit(randomUUID())).toBe(0);
      const range = { afterCommit: 0, untilCommit: 10, accountId: newAccount() };
      for await (const batch of store().readCommits(randomUUID(), range)) expect(batch).toEqual([]);
    });
  });
}
