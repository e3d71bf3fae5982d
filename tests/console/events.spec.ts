import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { BatchGetTracesCommand, GetGroupsCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { chromiumPath, type OpenConsole, openConsole } from "./open-console.js";

let service: RunningDosimeter;
let console_: OpenConsole;
let annsXray: XRayClient;
const seconds = Math.floor(Date.now() / 1000) - 5;
const traceId = `1-${seconds.toString(16)}-${randomBytes(12).toString("hex")}`;

/** Somebody sends a trace, the root user reads it, and ann is refused it. */
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  service = await startDosimeter();
  const xray = service.client(XRayClient);
  const segment = {
    name: "shop",
    id: "70de5b6f19ff9a0a",
    trace_id: traceId,
    start_time: seconds,
    end_time: seconds + 1,
  };
  await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
  await eventually(async () => {
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    return Traces?.length === 1;
  }, "the trace");
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  annsXray = service.client(XRayClient, {
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  });
  await expect(annsXray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }))).rejects.toThrow("not authorized");
  console_ = await openConsole(service);
});
afterAll(async () => {
  await console_?.close();
  await service?.stop();
});

describe.skipIf(chromiumPath === undefined)("the pages of recorded calls", () => {
  it("tell each call as a sentence, find calls by attributes, and follow new ones", async () => {
    const { page, go, expectAccessible, picture } = console_;
    await go("/events");
    await page
      .getByRole("link", { name: `the root user read trace ${traceId}` })
      .first()
      .waitFor();
    const refusal = page.getByRole("link", { name: "ann was refused BatchGetTraces: no policy allows it" });
    await refusal.waitFor();
    await expectAccessible();
    await picture("events");

    const filter = page.getByRole("combobox", { name: "Filter of calls" });
    await filter.fill("User or session name = ann");
    await filter.press("Enter");
    await page
      .getByRole("link", { name: /the root user/ })
      .first()
      .waitFor({ state: "detached" });
    await refusal.waitFor();
    expect(page.url()).toContain("username=ann");

    await page.getByText("Follow", { exact: true }).click();
    await page.getByText(/Looks for new calls/).waitFor();
    await expect(annsXray.send(new GetGroupsCommand({}))).rejects.toThrow("not authorized");
    await page.getByRole("link", { name: "ann was refused GetGroups: no policy allows it" }).waitFor();
    await page.getByText("Follow", { exact: true }).click();

    await page.getByRole("button", { name: "JSON", exact: true }).click();
    await page.getByRole("region", { name: "JSON" }).getByText('"userName": "ann"').first().waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as JSON" }).click();
    const { Records } = JSON.parse(await readFile(await (await download).path(), "utf8"));
    expect(Records.map(({ eventName }: { eventName: string }) => eventName)).toContain("GetGroups");
    // Reads of traces are data events, which event history does not have.
    await page.getByRole("button", { name: "Event history" }).click();
    await page.getByText('"eventName": "GetGroups"').first().waitFor();
    await page.getByText('"eventName": "BatchGetTraces"').first().waitFor({ state: "detached" });
  });

  it("show one call with its proof, checked in the browser, and with whoever else was after the same trace", async () => {
    const { page, go, expectAccessible, picture } = console_;
    await go(`/events?traceId=${traceId}&eventName=BatchGetTraces&username=root`);
    await page
      .getByRole("link", { name: `the root user read trace ${traceId}` })
      .first()
      .click();
    await page.getByRole("heading", { name: "BatchGetTraces", level: 1 }).waitFor();
    await page.getByText("The record is as it was made").waitFor();
    await page.getByText("The head is signed by the key of the log").waitFor();
    await page.getByRole("tab", { name: "Same trace" }).click();
    await page.getByRole("link", { name: "ann was refused BatchGetTraces: no policy allows it" }).waitFor();
    await page.getByRole("link", { name: `the root user sent 1 segment of trace ${traceId}` }).waitFor();
    await page.getByRole("heading", { name: "BatchGetTraces", level: 1 }).scrollIntoViewIfNeeded();
    await expectAccessible();
    await picture("event");
  });
});
