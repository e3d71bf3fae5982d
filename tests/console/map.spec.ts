import { XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";
import { visitShop } from "./shop-traces.js";

describe.skipIf(chromiumPath === undefined)("the overview and the trace map", () => {
  let service: RunningDosimeter;
  let xray: XRayClient;
  let browser: OpenConsole;
  let page: OpenConsole["page"];

  beforeAll(async () => {
    service = await startDosimeter();
    xray = service.client(XRayClient);
    browser = await openConsole(service);
    page = browser.page;
  });
  afterAll(async () => {
    await browser?.close();
    xray?.destroy();
    await service?.stop();
  });

  it("say how to send the first trace, and turn into the map by themselves when it is here", async () => {
    await page.getByRole("heading", { name: "Send your first trace" }).waitFor();
    await page.getByText(`export AWS_XRAY_DAEMON_ADDRESS=${service.daemonAddress}`).waitFor();
    await page.getByRole("tab", { name: "OpenTelemetry" }).click();
    await page.getByText(`export OTEL_EXPORTER_OTLP_ENDPOINT=${service.otlpHttp}`).waitFor();
    await page.getByRole("link", { name: "Record who reads your traces" }).waitFor();
    await browser.expectAccessible();
    await browser.picture("first-trace");

    await visitShop(xray);
    await page.getByRole("button", { name: /^payment, ECS Container, .* faults/ }).waitFor();
    await page.getByRole("link", { name: "Requests: 60. Show traces" }).waitFor();
    await browser.expectAccessible();
    await browser.picture("overview");
  });

  it("show services and calls, and what is behind each", async () => {
    await browser.go("/trace-map");
    const map = page.getByRole("group", { name: /^Map of/ });
    await map.getByRole("button", { name: /^web, ECS Container/ }).focus();
    // To the cart, and up to the payment.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "payment", exact: true }).waitFor();
    await page.getByRole("button", { name: "Find root causes" }).click();
    await page.getByText("BankTimeout: the bank did not answer within 1 s").waitFor();
    expect(await page.getByRole("link", { name: "with faults" }).getAttribute("href")).toBe(
      `/console/traces?${new URLSearchParams({
        filter: 'service(id(name: "payment", type: "AWS::ECS::Container")) { fault }',
        period: "30m",
      })}`,
    );
    await browser.picture("trace-map");
    await browser.expectAccessible();
  });
});
