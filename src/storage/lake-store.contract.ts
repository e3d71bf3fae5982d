import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { LakeEvent, LakeStore } from "./lake-store.js";

const noon = Date.UTC(2026, 2, 1, 12);
const monthMs = 31 * 86_400_000;

function lakeEvent(storeId: string, given: Partial<LakeEvent> & { readonly json?: unknown } = {}): LakeEvent {
  const { json = { eventVersion: "1.11", eventName: "GetGroups" }, ...facts } = given;
  return { storeId, eventTimeMs: noon, eventId: randomUUID(), record: JSON.stringify(json), ...facts };
}

/**
 * The promises of `LakeStore`.
 *
 * @param parts.read all rows of a store, oldest first, as the engine has them, with columns by their names.
 */
export function lakeStoreContract(
  name: string,
  store: () => LakeStore,
  parts: { readonly read: (storeId: string) => Promise<readonly Readonly<Record<string, unknown>>[]> },
): void {
  const idsOf = async (storeId: string) => (await parts.read(storeId)).map((row) => row["event_id"]);

  describe(`${name} as a LakeStore`, () => {
    it("reads the columns of a CloudTrail event from its record, which it keeps character by character", async () => {
      const storeId = randomUUID();
      const json = {
        eventVersion: "1.11",
        userIdentity: {
          type: "AssumedRole",
          principalId: "AROA:me",
          arn: "arn:aws:sts::1:assumed-role/r/me",
          accountId: "1",
          accessKeyId: "ASIA",
          userName: "u",
          invokedBy: "s3.amazonaws.com",
          sessionContext: { sessionIssuer: { type: "Role", arn: "arn:aws:iam::1:role/r", userName: "r" } },
        },
        eventTime: "2026-03-01T12:00:00Z",
        eventSource: "xray.amazonaws.com",
        eventName: "PutTraceSegments",
        awsRegion: "eu-west-1",
        sourceIPAddress: "192.0.2.1",
        userAgent: "a\tb\nc\\d'e\"\u0000😀",
        errorCode: "AccessDenied",
        errorMessage: "no",
        requestID: "r-1",
        eventID: "e-1",
        readOnly: false,
        resources: [{ type: "AWS::XRay::Trace" }, { type: "AWS::S3::Object", ARN: "arn:aws:s3:::it's/a,b\\c]" }],
        eventType: "AwsApiCall",
        managementEvent: true,
        recipientAccountId: "1",
        sharedEventID: "s-1",
        eventCategory: "Data",
      };
      const event = lakeEvent(storeId, { json, eventTimeMs: noon + 7 });
      await store().append([event], randomUUID());
      const [row] = await parts.read(storeId);
      expect(row).toMatchObject({
        store_id: storeId,
        event_time: "2026-03-01 12:00:00.007",
        event_id: event.eventId,
        event_version: "1.11",
        event_category: "Data",
        event_type: "AwsApiCall",
        event_source: "xray.amazonaws.com",
        event_name: "PutTraceSegments",
        aws_region: "eu-west-1",
        recipient_account_id: "1",
        source_ip_address: "192.0.2.1",
        user_agent: json.userAgent,
        error_code: "AccessDenied",
        error_message: "no",
        read_only: 0,
        management_event: 1,
        identity_type: "AssumedRole",
        identity_principal_id: "AROA:me",
        identity_arn: "arn:aws:sts::1:assumed-role/r/me",
        identity_account_id: "1",
        identity_access_key_id: "ASIA",
        identity_user_name: "u",
        identity_invoked_by: "s3.amazonaws.com",
        issuer_arn: "arn:aws:iam::1:role/r",
        issuer_user_name: "r",
        request_id: "r-1",
        shared_event_id: "s-1",
        resource_types: ["AWS::XRay::Trace", "AWS::S3::Object"],
        resource_arns: ["", "arn:aws:s3:::it's/a,b\\c]"],
        record: event.record,
      });
    });

    it("takes any JSON for a record: what a record lacks is empty, what has another type is text", async () => {
      const storeId = randomUUID();
      const odd = {
        eventVersion: 1.08,
        eventName: ["a", { b: 1 }],
        readOnly: "true",
        managementEvent: 1,
        userIdentity: "root",
        resources: [null, "x", { type: 5, ARN: { a: 1 } }, []],
        errorCode: null,
        userAgent: { toString: "me" },
      };
      const records = [odd, {}, [], "text", 7, null, { resources: { type: "x" }, userIdentity: { sessionContext: 1 } }];
      const events = records.map((json, index) => lakeEvent(storeId, { json, eventTimeMs: noon + index }));
      await store().append(events, randomUUID());
      const rows = await parts.read(storeId);
      expect(rows.map((row) => row["record"])).toEqual(records.map((record) => JSON.stringify(record)));
      expect(rows[0]).toMatchObject({
        event_version: "1.08",
        event_name: '["a",{"b":1}]',
        read_only: 1,
        management_event: 2,
        identity_arn: "",
        resource_types: ["", "", "5", ""],
        resource_arns: ["", "", '{"a":1}', ""],
        error_code: "",
        user_agent: '{"toString":"me"}',
      });
      for (const row of rows.slice(1)) expect(row).toMatchObject({ event_name: "", read_only: 2, resource_types: [] });
    });

    it("keeps an event of several stores in each, and the stores apart", async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      const event = lakeEvent(a);
      await store().append([event, { ...event, storeId: b }, lakeEvent(b, { eventTimeMs: noon + 1 })], randomUUID());
      expect(await idsOf(a)).toEqual([event.eventId]);
      expect(await idsOf(b)).toHaveLength(2);
    });

    it("adds the same events with the same token once, whatever months and stores they are of", async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      const events = [a, b].flatMap((storeId) =>
        [0, 1, 2].map((month) => lakeEvent(storeId, { eventTimeMs: noon + month * monthMs })),
      );
      const token = randomUUID();
      await store().append(events, token);
      await store().append(events, token);
      expect([...(await idsOf(a)), ...(await idsOf(b))]).toEqual(events.map((event) => event.eventId));
      await store().append(events, randomUUID());
      expect(await idsOf(a)).toHaveLength(6);
    });

    it("adds what is missing where an earlier try may have been cut off", async () => {
      const [a, b] = [randomUUID(), randomUUID()];
      const events = [lakeEvent(a), lakeEvent(b), lakeEvent(b, { eventTimeMs: noon + monthMs })];
      const token = randomUUID();
      // What a crash may leave: some of the rows. That it leaves a token without them cannot be brought about here.
      await store().append(events.slice(0, 1), randomUUID());
      await store().append(events, token, { repeated: true });
      await store().drop(b);
      for (let time = 0; time < 2; time++) await store().append(events, token, { repeated: true });
      expect(await idsOf(a)).toEqual([events[0]!.eventId]);
      expect(await idsOf(b)).toEqual([events[1]!.eventId, events[2]!.eventId]);
    });

    it("tells which events a store holds within bounds", async () => {
      const [storeId, other] = [randomUUID(), randomUUID()];
      const events = [0, 5, 10].map((offset) => lakeEvent(storeId, { eventTimeMs: noon + offset }));
      const elsewhere = lakeEvent(other);
      await store().append([...events, elsewhere], randomUUID());
      const ids = [...events, elsewhere].map((event) => event.eventId);
      expect(await store().present(storeId, ids, noon, noon + 10)).toEqual(new Set(ids.slice(0, 3)));
      expect(await store().present(storeId, ids, noon + 1, noon + 9)).toEqual(new Set([ids[1]]));
      expect(await store().present(storeId, [], noon, noon)).toEqual(new Set());
    });

    it("removes months that are over, and all of a store", async () => {
      const [storeId, other] = [randomUUID(), randomUUID()];
      const january = Date.UTC(2026, 0, 31, 23, 59);
      const times = [january, Date.UTC(2026, 1, 1), noon];
      const events = times.map((eventTimeMs) => lakeEvent(storeId, { eventTimeMs }));
      await store().append([...events, lakeEvent(other, { eventTimeMs: january })], randomUUID());
      await store().retain(storeId, Date.UTC(2026, 1, 28));
      expect(await idsOf(storeId)).toEqual([events[1]!.eventId, events[2]!.eventId]);
      await store().drop(storeId);
      expect(await idsOf(storeId)).toEqual([]);
      await store().drop(storeId);
      expect(await idsOf(other)).toHaveLength(1);
    });

    it("refuses a time that is none, and what is not JSON", async () => {
      const storeId = randomUUID();
      for (const eventTimeMs of [Number.NaN, -1e15, 1e15])
        await expect(store().append([lakeEvent(storeId, { eventTimeMs })], randomUUID())).rejects.toThrow(RangeError);
      await expect(store().append([lakeEvent(storeId, { record: "{" })], randomUUID())).rejects.toThrow(SyntaxError);
      expect(await idsOf(storeId)).toEqual([]);
    });

    it("does nothing for no events", async () => {
      await store().append([], randomUUID());
      await store().append([], randomUUID(), { repeated: true });
    });
  });
}
