import { randomBytes } from "node:crypto";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  GetInsightSummariesCommand,
  GetSamplingRulesCommand,
  GetServiceGraphCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";
import { visitShop } from "./shop-traces.js";

describe.skipIf(chromiumPath === undefined)("the overview and the trace map", () => {
  let service: RunningDosimeter;
  let xray: XRayClient;
  let browser: OpenConsole;
  let page: OpenConsole["page"];

  beforeAll(async () => {
    service = await startDosimeter();
    xray = service.client(XRayClient);
    browser = await openConsole(service);
    page = browser.page;
  });
  afterAll(async () => {
    await browser?.close();
    xray?.destroy();
    await service?.stop();
  });

  it("say how to send the first trace, and turn into the map by themselves when it is here", async () => {
    await page.getByRole("heading", { name: "Send your first trace" }).waitFor();
    await page.getByText(`export AWS_XRAY_DAEMON_ADDRESS=${service.daemonAddress}`).waitFor();
    await page.getByRole("tab", { name: "OpenTelemetry" }).click();
    await page.getByText(`export OTEL_EXPORTER_OTLP_ENDPOINT=${service.otlpHttp}`).waitFor();
    await page.getByRole("link", { name: "Record who reads your traces" }).waitFor();
    await browser.expectAccessible();
    await browser.picture("first-trace");

    await visitShop(xray);
    await page.getByRole("button", { name: /^payment, ECS Container, .* faults/ }).waitFor();
    await page.getByRole("link", { name: "Requests: 60. Show traces" }).waitFor();
    await browser.expectAccessible();
    await browser.picture("overview");
  });

  it("show services and calls, and what is behind each", async () => {
    await browser.go("/trace-map");
    const map = page.getByRole("group", { name: /^Map of/ });
    await map.getByRole("button", { name: /^web, ECS Container/ }).focus();
    // To the cart, and up to the payment.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "payment", exact: true }).waitFor();
    await page.getByRole("button", { name: "Find root causes" }).click();
    await page.getByText("BankTimeout: the bank did not answer within 1 s").waitFor();
    expect(await page.getByRole("link", { name: "with faults" }).getAttribute("href")).toBe(
      `/console/traces?${new URLSearchParams({
        filter: 'service(id(name: "payment", type: "AWS::ECS::Container")) { fault }',
        period: "30m",
      })}`,
    );
    await browser.picture("trace-map");
    await browser.expectAccessible();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    // Who closes goes on where they were.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "ledger@db.example.com", exact: true }).waitFor();
    await page.getByRole("searchbox", { name: "Find a service" }).fill("cart");
    await page.getByText("2 services found").waitFor();
    await page.getByRole("searchbox", { name: "Find a service" }).fill("");

    await page.getByRole("button", { name: "Table", exact: true }).click();
    await page
      .getByRole("row", { name: /ledger@db\.example\.com.*Database SQL.*60/ })
      .first()
      .waitFor();
    await browser.expectAccessible();
    await browser.picture("trace-map-table");

    await page.getByRole("grid", { name: "Calls" }).getByRole("link", { name: "web" }).first().click();
    await page.getByRole("heading", { name: /^web → / }).waitFor();
    await page.getByRole("button", { name: "Map", exact: true }).click();
    await page.getByRole("button", { name: "Arrange anew" }).click();
    await page.getByRole("checkbox", { name: "Refresh every 15 seconds" }).uncheck();
    await map.getByRole("button", { name: /^web, ECS Container/ }).waitFor();
  });

  it("make a sampling rule, in words while it is written, and delete it", async () => {
    await browser.go("/sampling");
    await page.getByRole("row", { name: /Default.*the first 1 a second, and 5 % of the rest/ }).waitFor();
    await page.getByRole("button", { name: "Create rule" }).click();
    const dialog = page.getByRole("dialog", { name: "Create sampling rule" });
    await dialog.getByLabel("Name", { exact: true }).fill("checkout");
    await dialog.getByLabel("Priority").fill("10000");
    await dialog.getByText("A whole number from 1 to 9999.").waitFor();
    await dialog.getByLabel("Priority").fill("10");
    await dialog.getByLabel("HTTP method").fill("POST");
    await dialog.getByLabel("URL path").fill("/checkout");
    await dialog.getByLabel("Service name").fill("web");
    const words = "Of POST requests to /checkout of service web: the first 1 a second, and 5 % of the rest.";
    await dialog.getByText(words).waitFor();
    await browser.expectAccessible();
    await browser.picture("sampling-rule");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("The sampling rule checkout was saved.").waitFor();
    await page.getByRole("row", { name: words }).waitFor();
    const { SamplingRuleRecords } = await xray.send(new GetSamplingRulesCommand({}));
    expect(SamplingRuleRecords?.map(({ SamplingRule }) => SamplingRule?.RuleName)).toContain("checkout");
    await browser.expectAccessible();
    await browser.picture("sampling");

    await page.getByRole("button", { name: "Create rule" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("checkout");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/checkout.* exists/i).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();

    await page.getByRole("radio", { name: "Select rule checkout" }).check();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edited = page.getByRole("dialog", { name: "Edit sampling rule checkout" });
    expect(await edited.getByLabel("URL path").inputValue()).toBe("/checkout");
    await edited.getByLabel("First requests a second").fill("0");
    await edited.getByLabel("Share of the rest, in %").fill("12.5");
    await edited.getByRole("button", { name: "Add attribute" }).click();
    await edited.getByLabel("Key 1").fill("tenant");
    await edited.getByRole("button", { name: "Save" }).click();
    await edited.getByText("Keys and values have 1 to 32 characters.").waitFor();
    await edited.getByLabel("Value 1").fill("acme");
    await edited.getByRole("button", { name: "When things go wrong" }).click();
    await edited.getByLabel("Up to, in %").fill("50");
    await edited.getByLabel("At most once in so many minutes").fill("5");
    await edited.getByRole("button", { name: "Save" }).click();
    const then = "Of POST requests to /checkout of service web with tenant = acme: 12.5 % are traced.";
    await page.getByRole("row", { name: `${then} When things go wrong, up to 50 %` }).waitFor();
    await page.getByRole("searchbox", { name: "Find a rule" }).fill("nothing like it");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("searchbox", { name: "Find a rule" }).fill("");

    await page.getByRole("radio", { name: "Select rule Default" }).check();
    expect(await page.getByRole("button", { name: "Delete", exact: true }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const ofDefault = page.getByRole("dialog", { name: "Edit sampling rule Default" });
    await ofDefault.getByText("Of the Default rule only the amounts can be changed.").waitFor();
    await ofDefault.getByLabel("First requests a second").fill("2");
    await ofDefault.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Default.*the first 2 a second, and 5 % of the rest/ }).waitFor();

    await page.getByRole("radio", { name: "Select rule checkout" }).check();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const asked = page.getByRole("dialog", { name: "Delete sampling rule checkout?" });
    await asked.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("The sampling rule checkout was deleted.").waitFor();
    await page.getByRole("row", { name: then }).waitFor({ state: "detached" });
  });

  it("make a group by a filter that is checked while it is written, and list its insights", async () => {
    await browser.go("/groups");
    await page.getByRole("button", { name: "Create group" }).click();
    const dialog = page.getByRole("dialog", { name: "Create group" });
    await dialog.getByLabel("Name", { exact: true }).fill("failing");
    const editor = dialog.getByRole("textbox", { name: "Filter expression" });
    await editor.fill("nonsense = 1");
    await dialog
      .getByText(/'nonsense' is no keyword of filter expressions/)
      .first()
      .waitFor();
    await editor.fill('service("payment") { fault }');
    await dialog.getByRole("checkbox", { name: "Find incidents (insights)" }).check();
    await browser.expectAccessible();
    await browser.picture("group");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /failing/ }).waitFor();
    await browser.expectAccessible();
    await browser.picture("groups");

    await page.getByRole("button", { name: "Create group" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("failing");
    await dialog.getByRole("textbox", { name: "Filter expression" }).fill("fault");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/already exists/).waitFor();
    await dialog.getByLabel("Name", { exact: true }).fill("short-lived");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("radio", { name: "Select group short-lived" }).check();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const edited = page.getByRole("dialog", { name: "Edit group short-lived" });
    // By keys: an editor that has just been focused sets its selection itself, and would keep the old text beside a fill.
    await edited.getByRole("textbox", { name: "Filter expression" }).click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("throttle");
    await edited.getByRole("checkbox", { name: "Find incidents (insights)" }).check();
    await edited.getByRole("checkbox", { name: "Send notifications" }).check();
    await edited.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /short-lived throttle On, with notifications/ }).waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const asked = page.getByRole("dialog", { name: "Delete group short-lived?" });
    await asked.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("The group short-lived was deleted.").waitFor();
    await page.getByRole("row", { name: /short-lived/ }).waitFor({ state: "detached" });

    await page.getByRole("link", { name: "Insights of failing" }).click();
    await page.getByText("No insights in this period").waitFor();
    await browser.expectAccessible();
    await browser.picture("insights-none");
  });

  it("tell of an incident, when it was, whom it hit, and what caused it", async () => {
    await sendMail(xray);
    await browser.go("/groups");
    await page.getByRole("radio", { name: "Select group Default" }).check();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Edit group Default" });
    await dialog.getByRole("checkbox", { name: "Find incidents (insights)" }).check();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /Default Every trace On/ }).waitFor();
    await eventually(async () => {
      const range = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() };
      const found = await xray.send(new GetInsightSummariesCommand({ GroupName: "Default", ...range }));
      return found.InsightSummaries?.length === 1;
    }, "the insight");
    await browser.go("/insights?group=Default");
    await page.getByRole("link", { name: /^Service "mail" ha[sd] an elevated fault rate/ }).click();
    await page.getByRole("heading", { name: /^Service "mail"/ }).waitFor();
    const map = page.getByRole("group", { name: "Map of the services concerned" });
    await map.getByRole("button", { name: "mail", exact: true }).waitFor();
    await page.getByRole("link", { name: "Traces with faults of mail" }).waitFor();
    await page
      .getByRole("list")
      .getByText(/^Service "mail" has an elevated fault rate/)
      .first()
      .waitFor();
    await browser.expectAccessible();
    await browser.picture("insight");

    await page.getByRole("link", { name: "All insights" }).click();
    await page.getByRole("button", { name: "Active", exact: true }).click();
    await page.waitForURL(/state=ACTIVE/);
    await page.getByRole("button", { name: "Closed", exact: true }).click();
    await page
      .getByRole("row", { name: /^(Closed )?Service "mail"|mail/ })
      .first()
      .waitFor();
  });

  it("name what is missing, and claim nothing of what could not be read", async () => {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "bob" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "bob" }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey!;
    const bobs = await openConsole(service, { accessKeyId, secretAccessKey });
    const missing = async (address: string, ...actions: string[]) => {
      await bobs.go(address);
      for (const action of actions) await bobs.page.getByText(`The permission ${action} is missing.`).first().waitFor();
    };
    await missing("/sampling", "xray:GetSamplingRules", "xray:GetSamplingStatisticSummaries");
    expect(await bobs.page.getByText("There are no rules.").count()).toBe(0);
    await bobs.page.getByRole("button", { name: "Create rule" }).click();
    const dialog = bobs.page.getByRole("dialog", { name: "Create sampling rule" });
    await dialog.getByLabel("Name", { exact: true }).fill("bobs");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("The permission xray:CreateSamplingRule is missing.").waitFor();
    expect(await dialog.getByLabel("Name", { exact: true }).inputValue()).toBe("bobs");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await missing("/groups", "xray:GetGroups");
    expect(await bobs.page.getByText("There are no groups.").count()).toBe(0);
    await missing("/insights", "xray:GetGroups");
    await missing("/trace-map", "xray:GetServiceGraph");
    await missing("/traces", "xray:GetTraceSummaries");
    expect(await bobs.page.getByText("No traces").count()).toBe(0);
    await missing("/traces/1-00000000-000000000000000000000000", "xray:BatchGetTraces", "xray:GetTraceExposure");
    await missing("/logs", "logs:DescribeLogGroups");
    await missing("/logs?group=aws%2Fspans", "logs:DescribeLogGroups", "logs:FilterLogEvents");
    await bobs.expectAccessible();
    await bobs.picture("logs-denied");
    await bobs.page.getByRole("button", { name: "Live tail" }).click();
    await bobs.page.getByRole("button", { name: "End live tail" }).waitFor();
    await bobs.page.getByText("The permission logs:FilterLogEvents is missing.").waitFor();
    await bobs.page.getByText(/^Following/).waitFor({ state: "detached" });
    await bobs.close();
    iam.destroy();
  });
});

/** A service that sends mails each few seconds for an hour, and failed for some minutes of it. */
async function sendMail(xray: XRayClient): Promise<void> {
  const minutes = 50;
  const perMinute = 20;
  const thisMinute = Math.floor(Date.now() / 60_000) * 60;
  const documents = Array.from({ length: minutes * perMinute }, (_, index) => {
    const ago = minutes + 3 - Math.floor(index / perMinute);
    const start = thisMinute - ago * 60 + (index % perMinute) * 2.9;
    const fault = ago <= 25 && ago > 18 && index % 5 < 2;
    return JSON.stringify({
      name: "mail",
      id: randomBytes(8).toString("hex"),
      trace_id: `1-${Math.floor(start).toString(16)}-${randomBytes(12).toString("hex")}`,
      start_time: start,
      end_time: start + 0.05,
      ...(fault && { fault }),
    });
  });
  for (let from = 0; from < documents.length; from += 50)
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents.slice(from, from + 50) }));
  await eventually(async () => {
    const range = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() };
    const { Services } = await xray.send(new GetServiceGraphCommand(range));
    const mail = Services?.find(({ Name, Type }) => Name === "mail" && Type !== "client");
    return mail?.SummaryStatistics?.TotalCount === documents.length;
  }, "the mails in the graph");
}
