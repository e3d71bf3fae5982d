import { randomBytes } from "node:crypto";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { BatchGetTracesCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";
import { type ShopVisit, visitShop } from "./shop-traces.js";

describe.skipIf(chromiumPath === undefined)("the console's traces", () => {
  let service: RunningDosimeter;
  let visits: readonly ShopVisit[];
  let ann: TestCredentials;
  let console: OpenConsole;

  beforeAll(async () => {
    service = await startDosimeter();
    visits = await visitShop(service.client(XRayClient));
    ann = await engineer("ann");
    console = await openConsole(service, ann);
  });
  afterAll(async () => {
    await console?.close();
    await service?.stop();
  });

  async function engineer(UserName: string): Promise<TestCredentials> {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName }));
    const Statement = [{ Effect: "Allow", Action: "xray:*", Resource: "*" }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "traces", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  }

  it("are found by a filter that is completed and checked as it is written, narrowed, grouped and listed", async () => {
    const { page, go, expectAccessible, picture } = console;
    await go("/traces?group=url");
    const table = page.getByRole("table", { name: "Traces found" });
    await table
      .getByText(`(${visits.length})`)
      .or(page.getByText(`(${visits.length})`))
      .first()
      .waitFor();
    await expectAccessible();
    await picture("traces");

    const editor = page.getByRole("textbox", { name: "Filter expression" });
    await editor.click();
    await page.keyboard.type("colour = 1");
    await page.getByText("'colour' is no keyword of filter expressions", { exact: false }).first().waitFor();
    expect(await page.getByRole("button", { name: "Search", exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("annotation.");
    await page.getByRole("option", { name: "annotation.customer" }).click();
    await page.keyboard.type(" = ");
    await page.getByRole("option", { name: '"cust-ada"' }).click();
    await page.keyboard.press("Enter");
    const adas = visits.filter(({ customer }) => customer === "cust-ada").length;
    await page.getByText(`(${adas})`).first().waitFor();
    expect(new URL(page.url()).searchParams.get("filter")).toBe('annotation.customer = "cust-ada"');

    const times = page.getByRole("listbox", { name: "Response times" });
    await times.focus();
    await times.press("End");
    await times.press("Shift+ArrowLeft");
    await times.press("Enter");
    await page.waitForURL(/responsetime/);
    await page.getByRole("button", { name: "Clear the filter" }).click();

    await page.getByRole("table", { name: "Groups" }).getByText("http://shop.example.com/checkout").click();
    await page.waitForURL(/http\.url/);
    const checkouts = visits.filter((_, index) => index % 3 !== 0).length;
    await page.getByText(`(${checkouts})`).first().waitFor();
    await table.getByRole("button", { name: "Response time" }).click();
    await page.waitForURL(/sort=responseTime-asc/);
    await page.getByRole("button", { name: "Next page" }).click();
    await table.getByRole("button", { name: "Response time" }).click();
    // Another order begins at its beginning.
    await page.getByRole("button", { name: "Page 1", exact: true }).and(page.locator("[aria-current=true]")).waitFor();
    await page.getByRole("button", { name: "Columns and page size" }).click();
    const columns = page.getByRole("dialog", { name: "Columns and page size" });
    await columns.getByRole("radio", { name: "50", exact: true }).check();
    await columns.getByRole("button", { name: "Apply" }).click();
    await table.getByRole("row").nth(checkouts).waitFor();
    await page.getByRole("button", { name: "Group by" }).click();
    await page.getByRole("option", { name: "Annotation customer" }).click();
    await page.getByRole("table", { name: "Groups" }).getByText("cust-ada").waitFor();
    await table.getByRole("link").first().click();
    await page.getByRole("treegrid").waitFor();
  });

  it("open when an id is pasted into the filter, and say so in words where there is none", async () => {
    const { page, go } = console;
    await go("/traces");
    const { traceId } = visits[1]!;
    await page.getByRole("textbox", { name: "Filter expression" }).fill(traceId);
    await page.getByRole("treegrid", { name: `Timeline of trace ${traceId}` }).waitFor();
    await go("/traces/1-00000000-000000000000000000000000");
    await page.getByText("There is no such trace here").waitFor();
  });

  it("show one trace as a waterfall with what each segment holds, and say who has seen it", async () => {
    const { page, go, expectAccessible, picture } = console;
    const { traceId } = visits.find(({ failed }) => failed)!;
    await go(`/traces/${traceId}`);
    const timeline = page.getByRole("treegrid", { name: `Timeline of trace ${traceId}` });
    await timeline.getByRole("row", { name: /web/ }).first().waitFor();
    expect(await timeline.getAttribute("aria-rowcount")).toBe("10");

    await timeline.focus();
    await timeline.press("ArrowLeft");
    expect(await timeline.getAttribute("aria-rowcount")).toBe("2");
    await timeline.press("ArrowRight");
    await timeline
      .getByRole("row", { name: /ledger/ })
      .first()
      .click();
    const details = page.getByRole("region", { name: "Details of the segment" });
    await details.getByRole("tab", { name: "SQL" }).click();
    await details.getByText("INSERT INTO charges (customer, cents) VALUES (?, ?)").waitFor();
    await timeline
      .getByRole("row", { name: /Fault.*payment/ })
      .last()
      .click();
    await details.getByText("the bank did not answer within 1 s").waitFor();
    await details.getByText("at charge (charge.js:41)").waitFor();
    expect(page.url()).toContain("segment=");
    await expectAccessible();
    await picture("trace");

    await page.getByRole("button", { name: "Read again" }).click();
    await page.getByRole("button", { name: "Read again", disabled: false }).waitFor();
    await details.getByText("at charge (charge.js:41)").waitFor();
    await details.getByRole("button", { name: "Close the details" }).click();
    // Who closes goes on where they were.
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await details.getByRole("heading", { name: "web" }).waitFor();
    await page.getByRole("button", { name: "Close all" }).click();
    expect(await timeline.getAttribute("aria-rowcount")).toBe("2");
    await page.getByRole("button", { name: "Open all" }).click();
    await page.getByRole("checkbox", { name: "Only the critical path" }).check();
    await page.waitForURL(/critical=1/);
    await page.getByRole("checkbox", { name: "Only the critical path" }).uncheck();
    await page.getByRole("tab", { name: "Documents" }).click();
    await page.getByRole("region", { name: "Documents of the trace" }).getByText("BankTimeout").waitFor();

    await page.getByRole("tab", { name: "Map" }).click();
    await page.getByRole("img", { name: /Map of this trace/ }).waitFor();
    await expectAccessible();
    await picture("trace-map-of-one");

    await page.getByRole("button", { name: "Show carts in the timeline" }).click();
    await details.getByRole("tab", { name: "Resource" }).waitFor();
    await page.getByRole("tab", { name: "Who has seen it" }).click();
    const reads = page.getByRole("table", { name: "Who has seen this trace" });
    await reads
      .getByRole("row", { name: /user\/ann.*The trace.*BatchGetTraces/ })
      .first()
      .waitFor();
    await page.getByText("Never refused").waitFor();
    await expectAccessible();
    await picture("trace-exposure");
  });

  it("put two traces side by side, with what each service spent in either", async () => {
    const { page, go, expectAccessible, picture } = console;
    const [fast, slow] = [visits[0]!, visits[2]!];
    await go(`/traces/${fast.traceId}?tab=compare`);
    const other = page.getByLabel("Trace to compare with");
    const compare = page.getByRole("button", { name: "Compare", exact: true });
    await other.fill(fast.traceId);
    await page.getByText("This is the same trace.").waitFor();
    expect(await compare.isDisabled()).toBe(true);
    await other.fill(slow.traceId);
    await compare.click();
    await page.getByRole("treegrid", { name: `Timeline of trace ${slow.traceId}` }).waitFor();
    const first = page.getByRole("table", { name: "Differences by service and operation" }).getByRole("row").nth(1);
    await first.getByText(/^\+1\.\d+ s$/).waitFor();
    await expectAccessible();
    await picture("trace-compare");
    await page.getByRole("button", { name: "Compare with another" }).click();
    await other.waitFor();
  });

  it("draw of 10,000 segments those that are seen", async () => {
    const { page, go } = console;
    const traceId = await manyCalls(5_000);
    await go(`/traces/${traceId}`);
    const timeline = page.getByRole("treegrid", { name: `Timeline of trace ${traceId}` });
    await timeline.waitFor();
    const rows = Number(await timeline.getAttribute("aria-rowcount"));
    expect(rows).toBeGreaterThan(10_000);
    const drawn = () => timeline.getByRole("row").count();
    expect(await drawn()).toBeLessThan(80);
    await timeline.focus();
    await timeline.press("End");
    await timeline.locator(`[aria-rowindex="${rows}"]`).waitFor();
    expect(await drawn()).toBeLessThan(80);
    await timeline.hover();
    await page.mouse.wheel(0, -90_000);
    await timeline.locator(`[aria-rowindex="${rows - 3_000}"]`).waitFor();
    expect(await drawn()).toBeLessThan(80);
  });

  /** Each call of another service gives an inferred segment, too. Numbers are short: a trace has at most 500 KB. */
  async function manyCalls(calls: number): Promise<string> {
    const xray = service.client(XRayClient);
    const thousands = Math.floor(Date.now() / 1e6) - 1;
    const traceId = `1-${(thousands * 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
    const times = `"start_time":${thousands}e3,"end_time":${thousands}e3`;
    const perDocument = 600;
    let parent = "";
    for (let done = 0; done < calls; done += perDocument) {
      const id = randomBytes(8).toString("hex");
      const subsegments = Array.from(
        { length: Math.min(perDocument, calls - done) },
        () => `{"id":"${randomBytes(8).toString("hex")}","name":"a",${times},"namespace":"aws"}`,
      );
      const document = `{"id":"${id}","trace_id":"${traceId}","name":"many",${times}${parent},"subsegments":[${subsegments}]}`;
      parent = `,"parent_id":"${id}"`;
      await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [document] }));
    }
    await eventually(async () => {
      const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
      return (Traces?.[0]?.Segments?.length ?? 0) >= calls;
    }, "the trace of many calls");
    return traceId;
  }
});
