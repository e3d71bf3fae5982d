import { AttachUserPolicyCommand, CreateUserCommand, GetPolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";

describe.skipIf(chromiumPath === undefined)("the pages of access", () => {
  let service: RunningDosimeter;
  let iam: IAMClient;
  let console: OpenConsole;

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

  it("write a policy that is explained while one types, and say what it would allow", async () => {
    const { page } = console;
    await iam.send(new CreateUserCommand({ UserName: "nora" }));
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
    await console.expectAccessible();
    await console.picture("policy");
    const PolicyArn = `arn:aws:iam::${service.accountId}:policy/checkout-reader`;
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    expect(Policy?.AttachmentCount).toBe(1);
    await iam.send(
      new AttachUserPolicyCommand({ UserName: "nora", PolicyArn: "arn:aws:iam::aws:policy/AWSXrayFullAccess" }),
    );
  });
});
