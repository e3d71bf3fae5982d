import { randomBytes } from "node:crypto";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  GetTraceSegmentDestinationCommand,
  PutTraceSegmentsCommand,
  UpdateIndexingRuleCommand,
  UpdateTraceSegmentDestinationCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";

const logGroupName = "/shop/web";

describe.skipIf(chromiumPath === undefined)("the page of logs", () => {
  let service: RunningDosimeter;
  let shown: OpenConsole;
  let logs: CloudWatchLogsClient;
  beforeAll(async () => {
    service = await startDosimeter();
    logs = service.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "web-1" }));
    await logs.send(
      new PutMetricFilterCommand({
        logGroupName,
        filterName: "failures",
        filterPattern: "{ $.status = 502 }",
        metricTransformations: [{ metricName: "Failures", metricNamespace: "Shop", metricValue: "1" }],
      }),
    );
    await put(Array.from({ length: 30 }, (_, index) => ({ path: "/checkout", status: index % 10 === 0 ? 502 : 200 })));
    shown = await openConsole(service);
  });
  afterAll(async () => {
    await shown?.close();
    await service?.stop();
  });

  async function put(messages: readonly object[]) {
    const logEvents = messages.map((message, index) => ({
      timestamp: Date.now() - 60_000 + index,
      message: JSON.stringify(message),
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: "web-1", logEvents }));
  }

  it("finds events by a pattern, opens one, and follows those that come", async () => {
    const { page } = shown;
    await shown.go("/logs");
    await page.getByRole("link", { name: logGroupName }).click();
    await page.getByText("30 events, newest first").waitFor();
    await page.getByLabel("Filter pattern").fill("{ $.status = 502 }");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText("3 events, newest first").waitFor();
    await page.getByRole("list", { name: "Log events" }).getByText("/checkout").first().click();
    await page.getByRole("region", { name: "Message" }).getByText('"status": 502').waitFor();
    await shown.expectAccessible();
    await shown.picture("logs");

    await page.getByRole("button", { name: "Live tail" }).click();
    await page.getByText("Following: new events come by themselves.").waitFor();
    await put([
      { path: "/late", status: 502 },
      { path: "/fine", status: 200 },
    ]);
    await page.getByRole("list", { name: "Log events" }).getByText("/late").waitFor();
    expect(await page.getByText("/fine").count()).toBe(0);
    expect(new URL(page.url()).searchParams.get("filter")).toBe("{ $.status = 502 }");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/^Paused/).waitFor();
    await page.getByRole("button", { name: "End live tail" }).click();
    await page.getByText("4 events, newest first").waitFor();
    await page.getByRole("tab", { name: "Streams" }).click();
    await page.getByRole("button", { name: "Show events of web-1" }).click();
    expect(new URL(page.url()).searchParams.get("stream")).toBe("web-1");
    await page.getByText("4 events, newest first").waitFor();
  });

  it("shows metric filters, and changes how long events are kept", async () => {
    const { page } = shown;
    await shown.go(`/logs?group=${encodeURIComponent(logGroupName)}&tab=filters`);
    await page.getByRole("table", { name: "Metric filters" }).getByText("Shop/Failures").waitFor();
    await page.getByLabel("Keep events for").click();
    await page.getByRole("option", { name: "30 days", exact: true }).click();
    await page.getByText(/older than 30 days will not be found/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByLabel("Keep events for").getByText("For ever").waitFor();
    await page.getByLabel("Keep events for").click();
    await page.getByRole("option", { name: "30 days", exact: true }).click();
    await page.getByRole("button", { name: "Shorten" }).click();
    await page.getByText(`${logGroupName} now keeps events: 30 days.`).waitFor();
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups![0]!.retentionInDays).toBe(30);
    await page.getByLabel("Keep events for").click();
    await page.getByRole("option", { name: "For ever" }).click();
    await page.getByText(`${logGroupName} now keeps events: for ever.`).waitFor();
  });

  it("leads from a span to its trace, which is opened though it is not indexed, and can be given up", async () => {
    const { page } = shown;
    const trace = await sendUnindexed();
    await shown.go(`/logs?group=${encodeURIComponent("aws/spans")}`);
    await page.getByText("1 event, newest first").waitFor();
    await page.getByRole("list", { name: "Log events" }).getByText("unindexed").first().click();
    await page.getByRole("link", { name: "Open the trace" }).click();
    await page.getByRole("treegrid", { name: `Timeline of trace ${trace}` }).waitFor();
    await page.getByText("This trace is not indexed").waitFor();
    await shown.expectAccessible();
    await shown.picture("trace-unindexed");
    await page.getByRole("tab", { name: "Map" }).click();
    await page.getByRole("button", { name: "Show unindexed in the timeline" }).waitFor();

    await shown.go("/logs");
    await page.getByRole("heading", { name: "Logs", exact: true }).waitFor();
    // The answer stays away until one has given up.
    await page.route("**/ListRetrievedTraces", () => undefined);
    await shown.go(`/traces/${trace}`);
    await page.getByText("looking among all spans").waitFor();
    const cancelled = page.waitForResponse("**/CancelTraceRetrieval");
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    expect((await cancelled).ok()).toBe(true);
    await page.unroute("**/ListRetrievedTraces");
    await page.getByText("The search was given up").waitFor();
    await shown.expectAccessible();
    await shown.picture("trace-given-up");
    await page.getByRole("button", { name: "Look again" }).click();
    await page.getByRole("treegrid", { name: `Timeline of trace ${trace}` }).waitFor();
  });

  /** A trace that is in aws/spans, and in no index: Transaction Search with a share of nothing. */
  async function sendUnindexed(): Promise<string> {
    const xray = service.client(XRayClient);
    const Statement = [
      {
        Effect: "Allow",
        Principal: { Service: "xray.amazonaws.com" },
        Action: "logs:PutLogEvents",
        Resource: [`arn:aws:logs:${service.region}:${service.accountId}:log-group:aws/spans:*`],
      },
    ];
    const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await logs.send(new PutResourcePolicyCommand({ policyName: "xray", policyDocument }));
    await xray.send(new UpdateTraceSegmentDestinationCommand({ Destination: "CloudWatchLogs" }));
    const Rule = { Probabilistic: { DesiredSamplingPercentage: 0 } };
    await xray.send(new UpdateIndexingRuleCommand({ Name: "Default", Rule }));
    await eventually(async () => {
      const { Status } = await xray.send(new GetTraceSegmentDestinationCommand({}));
      return Status === "ACTIVE";
    }, "the destination");
    const start_time = Math.floor(Date.now() / 1000) - 2;
    const trace_id = `1-${start_time.toString(16)}-${randomBytes(12).toString("hex")}`;
    const segment = {
      id: randomBytes(8).toString("hex"),
      trace_id,
      name: "unindexed",
      start_time,
      end_time: start_time + 1,
    };
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
    xray.destroy();
    return trace_id;
  }
});
