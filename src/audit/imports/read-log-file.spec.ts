import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLogFile } from "./read-log-file.js";

const event = (number: number, more: object = {}) => ({
  eventVersion: "1.11",
  eventTime: "2026-08-01T12:00:00Z",
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  eventID: `event-${number}`,
  ...more,
});
const text = (...records: object[]) => JSON.stringify({ Records: records });

/** In chunks of the size given: a file comes as the network likes. */
async function* chunks(bytes: Uint8Array, size = bytes.length || 1) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
const read = (json: string | Buffer, size?: number) => readLogFile(chunks(gzipSync(json), size));
const refusal = (body: Promise<unknown>) =>
  body.then(
    () => "nothing",
    (reason: { code: string; message: string }) => `${reason.code}: ${reason.message}`,
  );

describe("a log file", () => {
  it("gives its records as they stand in it", async () => {
    const [first, second] = [event(1, { big: "x" }), event(2, { eventTime: "2026-08-01T12:00:01.250Z" })];
    expect(await read(text(first, second))).toEqual([
      { eventId: "event-1", eventTimeMs: Date.UTC(2026, 7, 1, 12), json: JSON.stringify(first) },
      { eventId: "event-2", eventTimeMs: Date.UTC(2026, 7, 1, 12, 0, 1, 250), json: JSON.stringify(second) },
    ]);
    expect(await read(text())).toEqual([]);
  });

  it("keeps numbers that the engine would round", async () => {
    const json = text(event(1)).replace('"eventName"', '"requestParameters":{"id":12345678901234567890},"eventName"');
    const [record] = await read(json);
    expect(record?.json).toContain("12345678901234567890");
  });

  it("is the same however it is spaced and however it comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom(undefined, 1, "\t"),
        async (values, size, space) => {
          const records = values.map((value, index) => event(index, { requestParameters: value }));
          const found = await read(JSON.stringify({ Records: records }, null, space), size);
          expect(found.map(({ json }) => json)).toEqual(records.map((record) => JSON.stringify(record)));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["no gzip", Buffer.from(text(event(1)))],
    ["gzip that is cut off", gzipSync(text(event(1), event(2))).subarray(0, 40)],
    ["gzip with a broken checksum", Buffer.concat([gzipSync(text(event(1))).subarray(0, -8), Buffer.alloc(8)])],
  ])("is refused that is %s", async (_, bytes) => {
    expect(await refusal(readLogFile(chunks(bytes)))).toMatch(/^InvalidLogFile/);
  });

  const deep = `{"Records":[${JSON.stringify(event(1)).slice(0, -1)},"a":${"[".repeat(200)}${"]".repeat(200)}}]}`;
  it.each([
    ["not JSON", "hello", /of the form/],
    ["a list", "[]", /of the form/],
    ["a digest file", '{"awsAccountId":"111122223333","Records":[]}', /of the form/],
    ["another key behind the records", '{"Records":[],"more":1}', /of the form/],
    ["a key that only looks like it", '{"Rec ords":[]}', /of the form/],
    ["something behind the end", `${text(event(1))}{}`, /of the form/],
    ["records that are no objects", '{"Records":[1]}', /of the form/],
    ["a comma too many", '{"Records":[{},]}', /no event/],
    ["a comma too few", `{"Records":[${JSON.stringify(event(1))}${JSON.stringify(event(2))}]}`, /of the form/],
    ["JSON that is cut off", text(event(1)).slice(0, -2), /cut off/],
    ["JSON that is cut off in a record", text(event(1)).slice(0, -9), /cut off/],
    ["a record of no event", '{"Records":[{"a":1}]}', /no event/],
    ["a record that is not JSON", '{"Records":[{a:1}]}', /JSON/],
    ["deep nesting", deep, /deeper/],
    ["an event without a time", text(event(1, { eventTime: "yesterday" })), /no time/],
    ["an event of no year", text(event(1, { eventTime: "0000-01-01T00:00:00Z" })), /no time/],
    ["an Insights event", text(event(1, { eventCategory: "Insight" })), /InvalidEventCategory/],
    ["a record of 1 MB", text(event(1, { a: "x".repeat(1024 * 1024) })), /more than 1048576 bytes/],
  ])("is refused that holds %s, with all its records", async (_, json, why) => {
    expect(await refusal(read(json))).toMatch(why);
  });

  it("is refused that is not UTF-8", async () => {
    const bytes = Buffer.from(text(event(1)));
    bytes[bytes.indexOf("GetObject")] = 0xff;
    expect(await refusal(read(bytes))).toMatch(/UTF-8/);
  });

  it("is refused that unpacks to more than 64 MB, before it is unpacked whole", async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, " "));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await refusal(readLogFile(chunks(bomb)))).toMatch(/^LogFileTooLarge/);
  });

  it("is refused that unpacks to nothing for ever", async () => {
    const header = gzipSync("").subarray(0, 10);
    const emptyBlock = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);
    const blocks = Buffer.concat(Array.from({ length: 13_000 }, () => emptyBlock));
    async function* endless() {
      yield header;
      for (;;) yield blocks;
    }
    expect(await refusal(readLogFile(endless()))).toMatch(/^LogFileTooLarge/);
  });

  it("fails as its sender fails, which says nothing about the file", async () => {
    async function* broken() {
      yield gzipSync(text(event(1))).subarray(0, 20);
      throw new Error("connection lost");
    }
    await expect(readLogFile(broken())).rejects.toThrow("connection lost");
  });
});
