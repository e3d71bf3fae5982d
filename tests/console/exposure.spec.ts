import { readFile } from "node:fs/promises";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";
import { type ShopVisit, visitShop } from "./shop-traces.js";

/** Who has seen what, what is masked and erased, and how the account stands: each page's main job. */
let service: RunningDosimeter;
let console: OpenConsole;
let visits: readonly ShopVisit[];
let bob: XRayClient;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  service = await startDosimeter();
  visits = await visitShop(service.client(XRayClient), { visits: 24 });
  bob = service.client(XRayClient, await newUser("bob", ["xray:BatchGetTraces", "xray:GetTraceSummaries"]));
  console = await openConsole(service);
});
afterAll(async () => {
  await console?.close();
  await service?.stop();
});

async function newUser(UserName: string, actions: readonly string[]): Promise<TestCredentials> {
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  if (actions.length > 0) {
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "work", PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

describe.skipIf(chromiumPath === undefined)("the page of who has seen what", () => {
  it("tells who has seen a trace and who was refused, leads on to callers and customers, and saves it all", async () => {
    const { page, go, expectAccessible, picture } = console;
    // Root searched for all of them, until they were there.
    const { traceId, customer } = visits[4]!;
    const eve = service.client(XRayClient, await newUser("eve", []));
    await bob.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    await eventually(async () => {
      const { TraceSummaries } = await bob.send(
        new GetTraceSummariesCommand({
          StartTime: new Date(Date.now() - 3_600_000),
          EndTime: new Date(),
          FilterExpression: `annotation.customer = "${customer}"`,
        }),
      );
      return TraceSummaries?.some(({ Id }) => Id === traceId);
    }, "the summary of the trace");
    await expect(eve.send(new BatchGetTracesCommand({ TraceIds: [traceId] }))).rejects.toThrow("not authorized");

    await go("/exposure");
    await page.getByLabel("Trace ID").fill(traceId);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("heading", { name: "2 callers have seen this trace, 1 was refused." }).waitFor();
    expect(page.url()).toContain(`trace=${traceId}`);
    const reads = page.getByRole("table").nth(1);
    await reads
      .getByRole("button", { name: `filter annotation.customer = "${customer}"` })
      .first()
      .waitFor();
    await reads.getByText("Refused: AccessDenied").waitFor();
    expect(
      await reads
        .getByRole("link", { name: /event of BatchGetTraces/ })
        .first()
        .getAttribute("href"),
    ).toMatch(/^\/console\/events\/[\w-]{36}$/);
    await page.getByRole("img", { name: /reads and 1 refusal / }).waitFor();
    await expectAccessible();
    await picture("exposure-trace");

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).nth(1).click();
    await page.getByRole("menuitem", { name: "All as CSV" }).click();
    const file = await download;
    const saved = await readFile((await file.path())!, "utf8");
    expect(saved).toMatch(/^Time,EventId,Caller,.*\r\n\d{4}-.*user\/eve.*REFUSED/);

    await page
      .getByRole("link", { name: `arn:aws:iam::${service.accountId}:user/bob` })
      .first()
      .click();
    await page
      .getByRole("heading", { name: /This caller has seen \d+ traces in \d+ calls; no call was refused/ })
      .waitFor();
    await page.getByRole("link", { name: traceId, exact: true }).waitFor();
    await expectAccessible();
    await picture("exposure-caller");

    await page.getByRole("button", { name: "Who has seen a customer" }).click();
    await page.getByLabel("Annotation key").fill("customer");
    await page.getByLabel("Value").fill(customer);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page
      .getByRole("heading", { name: `2 callers have seen 6 traces with customer = ${customer}, 1 was refused.` })
      .waitFor();
    await expectAccessible();
    await picture("exposure-customer");
  });

  it("says which permission is missing to whoever may not ask", async () => {
    const other = await openConsole(service, await newUser("carl", []));
    await other.go(`/exposure?trace=${visits[0]!.traceId}`);
    await other.page.getByText("The permission xray:GetTraceExposure is missing").waitFor();
    await other.close();
  });
});

describe.skipIf(chromiumPath === undefined)("the scorecard", () => {
  it("shows how each check stands and how to mend what falls short, and leads to the page that mends it", async () => {
    const { page, go, expectAccessible, picture } = console;
    await go("/scorecard");
    await page
      .getByRole("heading", { name: /^\d+ of \d+ checks pass; \d+ of those that fail are critical\.$/ })
      .waitFor();
    await page.getByRole("heading", { name: "A trail records who writes and who reads traces" }).waitFor();
    await page.getByText("aws cloudtrail put-event-selectors --trail-name TRAIL").waitFor();
    await expectAccessible();
    await picture("scorecard");
    await page.getByText("Only what falls short").click();
    await page.getByRole("heading", { name: "No user has two access keys in use" }).waitFor({ state: "hidden" });
    expect(page.url()).toContain("show=failed");
  });
});

describe.skipIf(chromiumPath === undefined)("masking and erasing", () => {
  it("makes a rule from a ready-made one, and takes it away after asking", async () => {
    const { page, go, expectAccessible, picture } = console;
    await go("/erasing");
    await page.getByText("No rule: traces are stored as they are sent.").waitFor();
    await page.getByRole("button", { name: "Ready-made" }).click();
    await page.getByRole("menuitem", { name: /^People/ }).click();
    const dialog = page.getByRole("dialog", { name: "Masking rule" });
    await dialog.getByLabel("Annotation keys").fill("phone\nmail*");
    await dialog.getByLabel("Other members of a segment").fill("metadata/x");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("a path of Members begins with one of user").waitFor();
    await dialog.getByLabel("Other members of a segment").fill("user");
    await expectAccessible();
    await picture("masking-rule");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("annotations phone, mail*").waitFor();
    await expectAccessible();
    await picture("masking");
    await page.getByRole("button", { name: "Edit people" }).click();
    expect(await dialog.getByLabel("Annotation keys").inputValue()).toBe("phone\nmail*");
    await dialog.getByLabel("Annotation keys").fill("phone");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("annotation phone", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Delete people" }).click();
    await page.getByText("can be read by everybody who may read traces").waitFor();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("The rule people is deleted.").waitFor();
  });

  it("counts the traces of a customer, asks, erases them, and keeps who did it", async () => {
    const { page, go, expectAccessible, picture } = console;
    const gone = visits.filter(({ customer }) => customer === "cust-dai");
    await go("/erasing?tab=erasing");
    await page.getByLabel("Annotation key").fill("customer");
    await page.getByLabel("Value", { exact: true }).fill("cust-dai");
    await page.getByLabel("Reason").fill("asked by the person");
    await page.getByRole("button", { name: "Count what would be erased" }).click();
    await page.getByRole("button", { name: "Erase 6 traces…" }).click();
    await page.getByText("This cannot be undone").waitFor();
    await page.getByText("The record of who saw what stays").waitFor();
    await expectAccessible();
    await picture("erasing-asks");
    await page.getByLabel("Type erase to go on").fill("erase");
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await page.getByRole("list", { name: "Progress" }).getByText("Nothing can be read any more").waitFor();
    const xray = service.client(XRayClient);
    await eventually(async () => {
      const { UnprocessedTraceIds } = await xray.send(new BatchGetTracesCommand({ TraceIds: [gone[0]!.traceId] }));
      return UnprocessedTraceIds?.length === 1;
    }, "the erasure");
    const history = page.getByRole("table");
    await history.getByText("asked by the person").nth(1).waitFor();
    await expectAccessible();
    await picture("erasing");
    await page.getByRole("button", { name: "Another erasure" }).click();
    await page.getByText("By their IDs").click();
    await page.getByLabel("Trace IDs").fill("1-2");
    await page.getByRole("button", { name: "Count what would be erased" }).click();
    await page.getByText(/no trace ID: 1-2/).waitFor();
    await history
      .getByRole("button", { name: /^Show the erasure of/ })
      .first()
      .click();
    await page.getByText("Nothing can be read any more").waitFor();
    expect(await page.getByRole("button", { name: /^Erase/ }).count()).toBe(0);
  });
});

describe.skipIf(chromiumPath === undefined)("the page of keys", () => {
  it("creates a key, encrypts traces with it, and names what its deletion makes unreadable", async () => {
    const { page, go, expectAccessible, picture } = console;
    await go("/keys");
    await page.getByRole("button", { name: "Create a key" }).click();
    await page.getByLabel("Description").fill("documents of traces");
    await page.getByLabel("Alias").fill("traces");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "alias/traces" }).waitFor();
    await page.getByText("Every 365 days").waitFor();
    await page.getByRole("button", { name: "Rotate now" }).click();
    await page.getByText("The key has new material.").waitFor();
    await expectAccessible();
    await picture("keys-one");

    await page.getByText("New material every year").click();
    await page.getByText("The key is not rotated by itself any more.").waitFor();
    await page.getByLabel("Alias", { exact: true }).fill("aws/mine");
    await page.getByRole("button", { name: "Add an alias" }).click();
    await page.getByText(/NotAuthorizedException|InvalidAliasNameException/).waitFor();
    // What was refused is there to be mended.
    expect(await page.getByLabel("Alias", { exact: true }).inputValue()).toBe("aws/mine");
    await page.getByLabel("Alias", { exact: true }).fill("second");
    await page.getByRole("button", { name: "Add an alias" }).click();
    await page.getByRole("button", { name: "Delete alias/second" }).click();
    await page.getByText("alias/second is deleted.").waitFor();
    await page.getByRole("button", { name: "Delete alias/second" }).waitFor({ state: "detached" });
    const policy = page.getByRole("textbox", { name: "Key policy" });
    const save = page.getByRole("button", { name: "Save", exact: true });
    await policy.getByText("Statement").waitFor();
    const before = JSON.parse((await policy.textContent())!);
    const write = async (text: string) => {
      await policy.click();
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(text);
    };
    await write("{");
    await page.getByText(/This is no JSON/).waitFor();
    expect(await save.isDisabled()).toBe(true);
    await write(JSON.stringify({ ...before, Id: "by-nora" }));
    await save.click();
    await page.getByText("The key policy is changed.").waitFor();
    await eventually(() => save.isDisabled(), "the policy, saved");
    await page.getByRole("button", { name: "Disable", exact: true }).click();
    await page.getByText("Nothing that is set up now uses it.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await page.getByRole("button", { name: "Enable", exact: true }).click();
    await page.getByRole("button", { name: "Rotate now" }).waitFor();

    await page.getByRole("tab", { name: "Encryption of traces" }).click();
    await page.getByText("With no key of yours").waitFor();
    await page.getByRole("button", { name: /Encrypt with/ }).click();
    await page.getByRole("option", { name: /alias\/traces/ }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Documents are encrypted so from now on.").waitFor();

    await page.getByRole("tab", { name: "KMS keys" }).click();
    await page.getByRole("button", { name: "Schedule deletion…" }).click();
    await page.getByText("Traces: documents that were sent while it was X-Ray's key.").waitFor();
    await expectAccessible();
    await picture("keys-deletion");
    await page.getByLabel("Type delete to go on").fill("delete");
    await page.getByRole("button", { name: "Schedule deletion", exact: true }).click();
    await page.getByRole("button", { name: "Cancel the deletion" }).click();
    await page.getByRole("button", { name: "Enable", exact: true }).click();
    await page.getByText("The key is enabled.").waitFor();
    await page.getByRole("button", { name: "All keys" }).click();
    await page.getByRole("cell", { name: "alias/traces" }).waitFor();
    await expectAccessible();
    await picture("keys");
  });

  it("rotates an access key: shows the new one once, and deactivates the old one", async () => {
    const { page, go, expectAccessible, picture } = console;
    const old = await newUser("dora", []);
    await go("/keys?tab=access");
    await page.getByRole("button", { name: `Actions on ${old.accessKeyId}` }).click();
    await page.getByRole("menuitem", { name: "Rotate…" }).click();
    await page.getByRole("button", { name: "Make the new key" }).click();
    await page.getByText("The secret is shown this once").waitFor();
    await page.getByRole("button", { name: `Deactivate ${old.accessKeyId}` }).click();
    const row = page.getByRole("row").filter({ hasText: old.accessKeyId });
    await row.getByText("Inactive").waitFor();
    await expectAccessible();
    await picture("access-keys");
    const choose = async (action: string) => {
      await page.getByRole("button", { name: `Actions on ${old.accessKeyId}` }).click();
      await page.getByRole("menuitem", { name: action, exact: true }).click();
    };
    await choose("Activate");
    await row.getByText("Active", { exact: true }).waitFor();
    await choose("Rotate…");
    await page.getByText("dora has two access keys, which is as many as there can be.").waitFor();
    expect(await page.getByRole("button", { name: "Make the new key" }).isDisabled()).toBe(true);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await choose("Delete…");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await row.waitFor({ state: "detached" });
  });
});
