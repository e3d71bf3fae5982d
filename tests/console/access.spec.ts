import {
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateUserCommand,
  GetGroupPolicyCommand,
  GetPolicyCommand,
  IAMClient,
  ListMFADevicesCommand,
  ListVirtualMFADevicesCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetGroupsCommand, GetSamplingRulesCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, stepMs } from "../../src/identity/people/totp.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "../start-dosimeter.js";
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

  /** Of the only editor that there is: all of it is chosen, and gone. */
  async function emptyEditor() {
    await console.page.getByRole("textbox", { name: /the (trust )?policy/ }).click();
    await console.page.keyboard.press("Control+a");
    await console.page.keyboard.press("Delete");
  }

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

    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Replace all policies" }).click();
    await dialog.getByText("checkout-reader", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Attach", exact: true }).click();
    await dialog.getByRole("button", { name: "Attach", exact: true }).click();
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

  it("make a group, fill it and write its rights, and take all of that away again", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await console.go("/people?tab=groups");
    await page.getByRole("button", { name: "Create group" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("support");
    await dialog.getByRole("button", { name: "Create group" }).click();
    await page.getByRole("link", { name: "support", exact: true }).click();

    await page.getByRole("button", { name: "Add member" }).click();
    await dialog.getByRole("button", { name: /A person/ }).click();
    await page.getByRole("option", { name: "nora" }).click();
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "nora" }).waitFor();
    // What was chosen is gone with the dialog.
    await page.getByRole("button", { name: "Add member" }).click();
    expect(await dialog.getByRole("button", { name: "Add", exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole("button", { name: "Cancel" }).click();

    await page.getByRole("button", { name: "Attach policies" }).click();
    await dialog.getByRole("button", { name: /Choose policies/ }).click();
    await page.getByRole("option", { name: /Sends traces/ }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Attach", exact: true }).click();
    await page.getByRole("link", { name: "AWSXRayDaemonWriteAccess" }).waitFor();

    await page.getByRole("button", { name: "Add inline policy" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("odd");
    await emptyEditor();
    expect(await dialog.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await page.keyboard.insertText('{ "Version": "2012-10-17" }');
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/MalformedPolicyDocument/).waitFor();
    await emptyEditor();
    await page.keyboard.insertText(policyText("xray:GetGroups"));
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("Inline policy odd was saved.").waitFor();
    await page.getByRole("button", { name: "odd", exact: true }).click();
    await dialog.getByText(/Allows .*xray:GetGroups/).waitFor();
    await emptyEditor();
    await page.keyboard.insertText(policyText("xray:GetSamplingRules"));
    await page.keyboard.press("Control+Enter");
    await dialog.waitFor({ state: "detached" });
    const { PolicyDocument } = await iam.send(new GetGroupPolicyCommand({ GroupName: "support", PolicyName: "odd" }));
    expect(decodeURIComponent(PolicyDocument!)).toContain("xray:GetSamplingRules");

    await page.getByRole("button", { name: "Delete odd" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "odd", exact: true }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Detach AWSXRayDaemonWriteAccess" }).click();
    await dialog.getByRole("button", { name: "Detach" }).click();
    await page.getByText("No policy is attached: nothing is allowed.").waitFor();
    await page.getByRole("button", { name: "Remove nora" }).click();
    await dialog.getByText("Remove nora from group support?").waitFor();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("Nobody is in this group.").waitFor();
    await console.expectAccessible();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Group support was deleted.").waitFor();
    await page.getByRole("link", { name: "on-call" }).waitFor();
  });

  it("change a person's groups, boundary, password, devices and keys, and delete the person", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await iam.send(new CreateUserCommand({ UserName: "olga" }));
    await console.go("/people/olga");
    await page.getByRole("button", { name: "Add to groups" }).click();
    await dialog.getByRole("button", { name: /Choose groups/ }).click();
    await page.getByRole("option", { name: "on-call" }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("button", { name: "Remove on-call" }).click();
    await dialog.getByText("Remove olga from group on-call?").waitFor();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("In no group").waitFor();

    await page.getByRole("button", { name: "Set boundary" }).click();
    await dialog.getByRole("button", { name: /Choose policies/ }).click();
    await page.getByRole("option", { name: /Reads traces/ }).click();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Set boundary" }).click();
    await page.getByText("The boundary was set.").waitFor();
    await page.getByRole("button", { name: "Change", exact: true }).click();
    expect(await dialog.getByRole("button", { name: "Set boundary" }).isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
    // Whoever works by keyboard goes on where they were.
    await page.locator(":focus", { hasText: "Change" }).waitFor();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("No boundary: the policies alone decide.").waitFor();

    await page.getByRole("tab", { name: "Sign-in and keys" }).click();
    await page.getByRole("button", { name: "Set a password" }).click();
    await dialog.getByLabel("New password").fill("short");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/PasswordPolicyViolation/).waitFor();
    await dialog.getByLabel("New password").fill("For-one-day-0nly");
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await dialog.getByLabel("New password").fill("For-a-day-m0re-0nly");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByText("No password: this user cannot sign in to the console.").waitFor();

    // One that is begun and given up leaves nothing behind.
    await page.getByRole("button", { name: "Add a device" }).click();
    await dialog.getByRole("button", { name: "Show the QR code" }).click();
    await dialog.getByLabel("Code", { exact: true }).fill("000000");
    await dialog.getByLabel("The code after it").fill("000000");
    await dialog.getByRole("button", { name: "Add the device" }).click();
    await dialog.getByText(/InvalidAuthenticationCode/).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await eventually(
      async () => (await iam.send(new ListVirtualMFADevicesCommand({}))).VirtualMFADevices?.length === 1,
      "the end of the device that was given up",
    );

    await page.getByRole("button", { name: "Create key" }).click();
    await dialog.getByText("Secret access key").waitFor();
    await dialog.getByRole("button", { name: "I have kept it" }).click();
    const keyRow = page.getByRole("row", { name: /AKIA/ });
    await keyRow.getByRole("button", { name: /^Deactivate/ }).click();
    await keyRow.getByText("Inactive", { exact: true }).waitFor();
    await keyRow.getByRole("button", { name: /^Activate/ }).click();
    await keyRow.getByText("Active", { exact: true }).waitFor();
    await keyRow.getByRole("button", { name: /^Delete/ }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("No access key: this user cannot call the APIs from programs.").waitFor();

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByLabel("Type the name to confirm").fill("olg");
    expect(await dialog.getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Type the name to confirm").fill("olga");
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("User olga was deleted.").waitFor();
    await page.getByRole("link", { name: "nora" }).waitFor();
    expect(await page.getByRole("link", { name: "olga" }).count()).toBe(0);
  });

  it("keep the versions of a policy, and delete it only where nobody has it", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await console.go(`/policies/arn:aws:iam::${service.accountId}:policy/checkout-reader`);
    await page.getByText("of group checkout only").waitFor();
    const save = page.getByRole("button", { name: "Save as new version" });
    expect(await save.isDisabled()).toBe(true);
    for (const action of ["xray:GetGroups", "xray:GetGroup", "xray:GetInsight", "xray:GetTraceGraph"]) {
      await emptyEditor();
      await page.keyboard.insertText(policyText(action));
      await save.click();
      await page
        .getByText(/^Saved as version/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Close" }).first().click();
    }
    const rows = page.getByRole("table", { name: "Versions" }).getByRole("row");
    await rows.nth(5).waitFor();
    await emptyEditor();
    await page.keyboard.insertText(policyText("xray:GetTimeSeriesServiceStatistics"));
    await save.click();
    await page.getByText("A policy keeps five versions. Delete one to save another.").waitFor();
    // Nothing of it is lost.
    await page.getByText(/Allows .*xray:GetTimeSeriesServiceStatistics/).waitFor();

    await page.getByRole("button", { name: "Show v1" }).click();
    await page.getByText("of group checkout only").waitFor();
    expect(page.url()).toContain("version=v1");
    await page.getByRole("button", { name: "Put in force v1" }).click();
    await page.getByText("Version v1 is in force.").waitFor();
    await page.getByRole("button", { name: "Delete v2" }).click();
    await dialog.getByText("Delete version v2?").waitFor();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete v2" }).waitFor({ state: "detached" });
    await console.expectAccessible();

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await dialog.getByText(/detach it first\. Nothing was deleted\./).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(await rows.count()).toBe(5);
    await page.getByRole("button", { name: "Detach nora" }).click();
    await dialog.getByRole("button", { name: "Detach" }).click();
    await page.getByText("Attached to nobody: it allows nothing yet.").waitFor();
    await page.getByRole("button", { name: "Copy into a new policy" }).click();
    await page.getByText("of group checkout only").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("link", { name: "checkout-reader" }).click();
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Policy checkout-reader was deleted.").waitFor();
  });

  it("change whom a role trusts, how long its sessions last and its boundary, and delete it", async () => {
    const { page } = console;
    const dialog = page.getByRole("dialog");
    await console.go("/roles");
    await page.getByRole("button", { name: "Create role" }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill("to-logs");
    const create = dialog.getByRole("button", { name: "Create role" });
    await dialog.getByText("Another account").click();
    await dialog.getByLabel("Account", { exact: true }).fill("12345678901");
    expect(await create.isDisabled()).toBe(true);
    await dialog.getByText("A job with a token").click();
    expect(await create.isDisabled()).toBe(true);
    await dialog.getByText("A service", { exact: true }).click();
    await dialog.getByRole("textbox", { name: "Service" }).fill("cloudtrail.amazonaws.com");
    await create.click();
    await page.getByRole("heading", { name: "to-logs" }).waitFor();

    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await dialog.getByLabel("Description").fill("writes what trails deliver");
    await dialog.getByRole("button", { name: /Longest session/ }).click();
    await page.getByRole("option", { name: "4 hours" }).click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("writes what trails deliver").waitFor();
    await page.getByText("4 hours").waitFor();

    const save = page.getByRole("button", { name: "Save", exact: true });
    expect(await save.isDisabled()).toBe(true);
    await emptyEditor();
    await page.keyboard.insertText('{ "Statement": [] }');
    await save.click();
    await page.getByText(/MalformedPolicyDocument/).waitFor();
    await emptyEditor();
    const trust = {
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${service.accountId}:user/nora` },
      Action: "sts:AssumeRole",
    };
    await page.keyboard.insertText(JSON.stringify({ Version: "2012-10-17", Statement: [trust] }));
    await save.click();
    await page.getByText("The trust policy was saved.").waitFor();
    await page.getByText(/Allows user nora to assume this role/).waitFor();
    await eventually(() => save.isDisabled(), "the trust policy, saved");

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByLabel("Type the name to confirm").fill("to-logs");
    await page.keyboard.press("Enter");
    await page.getByText("Role to-logs was deleted.").waitFor();
    await page.getByRole("link", { name: "night-shift" }).waitFor();
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

function policyText(action: string): string {
  const statement = { Effect: "Allow", Action: action, Resource: "*" };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

function fromBase32(text: string): Uint8Array {
  const bits = [...text].map((digit) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit).toString(2).padStart(5, "0"));
  return Uint8Array.from(bits.join("").match(/.{8}/g)!, (byte) => Number.parseInt(byte, 2));
}
