import {
  CreateAccessKeyCommand,
  CreateGroupCommand,
  GetPolicyCommand,
  IAMClient,
  ListMFADevicesCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetGroupsCommand, GetSamplingRulesCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, stepMs } from "../../src/identity/people/totp.js";
import { type RunningDosimeter, startDosimeter, type TestCredentials } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole, signIn } from "./open-console.js";

describe.skipIf(chromiumPath === undefined)("the pages of access", () => {
  let service: RunningDosimeter;
  let iam: IAMClient;
  let console: OpenConsole;
  /** Of nora, whom the first test makes. */
  let key: TestCredentials;

  beforeAll(async () => {
    service = await startDosimeter();
    iam = service.client(IAMClient);
    console = await openConsole(service);
  });
  afterAll(async () => {
    await console?.close();
    iam?.destroy();
    await service?.stop();
  });

  it("make a user in one dialog, show the key once, and add a second factor by its QR code", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await iam.send(new CreateGroupCommand({ GroupName: "on-call" }));
    await console.go("/people");
    await page.getByRole("button", { name: "Create user" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("nora");
    await dialog.getByRole("button", { name: /Choose policies/ }).click();
    await page.getByRole("option", { name: /Reads traces/ }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: /Choose groups/ }).click();
    await page.getByRole("option", { name: "on-call" }).click();
    await page.keyboard.press("Escape");
    await dialog.getByLabel("First password").fill("For-one-day-0nly");
    await dialog.getByText("Has an access key").click();
    await console.expectAccessible();
    await console.picture("create-user");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog.getByText("Secret access key").waitFor();
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    const row = page.getByRole("row", { name: /nora/ });
    await row.getByText("on-call").waitFor();
    await row.getByText("Missing").waitFor();
    await console.expectAccessible();
    await console.picture("people");

    await row.getByRole("link", { name: "nora" }).click();
    await page.getByRole("link", { name: "AWSXrayReadOnlyAccess" }).waitFor();
    await page.getByRole("link", { name: "on-call" }).waitFor();
    await console.picture("person");
    await page.getByRole("tab", { name: "Sign-in and keys" }).click();
    await page.getByText(/^AKIA/).waitFor();
    await page.getByRole("button", { name: "Add a device" }).click();
    await dialog.getByRole("button", { name: "Show the QR code" }).click();
    const code = dialog.getByRole("img", { name: /QR code/ });
    await code.waitFor();
    expect(await code.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(
      50,
    );
    await console.picture("enrol");
    const seed = fromBase32((await dialog.getByText(/^[A-Z2-7]{64}$/).textContent())!);
    const step = Math.floor(Date.now() / stepMs);
    await dialog.getByLabel("Code", { exact: true }).fill(codeOf(seed, step));
    await dialog.getByLabel("The code after it").fill(codeOf(seed, step + 1));
    await dialog.getByRole("button", { name: "Add the device" }).click();
    await page.getByText("The device was added").waitFor();
    expect((await iam.send(new ListMFADevicesCommand({ UserName: "nora" }))).MFADevices).toHaveLength(1);
    await console.expectAccessible();
    await console.picture("person-sign-in");
  });

  it("write a policy that is explained while one types, and say what it would allow", async () => {
    const { page } = console;
    await console.go("/policies");
    await page.getByRole("link", { name: "AWSXrayReadOnlyAccess" }).waitFor();
    await console.expectAccessible();
    await console.picture("policies");

    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("checkout-reader");
    const editor = page.getByRole("textbox", { name: "Editor of the policy" }).or(page.getByLabel("the policy"));
    await editor.click();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(
      JSON.stringify(
        {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Action: ["xray:GetTraceSummaries", "xray:GetTracesOfOld"],
              Resource: "*",
              Condition: { StringEquals: { "xray:GroupName": "checkout" } },
            },
          ],
        },
        null,
        2,
      ),
    );
    await page.getByText("of group checkout only").waitFor();
    await page.getByText("Nothing here is called xray:GetTracesOfOld").waitFor();
    await page.getByRole("combobox", { name: "Action" }).fill("xray:PutTraceSegments");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Not allowed by any statement").waitFor();
    await console.expectAccessible();
    await console.picture("policy-editor");
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByRole("heading", { name: "checkout-reader" }).waitFor();

    await page.getByRole("button", { name: "Attach" }).click();
    await page.getByRole("button", { name: /A person, a group or a role/ }).click();
    await page.getByRole("option", { name: "nora" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("link", { name: "nora" }).waitFor();
    await console.picture("policy");
    const PolicyArn = `arn:aws:iam::${service.accountId}:policy/checkout-reader`;
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.AttachmentCount).toBe(1);
  });

  it("make a role for a person with a second factor, and say whom it trusts", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await console.go("/roles");
    await page.getByRole("button", { name: "Create role" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("night-shift");
    await dialog.getByRole("button", { name: /Person/ }).click();
    await page.getByRole("option", { name: "nora" }).click();
    await dialog.getByText("Allows user nora to assume this role, with MFA.").waitFor();
    await dialog.getByRole("button", { name: /Choose policies/ }).click();
    await page.getByRole("option", { name: /Reads the record/ }).click();
    await page.keyboard.press("Escape");
    await console.picture("create-role");
    await dialog.getByRole("button", { name: "Create role" }).click();
    await page.getByRole("heading", { name: "night-shift" }).waitFor();
    await page.getByText("Not in the last 90 days").waitFor();
    await page.getByText("Allows user nora to assume this role, with MFA.").waitFor();
    await console.expectAccessible();
    await console.picture("role");
    await console.go("/roles");
    await page.getByRole("row", { name: /night-shift/ }).waitFor();
    await console.expectAccessible();
    await console.picture("roles");
  });

  it("make the policy that somebody needs, show what a change of it would refuse, and attach it", async () => {
    const { page } = console;
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "nora" }));
    key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const xray = service.client(XRayClient, key);
    await xray.send(new GetGroupsCommand({}));
    await xray.send(new GetSamplingRulesCommand({}));
    xray.destroy();
    const arn = `arn:aws:iam::${service.accountId}:user/nora`;
    await console.go(`/least-privilege?principal=${encodeURIComponent(arn)}`);
    await page.getByText(/Allows .*xray:GetGroups.*from 127\.0\.0\.1/).waitFor();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("Every call would be answered as it was.").waitFor();

    const editor = page.getByRole("textbox", { name: /the policy/ });
    await editor.click();
    const made = JSON.parse((await editor.textContent())!);
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(JSON.stringify(made).replace("xray:GetGroups", "xray:GetGroup"));
    await page.getByText("The policy was changed since this replay.").waitFor();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    const refused = page.getByRole("row", { name: /Refused xray:GetGroups/ });
    await refused.getByRole("link", { name: "Event 1" }).waitFor();
    await console.expectAccessible();
    await console.picture("least-privilege");

    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("heading", { name: "nora" }).waitFor();
    await page.getByRole("link", { name: "nora-needed" }).waitFor();
    await page.getByRole("tab", { name: "Use" }).click();
    await page.getByRole("progressbar", { name: /X-Ray/ }).waitFor();
    await console.expectAccessible();
    await console.picture("unused-access");
    await console.go("/least-privilege?tab=everyone");
    await page.getByRole("button", { name: "Look at everyone" }).click();
    await page.getByRole("row", { name: /night-shift/ }).waitFor();
    await console.expectAccessible();
    await console.picture("everyone");
  });

  it("show people their own password, and which permission is missing for the rest", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await iam.send(new UpdateAccountPasswordPolicyCommand({ AllowUsersToChangePassword: true }));
    await page.getByRole("button", { name: /root/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await signIn(page, key);
    await console.go("/me");
    await page.getByText(/The permission iam:ListAccessKeys is missing/).waitFor();
    expect(await page.getByText("No access key").count()).toBe(0);
    expect(await page.getByText("has the new policy").count()).toBe(0);
    await console.expectAccessible();
    await console.picture("me");
    await page.getByRole("button", { name: "Change my password" }).click();
    await dialog.getByLabel("Present password").fill("For-one-day-0nly");
    await dialog.getByLabel("New password", { exact: true }).fill("For-many-days-0nly");
    await dialog.getByLabel("New password again").fill("For-many-days-0nly");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Your password was changed.").waitFor();
  });
});

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"));
  return Uint8Array.from(bits.join("").match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
}
