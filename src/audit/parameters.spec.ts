import { CreateAccessKeyResponse$ } from "@aws-sdk/client-iam";
import { EncryptRequest$ } from "@aws-sdk/client-kms";
import { PutObjectRequest$ } from "@aws-sdk/client-s3";
import {
  BatchGetTracesRequest$,
  GetEncryptionConfigRequest$,
  GetTraceSummariesRequest$,
  PutTelemetryRecordsRequest$,
  TagResourceRequest$,
} from "@aws-sdk/client-xray";
import { describe, expect, it } from "vitest";
import { hidden, toEventParameters } from "./parameters.js";

describe("the parameters of a record", () => {
  it("lower-case the first letter of members, at every depth, and of nothing else", () => {
    expect(
      toEventParameters(PutTelemetryRecordsRequest$, {
        TelemetryRecords: [{ Timestamp: new Date("2026-08-01T12:00:00.750Z"), SegmentsSentCount: 2 }],
        EC2InstanceId: "i-1",
        ResourceARN: "arn:aws:ec2:::X",
      }),
    ).toEqual({
      telemetryRecords: [{ timestamp: "2026-08-01T12:00:00Z", segmentsSentCount: 2 }],
      eC2InstanceId: "i-1",
      resourceARN: "arn:aws:ec2:::X",
    });
    expect(toEventParameters(TagResourceRequest$, { ResourceARN: "a", Tags: [{ Key: "Team", Value: "Web" }] })).toEqual(
      { resourceARN: "a", tags: [{ key: "Team", value: "Web" }] },
    );
  });

  it("leave out what was not given and what the API does not know", () => {
    expect(toEventParameters(BatchGetTracesRequest$, { TraceIds: ["1"], NextToken: undefined, Dummy: 1 })).toEqual({
      traceIds: ["1"],
    });
  });

  it("are null where there is nothing to show", () => {
    expect(toEventParameters(GetEncryptionConfigRequest$, {})).toBeNull();
    expect(toEventParameters(GetTraceSummariesRequest$, undefined)).toBeNull();
    expect(toEventParameters(undefined, { any: 1 })).toBeNull();
  });

  it("hide what the model calls sensitive, and bytes; and leave streams out", () => {
    const encrypted = toEventParameters(EncryptRequest$, {
      KeyId: "k",
      Plaintext: Buffer.from("secret"),
      EncryptionContext: { Purpose: "test" },
    });
    expect(encrypted).toEqual({ keyId: "k", plaintext: hidden, encryptionContext: { Purpose: "test" } });
    expect(toEventParameters(PutObjectRequest$, { Bucket: "b", Key: "k", Body: Buffer.from("x") })).toEqual({
      bucket: "b",
      key: "k",
    });
    const key = { AccessKey: { UserName: "u", AccessKeyId: "A", SecretAccessKey: "s", Status: "Active" } };
    expect(JSON.stringify(toEventParameters(CreateAccessKeyResponse$, key))).not.toContain('"s"');
  });
});
