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
});
