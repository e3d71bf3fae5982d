import { randomBytes } from "node:crypto";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { BatchGetTracesCommand, XRayClient } from "@aws-sdk/client-xray";
import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";

let service: RunningDosimeter;
let console_: OpenConsole;
const policy = (Effect: "Allow" | "Deny", Action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Action, Resource: "*" }] });

/** Somebody who may do everything but make roles. */
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1" } });
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const put = { UserName: "ann" };
  await iam.send(new PutUserPolicyCommand({ ...put, PolicyName: "all", PolicyDocument: policy("Allow", "*") }));
  await iam.send(
    new PutUserPolicyCommand({ ...put, PolicyName: "no-roles", PolicyDocument: policy("Deny", "iam:CreateRole") }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand(put));
  console_ = await openConsole(service, {
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  });
});
afterAll(async () => {
  await console_?.close();
  await service?.stop();
});

describe.skipIf(chromiumPath === undefined)("the pages of trails", () => {
  it("lead in three clicks from the first page to reads of traces in a log group, and on after a failure", async () => {
    const { page, expectAccessible, picture } = console_;
    let clicks = 0;
    const click = async (target: Locator) => {
      await target.click();
      clicks++;
    };
    await click(page.getByRole("link", { name: "Record who reads your traces" }));
    await page.getByRole("textbox", { name: "Name of the trail" }).waitFor();
    await picture("enable-xray-trail");
    await click(page.getByRole("button", { name: "Skip to: Save and start" }));
    await page.getByText("Make trail who-read-what").waitFor();
    await page.getByText(/Would have selected [\d,]+ of/).waitFor();
    await expectAccessible();
    await picture("enable-xray-review");
    await click(page.getByRole("button", { name: "Save and start", exact: true }));
    expect(clicks).toBe(3);

    await page.getByText("The permission iam:CreateRole is missing").waitFor();
    await picture("enable-xray-failed");
    const iam = service.client(IAMClient);
    await iam.send(new DeleteUserPolicyCommand({ UserName: "ann", PolicyName: "no-roles" }));
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("Trail who-read-what records who reads traces").waitFor();

    const traceId = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
    await service.client(XRayClient).send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    await eventually(async () => {
      const { events } = await service.client(CloudWatchLogsClient).send(
        new FilterLogEventsCommand({
          logGroupName: "who-read-what",
          filterPattern: '{ $.eventName = "BatchGetTraces" }',
        }),
      );
      return events?.some(({ message }) => message?.includes(traceId));
    }, "the read in the log group");
    await page.getByText(/Last delivered at/).waitFor();
    await expectAccessible();
    await picture("enable-xray-finished");
  });

  it("say whether a trail delivers and what, in words, and stop it only when asked twice", async () => {
    const { page, go, expectAccessible, picture } = console_;
    await page.getByRole("link", { name: "See the trail" }).click();
    await page.getByText("Delivering").first().waitFor();
    await page.getByText("Calls on X-Ray traces, all of them").waitFor();
    await page.getByText("Management events, all of them").waitFor();
    await page.getByText(/Would have selected [\d,]+ of/).waitFor();
    await expectAccessible();
    await picture("trail");

    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop trail" }).click();
    await page.getByRole("button", { name: "Start", exact: true }).waitFor();
    await go("/trails");
    await page
      .getByRole("row", { name: /who-read-what/ })
      .getByText("Stopped")
      .waitFor();
    await expectAccessible();
    await picture("trails");
  });

  it("change a trail's places, selectors and Insights, say what is refused, and delete it only by its name", async () => {
    const { page, go, expectAccessible } = console_;
    const dialog = page.getByRole("dialog");
    await go("/trails/who-read-what");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();

    await page.getByRole("button", { name: "Edit", exact: true }).first().click();
    const save = dialog.getByRole("button", { name: "Save" });
    expect(await save.isDisabled()).toBe(true);
    const bucket = dialog.getByLabel("Bucket", { exact: true });
    const before = await bucket.inputValue();
    await bucket.fill("no-such-bucket-anywhere");
    await save.click();
    await dialog.getByText(/S3BucketDoesNotExistException/).waitFor();
    await bucket.fill(before);
    await dialog.getByLabel("Prefix in the bucket").fill("shop");
    await save.click();
    // The policy that the wizard wrote is for no prefix.
    await dialog.getByText(/InsufficientS3BucketPolicyException/).waitFor();
    await dialog.getByLabel("Prefix in the bucket").fill("");
    await dialog.getByText("Write digests").click();
    await save.click();
    await page.getByText("Trail who-read-what is changed").waitFor();
    await dialog.waitFor({ state: "detached" });

    await page.getByRole("button", { name: "Edit", exact: true }).nth(1).click();
    const editor = page.getByRole("textbox", { name: "Selectors as JSON" });
    const write = async (text: string) => {
      await editor.click();
      await page.keyboard.press("Control+a");
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(text);
    };
    const saveSelectors = page.getByRole("button", { name: "Save selectors" });
    await write("[{");
    await page.getByText(/This is not JSON/).waitFor();
    expect(await saveSelectors.isDisabled()).toBe(true);
    const reads = (type: string) =>
      JSON.stringify([
        {
          Name: "reads",
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Data"] },
            { Field: "resources.type", Equals: [type] },
            { Field: "readOnly", Equals: ["true"] },
          ],
        },
      ]);
    await write(reads("AWS::XRay::Trace").replace("eventCategory", "eventKind"));
    await page
      .getByText(/eventKind/)
      .last()
      .waitFor();
    expect(await saveSelectors.isDisabled()).toBe(true);
    await write(reads("AWS::XRay::Trace"));
    await saveSelectors.click();
    await page.getByText(/Calls on X-Ray traces.* that only read/).waitFor();
    await editor.waitFor({ state: "detached" });

    const insights = page.getByRole("button", { name: "Save", exact: true });
    const ofManagement = page.getByRole("checkbox", { name: "Rate of calls: Of management events" });
    const ofData = page.getByRole("checkbox", { name: "Rate of calls: Of data events" });
    await ofManagement.click();
    await insights.click();
    await page.getByText(/InvalidInsightSelectorsException|InvalidEventCategoryException/).waitFor();
    await ofManagement.click();
    expect(await insights.isDisabled()).toBe(true);
    await ofData.click();
    await insights.click();
    await page.getByText("What is watched is changed").waitFor();
    expect(await ofData.isChecked()).toBe(true);
    await expectAccessible();
  });

  it("lead through each step for a trail that is there, and stop at what is not right yet", async () => {
    const { page, go, expectAccessible } = console_;
    const next = page.getByRole("button", { name: "Next", exact: true });
    await go("/trails/enable-xray");
    const name = page.getByRole("textbox", { name: "Name of the trail" });
    await name.fill("x");
    await next.click();
    await page.getByText("3 to 128 characters").waitFor();
    await page.getByText("One that is there", { exact: true }).click();
    await page.getByRole("button", { name: /who-read-what/ }).waitFor();
    await next.click();
    await page.getByText("X-Ray traces: On").waitFor();
    await next.click();
    await page.getByText("Some, by name", { exact: true }).click();
    await next.click();
    await page.getByText("Choose at least one call").waitFor();
    await page.getByRole("button", { name: /Choose calls/ }).click();
    await page.getByRole("option", { name: /^BatchGetTraces/ }).click();
    await page.keyboard.press("Escape");
    await expectAccessible();
    await next.click();
    await page.getByText("The trail delivers to who-read-what already.").waitFor();
    await page.getByRole("textbox", { name: "Log group" }).fill("no such group");
    await page.getByText(/1 to 512 letters/).waitFor();
    await page.getByText("Deliver to a log group, too").click();
    await next.click();
    await page.getByText("Have trail who-read-what select these calls").waitFor();
    expect(await page.getByText(/^Make /).count()).toBe(0);
    await page.getByRole("button", { name: "Save and start", exact: true }).click();
    await page.getByText("Trail who-read-what records who reads traces").waitFor();
    await page.getByRole("link", { name: "See the trail" }).click();
    await page
      .getByText(/BatchGetTraces/)
      .first()
      .waitFor();

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    const dialog = page.getByRole("dialog");
    const remove = dialog.getByRole("button", { name: "Delete trail" });
    expect(await remove.isDisabled()).toBe(true);
    await dialog.getByLabel("Type the trail's name to delete it").fill("who-read-what");
    await remove.click();
    await page.getByText("There is no trail in this region.").waitFor();
  });
});
