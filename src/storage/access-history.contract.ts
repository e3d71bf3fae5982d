import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { AccessHistory, AccessQuery } from "./access-history.js";
import type { EventRow, EventStore } from "./event-store.js";

const noon = Date.UTC(2026, 2, 1, 12);
const ada = "AIDAADA";
const daemon = "AROADAEMON";

/** The promises of `AccessHistory`. */
export function accessHistoryContract(
  name: string,
  facts: () => { readonly events: EventStore; readonly accessHistory: AccessHistory },
): void {
  const newAccount = () => randomBytes(8).toString("hex");

  function call(
    accountId: string,
    given: Partial<EventRow> & { readonly record?: never; readonly said?: object } = {},
  ) {
    const { said, ...columns } = given;
    const record = {
      userIdentity: { type: "IAMUser", principalId: ada },
      sourceIPAddress: "192.0.2.1",
      userAgent: "curl",
      ...said,
    };
    return {
      eventId: randomUUID(),
      accountId,
      region: "eu-west-1",
      eventTimeMs: noon,
      category: "Data",
      eventSource: "xray.amazonaws.com",
      eventName: "PutTraceSegments",
      readOnly: false,
      username: "ada",
      accessKeyId: "AKIAADA",
      errorCode: "",
      resources: [],
      record: JSON.stringify(record),
      access: '[["xray:PutTraceSegments","*"]]',
      ...columns,
    } satisfies EventRow;
  }

  async function asked(accountId: string, query: Partial<AccessQuery> = {}) {
    const found = await facts().accessHistory.asked({
      accountId,
      principalIds: [ada],
      fromMs: noon - 1000,
      untilMs: noon + 1000,
      by: [],
      limit: 100,
      ...query,
    });
    return found.sort((one, other) => one.firstMs - other.firstMs || other.calls - one.calls);
  }

  describe(`${name} as an AccessHistory`, () => {
    it("groups calls by what they asked, and says how many there were, from when to when, and which was the last", async () => {
      const account = newAccount();
      const last = call(account, { eventTimeMs: noon + 5, region: "us-east-1" });
      const other = call(account, { access: '[["s3:GetObject","arn:aws:s3:::a\'b\\\\/\\n"]]', eventTimeMs: noon + 1 });
      await facts().events.append([call(account), last, call(account, { eventTimeMs: noon + 2 }), other]);
      expect(await asked(account)).toEqual([
        {
          principalId: ada,
          access: '[["xray:PutTraceSegments","*"]]',
          facts: {},
          calls: 3,
          firstMs: noon,
          lastMs: noon + 5,
          lastRegion: "us-east-1",
          lastEventId: last.eventId,
        },
        expect.objectContaining({ access: other.access, calls: 1, lastEventId: other.eventId }),
      ]);
    });

    it("leaves out other accounts, principals, categories and times", async () => {
      const account = newAccount();
      await facts().events.append([
        call(newAccount()),
        call(account, { said: { userIdentity: { principalId: "AIDABOB" } } }),
        call(account, { category: "Insight" }),
        call(account, { eventTimeMs: noon - 1001 }),
        call(account, { eventTimeMs: noon + 1001 }),
      ]);
      expect(await asked(account)).toEqual([]);
      expect(await asked(account, { principalIds: [] })).toEqual([]);
    });

    it("tells calls apart by facts of theirs, and a role's sessions are all its own", async () => {
      const account = newAccount();
      const sessionOf = (session: string, mfaAuthenticated: string) => ({
        userIdentity: {
          type: "AssumedRole",
          principalId: `${daemon}:${session}`,
          sessionContext: {
            attributes: { creationDate: "2026-03-01T11:00:00Z", mfaAuthenticated },
            sourceIdentity: "ada",
          },
        },
      });
      await facts().events.append([
        call(account, { said: sessionOf("one", "true") }),
        call(account, { said: { ...sessionOf("one", "true"), sourceIPAddress: "2001:db8::1" }, eventTimeMs: noon + 1 }),
        call(account, {
          said: { ...sessionOf("two", "false"), userAgent: "aws-cli", tlsDetails: {} },
          eventTimeMs: noon + 2,
        }),
      ]);
      const query = { principalIds: [daemon] };
      expect(await asked(account, query)).toMatchObject([{ principalId: daemon, calls: 3 }]);
      const by = [
        ...(["sourceIp", "userAgent", "secureTransport", "region"] as const),
        ...(["sessionName", "sessionIssued", "multiFactor", "sourceIdentity"] as const),
      ];
      const session = { sessionIssued: "2026-03-01T11:00:00Z", sourceIdentity: "ada", region: "eu-west-1" };
      const one = { ...session, sessionName: "one", multiFactor: "true", secureTransport: "0", userAgent: "curl" };
      expect((await asked(account, { ...query, by })).map((group) => group.facts)).toEqual([
        { ...one, sourceIp: "192.0.2.1" },
        { ...one, sourceIp: "2001:db8::1" },
        {
          ...session,
          sessionName: "two",
          multiFactor: "false",
          secureTransport: "1",
          sourceIp: "192.0.2.1",
          userAgent: "aws-cli",
        },
      ]);
    });

    it("tells calls apart by the moments they lie between", async () => {
      const account = newAccount();
      await facts().events.append([0, 1, 2, 3].map((ms) => call(account, { eventTimeMs: noon + ms })));
      const groups = await asked(account, { momentsMs: [noon + 1, noon + 3] });
      expect(groups.map(({ firstMs, lastMs }) => [firstMs - noon, lastMs - noon])).toEqual([
        [0, 0],
        [1, 2],
        [3, 3],
      ]);
    });

    it("tells addresses apart by networks that are given, and from what is no address", async () => {
      const account = newAccount();
      const addresses = [
        ...["192.0.2.1", "192.0.2.200", "::ffff:192.0.2.7", "198.51.100.1", "203.0.113.1"],
        ...["2001:db8::1", "2001:db8:ffff::1", "2001:db9::1", "cloudtrail.amazonaws.com", "fe80::1%eth0", ""],
      ];
      await facts().events.append(addresses.map((sourceIPAddress) => call(account, { said: { sourceIPAddress } })));
      const groups = await asked(account, {
        by: ["sourceIp"],
        networks: ["192.0.2.0/24", "198.51.100.1", "2001:db8::/32", "::/0", "0.0.0.0/0"],
      });
      const together = groups.map(({ facts: { sourceIp }, calls }) => [calls, addresses.includes(sourceIp!)]);
      expect(together.sort()).toEqual([3, 2, 1, 1, 1, 1, 1, 1].map((calls) => [calls, true]).sort());
      expect(await asked(account, { by: ["sourceIp"], networks: [] })).toHaveLength(5);
    });

    it("gives no more groups than it is asked for, and keeps calls that were recorded without what they asked", async () => {
      const account = newAccount();
      const { access: _none, ...before } = call(account);
      await facts().events.append([before, call(account)]);
      expect((await asked(account)).map(({ access }) => access).sort()).toEqual([
        "",
        '[["xray:PutTraceSegments","*"]]',
      ]);
      expect(await asked(account, { limit: 1 })).toHaveLength(1);
    });

    it("knows when keys were last used", async () => {
      const account = newAccount();
      await facts().events.append([
        call(account, { accessKeyId: "AKIAONE" }),
        call(account, { accessKeyId: "AKIAONE", eventTimeMs: noon + 7 }),
        call(account, { accessKeyId: "AKIAOTHER" }),
      ]);
      const within = { accountId: account, fromMs: noon, untilMs: noon + 10 };
      const { accessHistory } = facts();
      expect(await accessHistory.keysUsed({ ...within, accessKeyIds: ["AKIAONE", "AKIANEVER"] })).toEqual(
        new Map([["AKIAONE", noon + 7]]),
      );
      expect(await accessHistory.keysUsed({ ...within, accessKeyIds: [] })).toEqual(new Map());
    });
  });
}
