import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateLoginProfileCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, openBrowser, openConsole } from "./open-console.js";

let service: RunningDosimeter;
beforeAll(async () => {
  service = await startDosimeter();
});
afterAll(() => service?.stop());

describe("the console's files", () => {
  it("come without a signature, under a policy that lets nothing else in, and with every address a page of its own", async () => {
    for (const address of ["/console/", "/console/traces?filter=fault"]) {
      const response = await fetch(`${service.endpoint}${address}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toMatch(/default-src 'none'.*script-src 'self';.*frame-ancestors 'none'/);
      expect(policy).not.toContain("unsafe");
      const nonce = /nonce-([^']+)/.exec(policy)?.[1];
      expect(await response.text()).toContain(`content="${nonce}"`);
    }
    expect((await fetch(`${service.endpoint}/console`, { redirect: "manual" })).headers.get("location")).toBe(
      "/console/",
    );
    for (const outside of ["/console/assets/../index.html.gz", "/console/assets/%2e%2e/%2e%2e/src/main.js"])
      expect(await (await fetch(`${service.endpoint}${outside}`)).text()).not.toContain("import");
  });

  it("leave a bucket of that name to S3", async () => {
    const s3 = service.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: "console" }));
    await s3.send(new PutObjectCommand({ Bucket: "console", Key: "index.html", Body: "an object" }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "console", Key: "index.html" }));
    expect(await Body?.transformToString()).toBe("an object");
  });
});

describe.skipIf(chromiumPath === undefined)("signing in", () => {
  it("with a password that must be changed leads to the page asked for, and is recorded", async () => {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "ann" }));
    await iam.send(
      new CreateLoginProfileCommand({ UserName: "ann", Password: "For-one-day-0nly", PasswordResetRequired: true }),
    );
    const { browser, page } = await openBrowser();
    await page.goto(`${service.endpoint}/console/nowhere?x=1`);
    await page.getByLabel("User name").fill("ann");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByText("Your authentication information is incorrect").waitFor();
    await page.getByLabel("Password", { exact: true }).fill("For-one-day-0nly");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByLabel("New password").fill("Better-passw0rd");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("button", { name: /ann/ }).waitFor();
    await page.getByText("There is no such page").waitFor();
    expect(page.url()).toBe(`${service.endpoint}/console/nowhere?x=1`);
    await browser.close();

    const trail = service.client(CloudTrailClient);
    await eventually(async () => {
      const { Events } = await trail.send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "ConsoleLogin" }] }),
      );
      const results = Events?.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!).responseElements?.ConsoleLogin);
      return results?.includes("Success") && results.includes("Failure");
    }, "the sign-ins in event history");
  });

  it("keeps no secret in the browser, and forgets everything on signing out", async () => {
    const { page, expectAccessible, close } = await openConsole(service);
    await expectAccessible();
    const kept = await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");
    expect(kept).not.toMatch(/AKIA|ASIA|secret/i);
    await page.getByRole("button", { name: /root/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in to Dosimeter" }).waitFor();
    await close();
  });

  it("weighs less than 400 KB of script before the first page, compressed", () => {
    const folder = path.resolve(import.meta.dirname, "../../dist/console/assets");
    const scripts = new Set(readdirSync(folder).filter((file) => file.endsWith(".js")));
    const html = readFileSync(path.join(folder, "../index.html"), "utf8");
    const first = [...html.matchAll(/assets\/([\w.-]+\.js)/g)].map((match) => match[1]!);
    const shell = [...scripts].filter((file) => file.startsWith("shell-"));
    const wanted = new Set<string>();
    const take = (file: string) => {
      if (wanted.has(file)) return;
      wanted.add(file);
      const text = readFileSync(path.join(folder, file), "utf8");
      for (const [, imported] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) take(imported!);
    };
    for (const file of [...first, ...shell]) take(file);
    const bytes = [...wanted].reduce((sum, file) => sum + gzipSync(readFileSync(path.join(folder, file))).length, 0);
    expect(shell).toHaveLength(1);
    expect(bytes).toBeLessThan(400 * 1024);
  });
});
