import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "../call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "../start-dosimeter.js";
import { chromiumPath, openBrowser, openConsole, signIn } from "./open-console.js";

let service: RunningDosimeter;
let ann: TestCredentials;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  service = await startDosimeter();
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const allow = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "ann",
      PolicyName: "roles",
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [allow] }),
    }),
  );
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  ann = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  const trust = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${service.accountId}:user/ann` },
    Action: "sts:AssumeRole",
  };
  await iam.send(
    new CreateRoleCommand({
      RoleName: "on-call",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    }),
  );
});
afterAll(() => service?.stop());

describe.skipIf(chromiumPath === undefined)("a session", () => {
  it("can become a role's and one's own again, and calls are recorded as the role's", async () => {
    const { page, close } = await openConsole(service, ann);
    await page.getByRole("button", { name: /ann/ }).click();
    await page.getByRole("menuitem", { name: "Switch role" }).click();
    await page.getByLabel("ARN of the role").fill("nobody-has-this");
    await page.getByRole("button", { name: "Switch", exact: true }).click();
    await page.getByText("The role could not be assumed").waitFor();
    await page.getByLabel("ARN of the role").fill("on-call");
    await page.getByRole("button", { name: "Switch", exact: true }).click();
    await page.getByRole("button", { name: /Acting as on-call\/ann/ }).waitFor();
    await page.getByText("A permission is missing").first().waitFor();
    await page
      .getByText(/The permission xray:\w+ is missing/)
      .first()
      .waitFor();
    await eventually(async () => {
      const { Events } = await callExtension(service, "cloudtrail", "SearchEvents", { MaxResults: 50 });
      return JSON.stringify(Events).includes("assumed-role/on-call/ann");
    }, "a record of a call made as the role");
    await page.getByRole("button", { name: /Acting as/ }).click();
    await page.getByRole("menuitem", { name: "Back to ann" }).click();
    await page.getByRole("button", { name: /^ann/ }).waitFor();
    await close();
  });

  it("that has ended asks to sign in again, by the same person, and then goes on where it was", async () => {
    const { browser, page } = await openBrowser();
    // The tab's clock goes on for an hour: the root user's session ends then.
    await page.clock.install();
    await page.goto(`${service.endpoint}/console/?period=6h`);
    await signIn(page, service.root);
    await page.clock.fastForward(60 * 60 * 1000);
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    await page.clock.setSystemTime(new Date());
    const signInAgain = async ({ accessKeyId, secretAccessKey }: TestCredentials) => {
      await dialog.getByLabel("Access key ID").fill(accessKeyId);
      await dialog.getByLabel("Secret access key").fill(secretAccessKey);
      await dialog.getByRole("button", { name: "Sign in", exact: true }).click();
    };
    await signInAgain(ann);
    await dialog.getByText(/have signed in as .*:user\/ann/).waitFor();
    await signInAgain(service.root);
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: /^root/ }).waitFor();
    expect(page.url()).toBe(`${service.endpoint}/console/?period=6h`);
    await browser.close();
  });

  it("of one who may do nothing shows on every page what is missing, and breaks none", async () => {
    const { page, go, close } = await openConsole(service, ann);
    const pages = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").all();
    const addresses = await Promise.all(pages.map((link) => link.getAttribute("href")));
    for (const address of new Set(addresses)) {
      await go(address!.replace("/console", ""));
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      expect(await page.getByText("This page failed").count(), address!).toBe(0);
    }
    await close();
  });
});
