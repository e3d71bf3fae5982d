import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogRetention } from "../../jobs/retain-logs.js";
import { openFacts } from "../../storage/facts/open-facts.js";
import { accountId, openTestAccount, region, type TestAccount } from "../test-account.fixture.js";
import { logsService } from "./service.js";

const minuteMs = 60_000;
const dayMs = 86_400_000;

describe("CloudWatch Logs", () => {
  let account: TestAccount;
  let facts: Awaited<ReturnType<typeof openFacts>>;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
  let logs: (name: string, input: unknown) => Promise<any>;
  let groups = 0;
  let logGroupName: string;
  const logStreamName = "one";
  const now = () => account.environment.clock.nowMs();

  beforeAll(async () => {
    account = await openTestAccount();
    facts = await openFacts({
      dataFolder: account.dataFolder,
      environment: account.environment,
      retention: { eventRetentionDays: 90, traceRetentionDays: 30 },
    });
    const service = logsService({ ...account, logEvents: facts.logEvents, metrics: facts.metrics });
    logs = (name, input) => account.run(service, name, input);
  });
  afterAll(async () => {
    await facts?.close();
    await account?.close();
  });
  beforeEach(async () => {
    account.advance(1);
    groups++;
    logGroupName = `/test/group-${groups}`;
    await logs("CreateLogGroup", { logGroupName });
    await logs("CreateLogStream", { logGroupName, logStreamName });
  });

  const put = (messages: readonly string[], options: { timestamp?: number; logStreamName?: string } = {}) =>
    logs("PutLogEvents", {
      logGroupName,
      logStreamName: options.logStreamName ?? logStreamName,
      logEvents: messages.map((message, index) => ({ message, timestamp: (options.timestamp ?? now()) + index })),
    });
  const messages = (page: { events: { message: string }[] }) => page.events.map((event) => event.message);

  it("gives back what was put, oldest first within a page, with stable tokens at both ends", async () => {
    await put(["a", "b", "c", "d", "e"]);
    const input = { logGroupName, logStreamName, limit: 2 };
    const tail = await logs("GetLogEvents", input);
    expect(messages(tail)).toEqual(["d", "e"]);
    const end = await logs("GetLogEvents", { ...input, nextToken: tail.nextForwardToken });
    expect([messages(end), end.nextForwardToken]).toEqual([[], tail.nextForwardToken]);
    expect(messages(await logs("GetLogEvents", { ...input, nextToken: end.nextBackwardToken }))).toEqual(["d", "e"]);
    const before = await logs("GetLogEvents", { ...input, nextToken: tail.nextBackwardToken });
    expect(messages(before)).toEqual(["b", "c"]);
    const first = await logs("GetLogEvents", { ...input, nextToken: before.nextBackwardToken });
    expect(messages(first)).toEqual(["a"]);
    const start = await logs("GetLogEvents", { ...input, nextToken: first.nextBackwardToken });
    expect([messages(start), start.nextBackwardToken]).toEqual([[], first.nextBackwardToken]);
    expect(messages(await logs("GetLogEvents", { ...input, nextToken: start.nextForwardToken }))).toEqual(["a", "b"]);
    await put(["f"], { timestamp: now() + 10 });
    expect(messages(await logs("GetLogEvents", { ...input, nextToken: end.nextForwardToken }))).toEqual(["f"]);
  });

  it("follows an empty stream from its head", async () => {
    const empty = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true });
    expect(empty.events).toEqual([]);
    await put(["first"]);
    const next = await logs("GetLogEvents", { logGroupName, logStreamName, nextToken: empty.nextForwardToken });
    expect(next.events).toEqual([{ message: "first", timestamp: now(), ingestionTime: now() }]);
  });

  it("keeps the order of events of the same millisecond", async () => {
    const logEvents = Array.from({ length: 25 }, (_, index) => ({ message: `m${index}`, timestamp: now() }));
    await logs("PutLogEvents", { logGroupName, logStreamName, logEvents });
    await logs("PutLogEvents", { logGroupName, logStreamName, logEvents: [{ message: "last", timestamp: now() }] });
    const page = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true });
    expect(messages(page)).toEqual([...logEvents.map((event) => event.message), "last"]);
  });

  it("takes time bounds: a start that is included, an end that is not", async () => {
    await put(["a", "b", "c"]);
    const bounds = { startTime: now() + 1, endTime: now() + 2 };
    expect(messages(await logs("GetLogEvents", { logGroupName, logStreamName, ...bounds }))).toEqual(["b"]);
    // FilterLogEvents includes its end.
    expect(messages(await logs("FilterLogEvents", { logGroupName, ...bounds }))).toEqual(["b", "c"]);
  });

  it("filters over all streams, by pattern, names and prefix, in pages", async () => {
    await logs("CreateLogStream", { logGroupName, logStreamName: "two" });
    await put(["ERROR 1", "fine", "ERROR 2"]);
    await put(["ERROR 3"], { logStreamName: "two", timestamp: now() + 1 });
    const input = { logGroupName, filterPattern: "ERROR", interleaved: true };
    const all = await logs("FilterLogEvents", input);
    expect(all.events.map((event: { logStreamName: string; message: string }) => [event.logStreamName, event.message]))
      // Two events share a millisecond: the batch that came first leads.
      .toEqual([
        ["one", "ERROR 1"],
        ["two", "ERROR 3"],
        ["one", "ERROR 2"],
      ]);
    expect(all.nextToken).toBeUndefined();
    expect(messages(await logs("FilterLogEvents", { ...input, logStreamNames: ["two"] }))).toEqual(["ERROR 3"]);
    expect(messages(await logs("FilterLogEvents", { ...input, logStreamNamePrefix: "o" }))).toEqual([
      "ERROR 1",
      "ERROR 2",
    ]);
    const paged: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs("FilterLogEvents", { ...input, limit: 1, nextToken });
      paged.push(...messages(page));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(paged).toEqual(["ERROR 1", "ERROR 3", "ERROR 2"]);
    expect(messages(await logs("FilterLogEvents", { ...input, startFromHead: false, limit: 2 }))).toEqual([
      "ERROR 2",
      "ERROR 3",
    ]);
    const bad = { name: "InvalidParameterException" };
    await expect(logs("FilterLogEvents", { ...input, nextToken: "bogus" })).rejects.toMatchObject(bad);
    await expect(logs("FilterLogEvents", { logGroupName, filterPattern: "{ $.a" })).rejects.toMatchObject(bad);
  });

  it("ends a page at a megabyte and goes on after it", async () => {
    const long = "x".repeat(400_000);
    for (const each of ["a", "b", "c", "d"]) await put([each + long]);
    const seen: string[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs("FilterLogEvents", { logGroupName, nextToken });
      seen.push(messages(page).map((message) => message[0]!));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(seen).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    const head = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true });
    expect(head.events).toHaveLength(2);
  });

  it("rejects what is too old, too new or expired, says where, and takes the rest", async () => {
    await logs("PutRetentionPolicy", { logGroupName, retentionInDays: 3 });
    const at = (timestamp: number) => ({ timestamp, message: `at ${timestamp}` });
    const old = await logs("PutLogEvents", {
      logGroupName,
      logStreamName,
      logEvents: [at(now() - 14 * dayMs - 1), at(now() - 14 * dayMs + minuteMs)],
    });
    expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 });
    const mixed = await logs("PutLogEvents", {
      logGroupName,
      logStreamName,
      logEvents: [at(now()), at(now() + 120 * minuteMs), at(now() + 121 * minuteMs)],
    });
    expect(mixed.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 2 });
    const kept = await logs("GetLogEvents", { logGroupName, logStreamName, startFromHead: true });
    expect(messages(kept)).toEqual([`at ${now()}`, `at ${now() + 120 * minuteMs}`]);
  });

  it("refuses batches that AWS refuses", async () => {
    const bad = (logEvents: unknown, words: string) =>
      expect(logs("PutLogEvents", { logGroupName, logStreamName, logEvents })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: expect.stringContaining(words),
      });
    const timestamp = now();
    await bad([], "greater than or equal to 1");
    await bad([{ timestamp, message: "" }], "greater than or equal to 1");
    await bad(
      [
        { timestamp, message: "b" },
        { timestamp: timestamp - 1, message: "a" },
      ],
      "chronological order",
    );
    await bad(
      [
        { timestamp: timestamp - dayMs - 1, message: "a" },
        { timestamp, message: "b" },
      ],
      "24 hours",
    );
    await bad([{ timestamp, message: "x".repeat(1_048_576) }], "Log event too large");
    await bad(
      [1, 2].map(() => ({ timestamp, message: "x".repeat(524_288) })),
      "Upload too large",
    );
    await bad(Array(10_001).fill({ timestamp, message: "x" }), "less than or equal to 10000");
    await expect(put(["x"], { logStreamName: "missing" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "The specified log stream does not exist.",
    });
  });

  it("describes groups with their true size and streams with their true times", async () => {
    await logs("CreateLogStream", { logGroupName, logStreamName: "empty" });
    await put(["four", "grüß"]);
    const { logGroups } = await logs("DescribeLogGroups", { logGroupNamePrefix: logGroupName });
    const arn = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`;
    expect(logGroups).toMatchObject([
      { logGroupName, arn: `${arn}:*`, logGroupArn: arn, storedBytes: 4 + 6 + 2 * 26, logGroupClass: "STANDARD" },
    ]);
    const { logStreams } = await logs("DescribeLogStreams", { logGroupIdentifier: arn });
    expect(logStreams).toMatchObject([
      { logStreamName: "empty", firstEventTimestamp: undefined, lastEventTimestamp: undefined },
      {
        logStreamName: "one",
        arn: `${arn}:log-stream:one`,
        firstEventTimestamp: now(),
        lastEventTimestamp: now() + 1,
        lastIngestionTime: now(),
      },
    ]);
  });

  it("orders streams by name or last event, both ways, in pages", async () => {
    for (const name of ["a", "b", "c"]) await logs("CreateLogStream", { logGroupName, logStreamName: name });
    await put(["x"], { logStreamName: "b", timestamp: now() + 5 });
    await put(["x"], { logStreamName: "a", timestamp: now() + 9 });
    const names = async (input: object) => {
      const found: string[] = [];
      let nextToken: string | undefined;
      do {
        const page = await logs("DescribeLogStreams", { logGroupName, limit: 2, ...input, nextToken });
        found.push(...page.logStreams.map((stream: { logStreamName: string }) => stream.logStreamName));
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return found.join(" ");
    };
    expect(await names({})).toBe("a b c one");
    expect(await names({ descending: true })).toBe("one c b a");
    expect(await names({ orderBy: "LastEventTime", descending: true })).toBe("a b one c");
    expect(await names({ logStreamNamePrefix: "o" })).toBe("one");
  });

  it("forgets the events of what is deleted, also when it is made anew", async () => {
    await logs("CreateLogStream", { logGroupName, logStreamName: "two" });
    await put(["old"]);
    await put(["kept"], { logStreamName: "two" });
    await logs("DeleteLogStream", { logGroupName, logStreamName });
    expect(messages(await logs("FilterLogEvents", { logGroupName }))).toEqual(["kept"]);
    await logs("CreateLogStream", { logGroupName, logStreamName });
    expect(messages(await logs("GetLogEvents", { logGroupName, logStreamName }))).toEqual([]);
    await logs("DeleteLogGroup", { logGroupName });
    await expect(logs("FilterLogEvents", { logGroupName })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await logs("CreateLogGroup", { logGroupName });
    expect(messages(await logs("FilterLogEvents", { logGroupName }))).toEqual([]);
    expect(await account.settings.read.selectFrom("log_deletions").selectAll().execute()).toEqual([]);
  });

  it("hides expired events at once and deletes them with the job", async () => {
    const retention = createLogRetention({ ...account, logEvents: facts.logEvents });
    await put(["old"], { timestamp: now() - 2 * dayMs });
    await put(["new"]);
    await expect(logs("PutRetentionPolicy", { logGroupName, retentionInDays: 2 })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await logs("PutRetentionPolicy", { logGroupName, retentionInDays: 1 });
    expect(messages(await logs("GetLogEvents", { logGroupName, logStreamName }))).toEqual(["new"]);
    await retention.run(now());
    await logs("DeleteRetentionPolicy", { logGroupName });
    expect(messages(await logs("GetLogEvents", { logGroupName, logStreamName }))).toEqual(["new"]);
  });

  it("finishes a deletion that was cut short", async () => {
    const retention = createLogRetention({ ...account, logEvents: facts.logEvents });
    await put(["old"]);
    const group = await account.settings.read
      .selectFrom("log_groups")
      .selectAll()
      .where("name", "=", logGroupName)
      .executeTakeFirstOrThrow();
    // As a process leaves it that was killed right after the commit.
    await account.settings.transact(async (tx) => {
      await tx.deleteFrom("log_streams").where("group_id", "=", group.group_id).execute();
      const pending = { account_id: accountId, region, group_id: group.group_id, stream_name: logStreamName };
      await tx.insertInto("log_deletions").values(pending).execute();
    });
    expect(await retention.run(now())).toMatchObject({ deletionsFinished: 1 });
    expect(messages(await logs("FilterLogEvents", { logGroupName }))).toEqual([]);
  });

  it("names what exists already or is missing as AWS does", async () => {
    await expect(logs("CreateLogGroup", { logGroupName })).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
    await expect(logs("CreateLogStream", { logGroupName, logStreamName })).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
    await expect(logs("CreateLogGroup", { logGroupName: "a b" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await expect(logs("CreateLogGroup", { logGroupName: "k", kmsKeyId: "arn" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await logs("CreateLogGroup", { logGroupName: "/guarded", deletionProtectionEnabled: true });
    await expect(logs("DeleteLogGroup", { logGroupName: "/guarded" })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("tags groups by ARN and by name", async () => {
    const resourceArn = `arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`;
    await logs("TagResource", { resourceArn, tags: { a: "1", b: "2" } });
    await logs("UntagLogGroup", { logGroupName, tags: ["a"] });
    expect(await logs("ListTagsForResource", { resourceArn })).toEqual({ tags: { b: "2" } });
    await expect(logs("ListTagsForResource", { resourceArn: `${resourceArn}x` })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  it("tests a pattern on messages", async () => {
    const logEventMessages = ['{"level":"ERROR","n":7}', "plain"];
    expect(await logs("TestMetricFilter", { filterPattern: "{ $.n > 5 }", logEventMessages })).toEqual({
      matches: [{ eventNumber: 1, eventMessage: logEventMessages[0], extractedValues: { "$.n": "7" } }],
    });
  });

  it("keeps messages out of the record", () => {
    const service = logsService({ ...account, logEvents: facts.logEvents, metrics: facts.metrics });
    for (const [name, input] of [
      ["PutLogEvents", { logGroupName, logStreamName, logEvents: [{ timestamp: 1, message: "secret" }] }],
      ["TestMetricFilter", { filterPattern: "x", logEventMessages: ["secret"] }],
    ] as const) {
      const operation = service.operations.find((each) => each.name === name)!;
      expect(JSON.stringify(operation.recordedRequest!(input))).not.toContain("secret");
    }
  });
});
