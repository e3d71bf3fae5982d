import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteLoginProfileCommand,
  DetachUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import {
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { PutEncryptionConfigCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { extensionClient } from "../src/commands/extension-client.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { letTrailsWrite, makeTrailBucket, makeTrailLogGroup } from "./trail-destinations.js";

const program = path.resolve(import.meta.dirname, "../bin/dosimeter.cjs");
const Name = "audit";
const S3BucketName = "audit-logs";

let service: RunningDosimeter;
let cloudtrail: CloudTrailClient;
let iam: IAMClient;
let kms: KMSClient;
let call: ReturnType<typeof extensionClient>["call"];
const received: { Type: string; SubscribeURL: string }[] = [];
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  received.push(JSON.parse(body));
  response.end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  service = await startDosimeter({
    env: {
      DOSIMETER_DELIVERY_SECONDS: "1",
      DOSIMETER_DIGEST_SECONDS: "1",
      DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8",
    },
  });
  cloudtrail = service.client(CloudTrailClient);
  iam = service.client(IAMClient);
  kms = service.client(KMSClient);
  // The SDK finds the caller in the environment, as it does for a command.
  for (const [name, value] of Object.entries(service.cliEnvironment()))
    if (name.startsWith("AWS_")) process.env[name] = value;
  call = extensionClient(service.endpoint, service.region).call;
});
afterAll(async () => {
  await service.stop();
  receiver.close();
});

async function doctor(args: readonly string[] = [], credentials: TestCredentials = service.root) {
  const env = service.cliEnvironment(credentials);
  return promisify(execFile)(process.execPath, [program, "doctor", ...args], { env }).then(
    ({ stdout }) => ({ stdout, stderr: "", status: 0 }),
    (reason: { stdout: string; stderr: string; code: number }) => ({ ...reason, status: reason.code }),
  );
}

interface CheckResult {
  readonly CheckId: string;
  readonly Status: string;
  readonly Shortcomings?: { readonly Resource: string; readonly Message: string }[];
  readonly Mend?: string;
}

async function read(): Promise<ReadonlyMap<string, CheckResult>> {
  const { Checks } = await call<{ Checks: CheckResult[] }>("GetScorecard", {});
  return new Map(Checks.map((check) => [check.CheckId, check]));
}

const status = async (id: string) => (await read()).get(id)?.Status;
const shortcomings = async (id: string) => (await read()).get(id)?.Shortcomings?.map(({ Message }) => Message) ?? [];

/** That a check fails after `spoil`, with these words, and passes again after `mend`. */
async function spoiled(id: string, words: RegExp, spoil: () => Promise<unknown>, mend: () => Promise<unknown>) {
  expect(await status(id)).toBe("PASSED");
  await spoil();
  expect((await shortcomings(id)).join("\n")).toMatch(words);
  expect(await status(id)).toBe("FAILED");
  await mend();
  expect(await status(id)).toBe("PASSED");
}

describe("the scorecard of an installation in which nobody did anything", () => {
  it("says what is not there, how to mend it, and fails the command", async () => {
    const checks = await read();
    for (const id of [
      "trail-covers-all-regions",
      "trail-records-traces",
      "traces-are-encrypted",
      "alarm-trail-changes",
    ])
      expect(checks.get(id), id).toMatchObject({ Status: "FAILED", Mend: expect.stringMatching(/\S/) });
    // Nothing to look at is no pass.
    for (const id of ["trail-delivers", "log-bucket-is-not-public", "keys-are-rotated", "access-keys-are-rotated"])
      expect(checks.get(id)?.Status, id).toBe("NOT_APPLICABLE");
    // The root user asks; its key lies in the environment, and the master key beside the data.
    expect(checks.get("master-key-is-elsewhere")?.Status).toBe("FAILED");
    expect(checks.get("listeners-speak-tls")?.Status).toBe("NOT_APPLICABLE");
    await eventually(async () => (await status("root-rests")) === "FAILED", "the use of root's key to be noted");
    const { stdout, status: exitStatus } = await doctor();
    expect(exitStatus).toBe(1);
    expect(stdout).toMatch(/^NOT SO \(critical\): A trail records who writes and who reads traces/m);
    expect(stdout).toMatch(/mend: aws cloudtrail put-event-selectors/);
    expect(stdout).toMatch(/^\d+ passed, \d+ failed, \d+ not applicable\n$/m);
    expect((await doctor(["--fail-on", "nothing"])).status).toBe(2);
  });

  it("is described, check by check, in the guide", async () => {
    const guide = await readFile(path.resolve(import.meta.dirname, "../docs/guide/scorecard.md"), "utf8");
    expect([...guide.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id)).toEqual([...(await read()).keys()]);
  });

  it("is for those who may read it", async () => {
    await iam.send(new CreateUserCommand({ UserName: "nobody" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "nobody" }));
    const nobody = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    expect(await doctor([], nobody)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^AccessDeniedException: .*cloudtrail:GetScorecard/),
    });
  });
});

describe("the scorecard of an account as auditors want it", () => {
  const advanced = (...selectors: Record<string, string>[]) =>
    cloudtrail.send(
      new PutEventSelectorsCommand({
        TrailName: Name,
        AdvancedEventSelectors: selectors.map((fields) => ({
          FieldSelectors: Object.entries(fields).map(([Field, value]) => ({ Field, Equals: [value] })),
        })),
      }),
    );
  const traces = { eventCategory: "Data", "resources.type": "AWS::XRay::Trace" };
  const select = () => advanced({ eventCategory: "Management" }, traces);
  let keyId: string;

  beforeAll(async () => {
    await makeTrailBucket(service, S3BucketName);
    const logs = await makeTrailLogGroup(service, Name);
    await cloudtrail.send(
      new CreateTrailCommand({ Name, S3BucketName, IsMultiRegionTrail: true, EnableLogFileValidation: true, ...logs }),
    );
    await select();
    await cloudtrail.send(new StartLoggingCommand({ Name }));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    keyId = KeyMetadata!.KeyId!;
    await kms.send(new EnableKeyRotationCommand({ KeyId: keyId }));
    await service.client(XRayClient).send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId: KeyMetadata!.Arn! }));
  });

  it("has trails that cover everything, by what their selectors select", async () => {
    await spoiled("trail-covers-all-regions", /management events such as CreateGroup/, () => advanced(traces), select);
    await spoiled(
      "trail-records-traces",
      /data events such as GetTraceSummaries/,
      () => advanced({ eventCategory: "Management" }, { ...traces, readOnly: "false" }),
      select,
    );
    const update = (more: object) => cloudtrail.send(new UpdateTrailCommand({ Name, ...more }));
    await spoiled(
      "trail-covers-all-regions",
      /no trail that logs in all regions/,
      () => update({ IsMultiRegionTrail: false }),
      () => update({ IsMultiRegionTrail: true }),
    );
    await spoiled(
      "trail-files-are-validated",
      /validation is off/,
      () => update({ EnableLogFileValidation: false }),
      () => update({ EnableLogFileValidation: true }),
    );
    await spoiled(
      "trail-records-traces",
      /no trail that logs/,
      () => cloudtrail.send(new StopLoggingCommand({ Name })),
      () => cloudtrail.send(new StartLoggingCommand({ Name })),
    );
    expect(await status("trail-log-group-is-current")).toBe("PASSED");
  });

  it("has trails whose deliveries arrive, and says why where they do not", async () => {
    const becomes = (id: string, wanted: string) =>
      eventually(async () => (await status(id)) === wanted, `${id} to be ${wanted}`);
    await becomes("trail-delivers", "PASSED");
    await service.client(S3Client).send(new DeleteBucketPolicyCommand({ Bucket: S3BucketName }));
    await becomes("trail-delivers", "FAILED");
    expect((await shortcomings("trail-delivers")).join()).toMatch(/the last delivery failed: AccessDenied/);
    await letTrailsWrite(service, S3BucketName);
    await becomes("trail-delivers", "PASSED");
  });

  it("has a bucket that is and stays closed to the public", async () => {
    const s3 = service.client(S3Client);
    const closed = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    await spoiled(
      "log-bucket-is-not-public",
      /nothing keeps a later bucket policy/,
      () => s3.send(new DeletePublicAccessBlockCommand({ Bucket: S3BucketName })),
      () => s3.send(new PutPublicAccessBlockCommand({ Bucket: S3BucketName, PublicAccessBlockConfiguration: closed })),
    );
  });

  it("has keys that are rotated and can be used", async () => {
    await spoiled(
      "keys-are-rotated",
      /rotation is off/,
      () => kms.send(new DisableKeyRotationCommand({ KeyId: keyId })),
      () => kms.send(new EnableKeyRotationCommand({ KeyId: keyId })),
    );
    await spoiled(
      "keys-in-use-are-usable",
      /is disabled/,
      () => kms.send(new DisableKeyCommand({ KeyId: keyId })),
      () => kms.send(new EnableKeyCommand({ KeyId: keyId })),
    );
  });

  it("has no policy that allows everything, be it managed or inline", async () => {
    const UserName = "nobody";
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await spoiled(
      "no-wildcard-policies",
      /allows \* on \* to .*user\/nobody/,
      () => iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn })),
      () => iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn })),
    );
    const put = (Action: string) =>
      iam.send(
        new PutUserPolicyCommand({
          UserName,
          PolicyName: "own",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action, Resource: "*" }],
          }),
        }),
      );
    await spoiled(
      "no-wildcard-policies",
      /allows \* on \*/,
      () => put("*"),
      () => put("xray:GetTraceSummaries"),
    );
  });

  it("has people with a second factor and strong passwords", async () => {
    const UserName = "nobody";
    const weak = { MinimumPasswordLength: 8 };
    const strong = { MinimumPasswordLength: 14, PasswordReusePrevention: 24 };
    await iam.send(new CreateLoginProfileCommand({ UserName, Password: "correct-Horse-7-battery" }));
    expect(await shortcomings("people-have-second-factors")).toEqual(["signs in with a password alone"]);
    expect(await shortcomings("passwords-are-strong")).toEqual(["the account has no password policy"]);
    await iam.send(new UpdateAccountPasswordPolicyCommand(strong));
    await spoiled(
      "passwords-are-strong",
      /8 characters are enough\n0 earlier passwords are remembered/,
      () => iam.send(new UpdateAccountPasswordPolicyCommand(weak)),
      () => iam.send(new UpdateAccountPasswordPolicyCommand(strong)),
    );
    await iam.send(new DeleteLoginProfileCommand({ UserName }));
    expect(await status("people-have-second-factors")).toBe("NOT_APPLICABLE");
    expect(await status("unused-credentials-are-off")).toBe("PASSED");
  });

  it("has alarms that somebody hears", async () => {
    expect(await shortcomings("alarm-trail-changes")).toEqual([
      "'A trail stopped' (critical) would find it, and no topic that somebody listens to is told",
    ]);
    const sns = service.client(SNSClient);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alerts" }));
    const told = (MinimumSeverity: string) =>
      call("PutAlertConfiguration", { Topics: [{ TopicArn, MinimumSeverity }] });
    await told("low");
    // A topic without listeners tells nobody.
    expect(await status("alarm-trail-changes")).toBe("FAILED");
    const Endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    const { SubscribeURL } = await eventually(
      async () => received.find(({ Type }) => Type === "SubscriptionConfirmation"),
      "the confirmation",
    );
    await fetch(SubscribeURL);
    const alarms = [...(await read()).values()].filter(({ CheckId }) => CheckId.startsWith("alarm-"));
    expect(alarms.length).toBeGreaterThan(8);
    expect(alarms.filter(({ Status }) => Status !== "PASSED")).toEqual([]);

    const rule = { RuleId: "trail-stopped" };
    await spoiled(
      "alarm-trail-changes",
      /no enabled detection rule finds a trail that stops/,
      () => call("PutDetectionRule", { ...rule, Enabled: false }),
      () => call("PutDetectionRule", { ...rule, Enabled: true }),
    );
    await spoiled(
      "alarm-root-use",
      /'Root changed something' \(low\) would find it/,
      () => told("medium"),
      () => told("low"),
    );
  });
});
