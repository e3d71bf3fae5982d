import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "./call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

let dosimeter: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  dosimeter = await startDosimeter();
  xray = dosimeter.client(XRayClient);
});

afterAll(async () => {
  xray.destroy();
  await dosimeter.stop();
});

/** As the guide shows it. */
const rejected = (input: object = {}, credentials?: TestCredentials) =>
  callExtension(dosimeter, "xray", "GetRejectedSegments", input, credentials);

describe("GetRejectedSegments", () => {
  it("tells what was not stored: reason, count and an example, also after a restart", async () => {
    const TraceSegmentDocuments = ["{broken", '{"id":"x"}', `{"id":"y","text":"${"z".repeat(3000)}"}`];
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    await fetch(`${dosimeter.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "00" }] }] }] }),
    });
    const answer = await rejected();
    expect(answer.RejectedSegments).toMatchObject([
      { ErrorCode: "InvalidId", Count: 3, Sample: expect.any(String) },
      { ErrorCode: "ParseError", Count: 1, Sample: "{broken", SampleLength: 7 },
    ]);
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [TraceSegmentDocuments[2]!] }));
    const [latest] = (await rejected()).RejectedSegments;
    expect(latest).toMatchObject({ Count: 4, SampleLength: TraceSegmentDocuments[2]!.length });
    expect(latest.Sample).toHaveLength(2000);

    const metrics = await (await fetch(`${dosimeter.endpoint}/metrics`)).text();
    expect(metrics).toContain('dosimeter_rejected_segments_total{reason="InvalidId"} 4');
    expect(await rejected({ StartTime: 1, EndTime: 2 })).toEqual({ RejectedSegments: [] });
  });

  it("refuses wrong times", async () => {
    for (const input of [{ StartTime: "x" }, { StartTime: 5, EndTime: 4 }, { EndTime: -1 }])
      expect(await rejected(input)).toMatchObject({ __type: "InvalidRequestException" });
  });

  it("needs its permission", async () => {
    const iam = dosimeter.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "curious" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "curious" }));
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const refusal = await eventually(async () => {
      const answer = await rejected({}, key);
      return answer.__type === "AccessDeniedException" && answer;
    }, "the key to be known");
    expect(refusal.message).toContain("xray:GetRejectedSegments");
    iam.destroy();
  });
});
