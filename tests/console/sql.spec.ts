import { readFile } from "node:fs/promises";
import { GetGroupsCommand, GetTraceSummariesCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsOf } from "../lake-statements.js";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";

describe.skipIf(chromiumPath === undefined)("the pages of SQL", () => {
  let service: RunningDosimeter;
  let shown: OpenConsole;
  beforeAll(async () => {
    service = await startDosimeter();
    shown = await openConsole(service);
  });
  afterAll(async () => {
    await shown?.close();
    await service?.stop();
  });

  /** Calls of three kinds. */
  async function useTracing() {
    const xray = service.client(XRayClient);
    const seconds = Date.now() / 1000;
    const id = `1-${Math.floor(seconds).toString(16)}-0123456789abcdef01234567`;
    const segment = { trace_id: id, id: "0123456789abcdef", name: "shop", start_time: seconds - 1, end_time: seconds };
    for (let call = 0; call < 5; call++)
      await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
    for (let call = 0; call < 3; call++) await xray.send(new GetGroupsCommand({}));
    const day = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date() };
    await xray.send(new GetTraceSummariesCommand(day));
  }

  it("makes a store, asks it, shows the answer as table and chart, and exports it", async () => {
    const { page } = shown;
    await shown.go("/query");
    await page.getByText("There is no event data store yet").first().waitFor();
    await page.getByRole("button", { name: "Create event data store" }).first().click();
    await page.getByLabel("Name", { exact: true }).fill("audit");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("Event data store audit takes events from now on.").waitFor();

    await useTracing();
    const editor = page.getByRole("textbox", { name: "Query" });
    await editor.getByText("eventsource").first().waitFor();
    const storeId = /FROM\s*([0-9a-f-]{36})/.exec((await editor.textContent()) ?? "")![1]!;
    await eventually(
      async () =>
        (await rowsOf(service, `SELECT eventid FROM ${storeId} WHERE eventname = 'GetTraceSummaries'`)).length > 0,
      "the shop's calls in the store",
    );

    await page.getByRole("button", { name: "Run", exact: true }).click();
    const table = page.getByRole("table", { name: "Result of the query" });
    await table.getByRole("cell", { name: "PutTraceSegments" }).waitFor();
    await shown.expectAccessible();
    await shown.picture("query");

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: "CSV file" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    expect(csv).toMatch(/^eventsource,eventname,calls\r\n/);
    expect(csv).toMatch(/xray\.amazonaws\.com,PutTraceSegments,\d+/);

    await page.getByText("Chart", { exact: true }).click();
    await page.getByLabel("calls by eventname").waitFor();
    await shown.expectAccessible();
    await shown.picture("query-chart");

    await page.getByRole("tab", { name: "History" }).click();
    const past = page.getByRole("table", { name: "Queries of the last seven days" });
    await past
      .getByRole("button", { name: /^Open SELECT eventsource/ })
      .first()
      .waitFor();
    await page.getByRole("tab", { name: "Samples" }).click();
    await page.getByRole("searchbox", { name: "Find samples" }).fill("who read traces");
    await page.getByRole("button", { name: "Use X-Ray: who read traces" }).click();
    await editor.getByText("BatchGetTraces").waitFor();
    expect(await editor.textContent()).toContain(storeId);
    await page.getByLabel("Begin with a sentence").fill("How many calls failed in the last 7 days per hour?");
    await page.getByRole("button", { name: "Write the query" }).click();
    await editor.getByText("errorcode").first().waitFor();
  });

  it("completes fields, and shows where a statement is wrong before it runs", async () => {
    const { page } = shown;
    await shown.go("/query?sql=SELECT%20nosuchfield%20FROM%20x");
    const editor = page.getByRole("textbox", { name: "Query" });
    await page.locator(".cm-lintRange-error").first().waitFor();
    await editor.press("Control+A");
    await editor.press("Delete");
    // What is emptied stays empty.
    await page.locator(".cm-placeholder").waitFor();
    await page.locator(".cm-lintRange-error").waitFor({ state: "detached" });
    await page.locator(".cm-placeholder").waitFor();
    await page.keyboard.insertText("SELECT useridentity.");
    await editor.press("Control+Space");
    await page.getByRole("option", { name: /^principalid/ }).waitFor();
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.getByText(/InvalidQueryStatementException/).waitFor();
  });

  it("lets a dashboard read the store, refreshes it, and makes one with a widget of one's own", async () => {
    const { page } = shown;
    await shown.go("/dashboards");
    await page.getByRole("link", { name: "AWSCloudTrail-TopCallers" }).click();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("button", { name: "Let it read audit" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Let it read audit" }).click();
    await page.getByText("The dashboard may read the store: refresh it.").waitFor();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page
      .getByLabel(/^events by /)
      .first()
      .waitFor();
    await page.getByText("Not every widget could be run").waitFor({ state: "detached" });
    await shown.expectAccessible();
    await shown.picture("dashboard");

    await shown.go("/dashboards");
    await page.getByRole("button", { name: "Create dashboard" }).click();
    await page.getByLabel("Name", { exact: true }).fill("mine");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("button", { name: "Add widget" }).click();
    await page.getByLabel("Title").fill("Calls by hour");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "Calls by hour" }).waitFor();
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Edit Calls by hour" }).click();
    await dialog.getByLabel("Title").fill("");
    expect(await dialog.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel("Title").fill("All of them");
    await dialog.getByRole("textbox", { name: "Query" }).click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(" SELECT");
    await page.keyboard.press("Control+Enter");
    await dialog.getByText(/InvalidQueryStatementException/).waitFor();
    for (let letter = 0; letter < " SELECT".length; letter++) await page.keyboard.press("Backspace");
    await dialog.getByRole("button", { name: /Drawn as/ }).click();
    await page.getByRole("option", { name: "Table" }).click();
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("heading", { name: "All of them" }).waitFor();
    await page.getByRole("button", { name: "Edit All of them" }).click();
    await dialog.getByRole("button", { name: "Remove the widget" }).click();
    await page.getByText("This dashboard has no widgets yet").waitFor();
    await page.getByRole("button", { name: "Delete dashboard" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete dashboard" }).click();
    await page.getByText("Dashboard mine was deleted.").waitFor();
  });

  it("shows what rules found, dismisses it, replays a rule over the past, and says who is told", async () => {
    const { page } = shown;
    await shown.go("/anomalies");
    await page.getByText("No unusual rates in this period").waitFor();
    await page.getByRole("tab", { name: "Findings" }).click();
    await page
      .getByRole("button", { name: /^Open .*root/i })
      .first()
      .click();
    await shown.expectAccessible();
    await page.getByLabel("Note").fill("setting up");
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByText(/: dismissed\.$/).waitFor();
    await shown.picture("anomalies");

    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByRole("button", { name: /^Edit .*root/i }).click();
    await page.getByRole("textbox", { name: "Rule (Sigma, YAML)" }).getByText("logsource").waitFor();
    await page.getByRole("button", { name: "Replay over the past" }).click();
    await page.getByText(/finding.* that match; \d+ events looked at/).waitFor();
    await shown.expectAccessible();
    await shown.picture("anomalies-rule");

    await page.getByRole("tab", { name: "Alerts" }).click();
    await page.getByText("Nobody is told yet.").waitFor();
    await page.getByRole("button", { name: "Add a topic" }).click();
    await page.getByRole("textbox", { name: "Topic" }).fill("nobody");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The service refused this").waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByLabel("There are working hours").click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Alerts are sent like this from now on.").waitFor();
    await page.getByText("The service refused this").waitFor({ state: "detached" });
    // They are as they were saved, also when one comes back.
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByRole("tab", { name: "Alerts" }).click();
    expect(await page.getByLabel("There are working hours").isChecked()).toBe(true);
    expect(await page.getByRole("textbox", { name: "Topic" }).count()).toBe(0);
    await shown.expectAccessible();
  });

  it("accepts and reopens a finding with a note, and switches, edits, resets, makes and removes rules", async () => {
    const { page } = shown;
    const dialog = page.getByRole("dialog");
    await shown.go("/anomalies?tab=findings&status=CLOSED");
    const open = page.getByRole("button", { name: /^Open .*root/i }).first();
    const change = async (action: string, done: RegExp) => {
      await open.click();
      await dialog.getByRole("button", { name: action }).click();
      await page.getByText(done).first().waitFor();
      await dialog.waitFor({ state: "detached" });
    };
    await change("Reopen", /: open\.$/);
    await open.click();
    expect(await dialog.getByLabel("Note").inputValue()).toBe("setting up");
    await dialog.getByLabel("Note").fill("seen by nora");
    // A click beside a form takes nothing away that was typed.
    await page.mouse.click(5, 400);
    expect(await dialog.getByLabel("Note").inputValue()).toBe("seen by nora");
    await dialog.getByRole("button", { name: "Save the note" }).click();
    await dialog.waitFor({ state: "detached" });
    await change("Accept", /: accepted\.$/);
    // It is not dismissed any more, as the list says once it is read anew.
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("Nothing was found").waitFor();
    await shown.go("/anomalies?tab=findings&status=ACKNOWLEDGED");
    await open.click();
    expect(await dialog.getByLabel("Note").inputValue()).toBe("seen by nora");
    await dialog.getByText("Accepted").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();

    await page.getByRole("tab", { name: "Rules" }).click();
    const row = page.getByRole("row", { name: /root/i }).first();
    const on = row.getByRole("checkbox");
    await on.click();
    await dialog.getByRole("button", { name: "Switch off" }).click();
    await row.getByText("Off", { exact: true }).waitFor();
    await on.click();
    await row.getByText("On", { exact: true }).waitFor();

    const rule = page.getByRole("textbox", { name: "Rule (Sigma, YAML)" });
    await row.getByRole("button", { name: /^Edit/ }).click();
    await rule.getByText("logsource").waitFor();
    await rule.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("\n# looked at by nora\n");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await row.getByText("Shipped, edited here").waitFor();
    await row.getByRole("button", { name: /^Edit/ }).click();
    await page.getByRole("button", { name: "Back to as shipped" }).click();
    await dialog.getByText("Your edit of it is lost.").waitFor();
    await dialog.getByRole("button", { name: "Back to as shipped" }).click();
    await row.getByText("Shipped", { exact: true }).waitFor();

    await page.getByRole("button", { name: "New rule" }).click();
    expect(await page.getByRole("button", { name: "Save", exact: true }).isDisabled()).toBe(true);
    await page.getByLabel("Id", { exact: true }).fill("outside");
    await rule.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("nonsense");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("The service refused this").waitFor();
    await rule.click();
    await page.keyboard.press("Control+End");
    for (let letter = 0; letter < "nonsense".length; letter++) await page.keyboard.press("Backspace");
    await page.getByRole("button", { name: "Replay over the past" }).click();
    await page.getByText(/looked at\./).waitFor();
    await rule.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText("# more\n");
    await page.getByText("The rule or the days were changed since this replay.").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByRole("button", { name: "Edit Traces are read from outside the office" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await page
      .getByRole("button", { name: "Edit Traces are read from outside the office" })
      .waitFor({ state: "detached" });
  });
});
