import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const run = promisify(execFile);
const cli = await run("aws", ["--version"]).then(
  ({ stdout }) => stdout.trim(),
  () => undefined,
);

/** CloudWatch Logs over the wire, against the real process. */
describe("CloudWatch Logs over the wire", () => {
  let service: RunningDosimeter;
  let logs: CloudWatchLogsClient;
  const logGroupName = "/dosimeter/trail";
  const logStreamName = "000000000000_CloudTrail_us-east-1";

  beforeAll(async () => {
    service = await startDosimeter();
    logs = service.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { team: "blue" } }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
    const now = Date.now();
    await logs.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: ["GetTraceSummaries", "BatchGetTraces", "StopLogging"].map((eventName, index) => ({
          timestamp: now - 3000 + index,
          message: JSON.stringify({ eventName, readOnly: eventName !== "StopLogging" }),
        })),
      }),
    );
  });
  afterAll(async () => {
    logs?.destroy();
    await service?.stop();
  });

  it("answers the SDK's types", async () => {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/dosimeter" }));
    expect(logGroups).toMatchObject([
      { logGroupName, retentionInDays: 7, arn: expect.stringMatching(/:log-group:\/dosimeter\/trail:\*$/) },
    ]);
    expect(logGroups![0]!.storedBytes).toBeGreaterThan(100);
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: "LastEventTime", descending: true }),
    );
    expect(logStreams).toMatchObject([{ logStreamName, lastEventTimestamp: expect.any(Number) }]);
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }));
    expect(events!.map((event) => JSON.parse(event.message!).eventName)).toEqual([
      "GetTraceSummaries",
      "BatchGetTraces",
      "StopLogging",
    ]);
  });

  it("filters by pattern, with the SDK's paginator", async () => {
    const found: string[] = [];
    const pages = paginateFilterLogEvents(
      { client: logs, pageSize: 1 },
      { logGroupName, filterPattern: "{ $.readOnly IS TRUE }" },
    );
    for await (const page of pages) found.push(...page.events!.map((event) => event.message!));
    expect(found.map((message) => JSON.parse(message).eventName)).toEqual(["GetTraceSummaries", "BatchGetTraces"]);
  });

  it("throws the SDK's errors", async () => {
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toBeInstanceOf(
      ResourceAlreadyExistsException,
    );
    await expect(logs.send(new FilterLogEventsCommand({ logGroupName: "/none" }))).rejects.toBeInstanceOf(
      ResourceNotFoundException,
    );
    await expect(
      logs.send(new StartQueryCommand({ logGroupName, queryString: "fields @message", startTime: 0, endTime: 1 })),
    ).rejects.toThrow(/not offered/);
  });

  const aws = async (...args: string[]) => (await run("aws", args, { env: service.cliEnvironment() })).stdout;

  it.skipIf(cli === undefined)(
    cli === undefined ? "serves the AWS CLI (not installed)" : "serves the AWS CLI",
    async () => {
      const described = JSON.parse(await aws("logs", "describe-log-groups", "--output", "json"));
      expect(described.logGroups).toMatchObject([{ logGroupName }]);
      const tags = await aws("logs", "list-tags-for-resource", "--resource-arn", described.logGroups[0].logGroupArn);
      expect(JSON.parse(tags)).toEqual({ tags: { team: "blue" } });
      const filter = ["--log-group-name", logGroupName, "--filter-pattern", "{ $.eventName = Stop* }"];
      const filtered = JSON.parse(await aws("logs", "filter-log-events", ...filter));
      expect(filtered.events).toMatchObject([{ message: '{"eventName":"StopLogging","readOnly":false}' }]);
    },
  );

  // Only the CLI's second version has this command; Debian's is older than AWS_ENDPOINT_URL and wants the endpoint said.
  const second = process.env["DOSIMETER_TEST_AWS_CLI_2"] ?? (cli?.startsWith("aws-cli/2") ? "aws" : undefined);
  it.skipIf(second === undefined)(
    second === undefined
      ? `is followed by \`aws logs tail\` (not in ${cli ?? "this machine"})`
      : "is followed by `aws logs tail`",
    async () => {
      const filter = ["--since", "5m", "--filter-pattern", "{ $.eventName = Stop* }"];
      const { stdout: tail } = await run(
        second!,
        ["--endpoint-url", service.endpoint, "logs", "tail", logGroupName, ...filter],
        { env: service.cliEnvironment() },
      );
      const lines = tail.trim().split("\n");
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`${logStreamName} {"eventName":"StopLogging","readOnly":false}`);
    },
  );
});
