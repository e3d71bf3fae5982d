import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CloudWatchLogsClient,
  DeleteResourcePolicyCommand as DeleteLogsPolicyCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand as PutLogsPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ListAliasesCommand,
  PutKeyPolicyCommand,
} from "@aws-sdk/client-kms";
import {
  BatchGetTracesCommand,
  DeleteResourcePolicyCommand,
  GetEncryptionConfigCommand,
  GetGroupsCommand,
  GetIndexingRulesCommand,
  GetTraceSegmentDestinationCommand,
  GetTraceSummariesCommand,
  ListResourcePoliciesCommand,
  ListRetrievedTracesCommand,
  PutEncryptionConfigCommand,
  type PutEncryptionConfigCommandInput,
  PutResourcePolicyCommand,
  type PutResourcePolicyCommandInput,
  PutTraceSegmentsCommand,
  StartTraceRetrievalCommand,
  UpdateIndexingRuleCommand,
  UpdateTraceSegmentDestinationCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const run = promisify(execFile);

/** Encryption, resource policies, destination and indexing over the wire: acceptance facts 143 to 149. */
let service: RunningDosimeter;
let xray: XRayClient;
let kms: KMSClient;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
  kms = service.client(KMSClient);
  logs = service.client(CloudWatchLogsClient);
});
afterAll(async () => {
  for (const client of [xray, kms, logs]) client?.destroy();
  await service?.stop();
});

let made = 0;
const hex = (length: number) => (++made).toString(16).padStart(length, "0");
const nowSeconds = () => Math.floor(Date.now() / 1000);
const refused = (message: string | RegExp, name = "InvalidRequestException") => ({
  name,
  message: expect.stringMatching(message),
});

function segment(more: Record<string, unknown> = {}) {
  const start = nowSeconds() - 2;
  const trace_id = `1-${nowSeconds().toString(16)}-${hex(24)}`;
  return { id: hex(16), trace_id, name: "shop", start_time: start, end_time: start + 1, ...more };
}
const put = (...documents: unknown[]) =>
  xray.send(
    new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) }),
  );
const read = async (...TraceIds: string[]) =>
  (await xray.send(new BatchGetTracesCommand({ TraceIds }))).Traces!.map(({ Segments }) =>
    Segments!.map(({ Document }) => JSON.parse(Document!)),
  );
const soon = { timeout: 120_000, interval: 100 };

/** A user who may do what the policies say, nothing else. */
async function userWith(UserName: string, ...Statement: object[]): Promise<XRayClient> {
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument }));
  iam.destroy();
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = AccessKey!;
  return service.client(XRayClient, { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! });
}

describe("encryption", () => {
  const encrypt = async (input: PutEncryptionConfigCommandInput) =>
    (await xray.send(new PutEncryptionConfigCommand(input))).EncryptionConfig!;
  const config = async () => (await xray.send(new GetEncryptionConfigCommand({}))).EncryptionConfig!;
  const newKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata!;

  it("is NONE and ACTIVE on a fresh server", async () => {
    expect(await config()).toEqual({ Type: "NONE", Status: "ACTIVE" });
  });

  it("is UPDATING after each change, later ACTIVE, and answers the key's ARN for every way to name it (143)", async () => {
    const { KeyId, Arn } = await newKey();
    await kms.send(new CreateAliasCommand({ AliasName: "alias/traces", TargetKeyId: KeyId }));
    const aliasArn = `arn:aws:kms:${service.region}:${service.accountId}:alias/traces`;
    for (const name of [KeyId!, Arn!, "alias/traces", aliasArn])
      expect(await encrypt({ Type: "KMS", KeyId: name })).toEqual({ Type: "KMS", Status: "UPDATING", KeyId: Arn });
    await vi.waitFor(async () => expect(await config()).toEqual({ Type: "KMS", Status: "ACTIVE", KeyId: Arn }), soon);
    expect(await encrypt({ Type: "NONE" })).toEqual({ Type: "NONE", Status: "UPDATING" });
    await vi.waitFor(async () => expect(await config()).toEqual({ Type: "NONE", Status: "ACTIVE" }), soon);
  });

  it("makes the key behind alias/aws/xray on demand, once, which only X-Ray uses", async () => {
    const first = await encrypt({ Type: "KMS", KeyId: "alias/aws/xray" });
    const again = await encrypt({ Type: "KMS", KeyId: "alias/aws/xray" });
    expect(again.KeyId).toBe(first.KeyId);
    const { Aliases } = await kms.send(new ListAliasesCommand({}));
    expect(Aliases!.filter(({ AliasName }) => AliasName === "alias/aws/xray")).toHaveLength(1);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: "alias/aws/xray" }));
    expect(KeyMetadata).toMatchObject({ Arn: first.KeyId, Enabled: true });
    await expect(kms.send(new DisableKeyCommand({ KeyId: KeyMetadata!.KeyId }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await encrypt({ Type: "NONE" });
  });

  it("refuses what does not go together, and keys that are not there or cannot be used", async () => {
    await expect(encrypt({ Type: "KMS" })).rejects.toMatchObject(refused("KeyId is required"));
    await expect(encrypt({ Type: "NONE", KeyId: "alias/x" })).rejects.toMatchObject(refused("leave it out"));
    await expect(encrypt({ Type: "AES" as "KMS" })).rejects.toMatchObject({ name: "ValidationException" });
    const absent = "00000000-0000-4000-8000-000000000000";
    for (const KeyId of ["alias/none", absent, `arn:aws:kms:eu-west-3:${service.accountId}:key/${absent}`, "a\0b"])
      await expect(encrypt({ Type: "KMS", KeyId })).rejects.toMatchObject(refused("There is no KMS key"));
    const { KeyId } = await newKey();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(encrypt({ Type: "KMS", KeyId })).rejects.toMatchObject(refused("is disabled"));
    expect(await config()).toMatchObject({ Type: "NONE" });
  });

  it("needs the caller's right to lend the key", async () => {
    const { KeyId, Arn } = await newKey();
    const some = await userWith(
      "configurer",
      { Effect: "Allow", Action: "xray:PutEncryptionConfig", Resource: "*" },
      { Effect: "Allow", Action: "kms:DescribeKey", Resource: Arn },
    );
    await expect(some.send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId }))).rejects.toMatchObject(
      refused("kms:CreateGrant", "AccessDeniedException"),
    );
    some.destroy();
  });

  it("is in force for what is stored after it: a disabled key keeps old data shut and new data out, at once", async () => {
    const { KeyId } = await newKey();
    const [clear, sealed] = [segment(), segment({ user: "in-secret", subsegments: [] })];
    await put(clear);
    await encrypt({ Type: "KMS", KeyId });
    await put(sealed);
    expect((await read(sealed.trace_id))[0]).toMatchObject([{ id: sealed.id, user: "in-secret" }]);
    await vi.waitFor(async () => {
      const { TraceSummaries } = await xray.send(
        new GetTraceSummariesCommand({
          StartTime: new Date((nowSeconds() - 60) * 1000),
          EndTime: new Date((nowSeconds() + 60) * 1000),
          FilterExpression: 'user = "in-secret"',
        }),
      );
      expect(TraceSummaries!.map(({ Id }) => Id)).toEqual([sealed.trace_id]);
    }, soon);

    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(read(sealed.trace_id)).rejects.toMatchObject(refused("is disabled"));
    const kept = segment();
    await expect(put(kept)).rejects.toMatchObject(refused("is disabled"));
    expect(await read(clear.trace_id)).toHaveLength(1);
    expect(await read(kept.trace_id)).toEqual([]);

    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await read(sealed.trace_id, clear.trace_id)).toHaveLength(2);
    await put(kept);
    expect(await read(kept.trace_id)).toHaveLength(1);
    await encrypt({ Type: "NONE" });
    // What was encrypted before stays so, and readable.
    expect(await read(kept.trace_id)).toHaveLength(1);
    await kms.send(new DisableKeyCommand({ KeyId }));
    const free = segment();
    await put(free);
    expect(await read(free.trace_id)).toHaveLength(1);
    await expect(read(kept.trace_id)).rejects.toMatchObject(refused("is disabled"));
  });

  it("needs nobody's right to the key to store, and the reader's to read", async () => {
    const { KeyId, Arn } = await newKey();
    const reader = await userWith("reader", { Effect: "Allow", Action: "xray:*", Resource: "*" });
    const decrypting = await userWith("decrypting", {
      Effect: "Allow",
      Action: ["xray:*", "kms:Decrypt"],
      Resource: "*",
    });
    await encrypt({ Type: "KMS", KeyId });
    const document = segment();
    const documents = { TraceSegmentDocuments: [JSON.stringify(document)] };
    await reader.send(new PutTraceSegmentsCommand(documents));
    const reading = new BatchGetTracesCommand({ TraceIds: [document.trace_id] });
    await expect(reader.send(reading)).rejects.toMatchObject(
      refused(`kms:Decrypt on resource: ${Arn}`, "AccessDeniedException"),
    );
    expect((await decrypting.send(reading)).Traces).toHaveLength(1);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${service.accountId}:root` },
          Action: "kms:PutKeyPolicy",
          Resource: "*",
        },
      ],
    });
    await kms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    await expect(decrypting.send(reading)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await reader.send(new PutTraceSegmentsCommand(documents));
    await encrypt({ Type: "NONE" });
    expect((await reader.send(reading)).Traces).toHaveLength(1);
    reader.destroy();
    decrypting.destroy();
  });
});

describe("resource policies", () => {
  const policy = (more: object = {}) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "sns",
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: ["xray:PutTraceSegments", "xray:GetSamplingRules", "xray:GetSamplingTargets"],
          Resource: "*",
          ...more,
        },
      ],
    });
  const putPolicy = async (PolicyName: string, more: Partial<PutResourcePolicyCommandInput> = {}) =>
    (await xray.send(new PutResourcePolicyCommand({ PolicyName, PolicyDocument: policy(), ...more }))).ResourcePolicy!;
  const list = async () => (await xray.send(new ListResourcePoliciesCommand({}))).ResourcePolicies!;
  const remove = (PolicyName: string, PolicyRevisionId?: string) =>
    xray.send(new DeleteResourcePolicyCommand({ PolicyName, PolicyRevisionId }));

  it("count their revisions, and hold a caller to the one it knows (144, 146)", async () => {
    expect(await list()).toEqual([]);
    const wrong = { name: "InvalidPolicyRevisionIdException" };
    await expect(putPolicy("sns", { PolicyRevisionId: "1" })).rejects.toMatchObject(wrong);
    const first = await putPolicy("sns", { PolicyRevisionId: "0" });
    expect(first).toEqual({
      PolicyName: "sns",
      PolicyDocument: policy(),
      PolicyRevisionId: "1",
      LastUpdatedTime: expect.any(Date),
    });
    expect(await list()).toEqual([first]);
    for (const PolicyRevisionId of ["0", "2", "x"])
      await expect(putPolicy("sns", { PolicyRevisionId })).rejects.toMatchObject(wrong);
    expect(await putPolicy("sns")).toMatchObject({ PolicyRevisionId: "2" });
    expect(await putPolicy("sns", { PolicyRevisionId: "2" })).toMatchObject({ PolicyRevisionId: "3" });
    await expect(remove("sns", "2")).rejects.toMatchObject(wrong);
    await remove("sns", "3");
    await expect(remove("sns")).rejects.toMatchObject(refused("no resource policy named sns"));
    expect(await putPolicy("sns")).toMatchObject({ PolicyRevisionId: "1" });
    await remove("sns");
  });

  it("are policies, 5 KB at most, and five (145)", async () => {
    for (const PolicyDocument of ["no json", "{}", policy({ Effect: "Maybe" }), policy({ Principal: undefined })])
      await expect(putPolicy("bad", { PolicyDocument })).rejects.toMatchObject({
        name: "MalformedPolicyDocumentException",
      });
    const large = policy({ Resource: `arn:aws:xray:*:*:group/${"x".repeat(6 * 1024)}` });
    await expect(putPolicy("large", { PolicyDocument: large })).rejects.toMatchObject({
      name: "PolicySizeLimitExceededException",
    });
    await expect(putPolicy("not allowed!")).rejects.toMatchObject({ name: "ValidationException" });
    for (let count = 1; count <= 5; count++) await putPolicy(`number-${count}`);
    await expect(putPolicy("number-6")).rejects.toMatchObject({ name: "PolicyCountLimitExceededException" });
    expect(await putPolicy("number-5")).toMatchObject({ PolicyRevisionId: "2" });
    expect((await list()).map(({ PolicyName }) => PolicyName)).toEqual([1, 2, 3, 4, 5].map((n) => `number-${n}`));
    for (let count = 1; count <= 5; count++) await remove(`number-${count}`);
  });

  it("do not lock their author out unless told to, and never the root user for good", async () => {
    const PolicyDocument = policy({ Effect: "Deny", Principal: "*", Action: "xray:*" });
    await expect(putPolicy("shut", { PolicyDocument })).rejects.toMatchObject({ name: "LockoutPreventionException" });
    expect(await list()).toEqual([]);
    await putPolicy("shut", { PolicyDocument, BypassPolicyLockoutCheck: true });
    await expect(list()).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(putPolicy("other")).rejects.toMatchObject({ name: "AccessDeniedException" });
    await remove("shut");
    expect(await list()).toEqual([]);
  });

  it("decide beside identity policies, the documents of several together", async () => {
    const nobody = await userWith("nobody", { Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" });
    const groups = () => nobody.send(new GetGroupsCommand({}));
    await expect(groups()).rejects.toMatchObject({ name: "AccessDeniedException" });
    const Principal = { AWS: `arn:aws:iam::${service.accountId}:user/nobody` };
    await putPolicy("grant", { PolicyDocument: policy({ Principal, Action: "xray:GetGroups" }) });
    expect((await groups()).Groups).not.toHaveLength(0);
    const PolicyDocument = policy({ Effect: "Deny", Principal: "*", Action: "xray:GetGroups" });
    await putPolicy("refusal", { PolicyDocument });
    await expect(groups()).rejects.toMatchObject(refused("resource-based policy", "AccessDeniedException"));
    await remove("grant");
    await remove("refusal");
    nobody.destroy();
  });
});

describe("indexing", () => {
  const rules = async () => (await xray.send(new GetIndexingRulesCommand({}))).IndexingRules!;
  const update = (Name: string, DesiredSamplingPercentage: number) =>
    xray.send(new UpdateIndexingRuleCommand({ Name, Rule: { Probabilistic: { DesiredSamplingPercentage } } }));

  it("has one rule, which can be updated (149)", async () => {
    const rule = (percentage: number) => ({
      Name: "Default",
      ModifiedAt: expect.any(Date),
      Rule: { Probabilistic: { DesiredSamplingPercentage: percentage, ActualSamplingPercentage: percentage } },
    });
    expect(await rules()).toEqual([rule(1)]);
    const before = Date.now();
    expect((await update("Default", 50)).IndexingRule).toEqual(rule(50));
    expect(await rules()).toEqual([rule(50)]);
    expect((await rules())[0]!.ModifiedAt!.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
    await expect(update("Other", 50)).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { httpStatusCode: 404 },
    });
    for (const percentage of [-1, 100.5])
      await expect(update("Default", percentage)).rejects.toMatchObject(refused("0 to 100"));
  });
});

describe("the destination of segments", () => {
  const destination = async () => {
    const { Destination, Status } = await xray.send(new GetTraceSegmentDestinationCommand({}));
    return { Destination, Status };
  };
  const send = (Destination: string) =>
    xray.send(new UpdateTraceSegmentDestinationCommand({ Destination: Destination as "XRay" }));
  const active = (Destination: string) =>
    vi.waitFor(async () => expect(await destination()).toEqual({ Destination, Status: "ACTIVE" }), soon);
  const policyDocument = () =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "TransactionSearchXRayAccess",
          Effect: "Allow",
          Principal: { Service: "xray.amazonaws.com" },
          Action: "logs:PutLogEvents",
          Resource: [
            `arn:aws:logs:${service.region}:${service.accountId}:log-group:aws/spans:*`,
            `arn:aws:logs:${service.region}:${service.accountId}:log-group:/aws/application-signals/data:*`,
          ],
          Condition: {
            ArnLike: { "aws:SourceArn": `arn:aws:xray:${service.region}:${service.accountId}:*` },
            StringEquals: { "aws:SourceAccount": service.accountId },
          },
        },
      ],
    });

  it("is XRay on a fresh server, and cannot be set to what it is (147, 148)", async () => {
    expect(await destination()).toEqual({ Destination: "XRay", Status: "ACTIVE" });
    await expect(send("XRay")).rejects.toMatchObject(refused("^The destination is already set to XRay$"));
    await expect(send("S3")).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("can be CloudWatch Logs once X-Ray may write there (148)", async () => {
    await expect(send("CloudWatchLogs")).rejects.toMatchObject(
      refused(
        "^XRay does not have permission to call PutLogEvents on the aws/spans Log Group",
        "AccessDeniedException",
      ),
    );
    await expect(
      logs.send(
        new PutLogsPolicyCommand({ policyName: "users", policyDocument: policyDocument().replace("Service", "AWS") }),
      ),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
    const put = await logs.send(new PutLogsPolicyCommand({ policyName: "xray", policyDocument: policyDocument() }));
    expect(put.resourcePolicy).toMatchObject({ policyName: "xray", policyDocument: policyDocument() });
    const { resourcePolicies } = await logs.send(new DescribeResourcePoliciesCommand({}));
    expect(resourcePolicies).toEqual([put.resourcePolicy]);
    expect(await send("CloudWatchLogs")).toMatchObject({ Destination: "CloudWatchLogs", Status: "PENDING" });
    await expect(send("XRay")).rejects.toMatchObject(
      refused("^Updates are not allowed while the current status is PENDING$"),
    );
    await active("CloudWatchLogs");
    await expect(send("CloudWatchLogs")).rejects.toMatchObject(refused("already set to CloudWatchLogs"));
  });

  it("then makes each span an event in aws/spans, and indexes the share of the rule", async () => {
    const rule = (DesiredSamplingPercentage: number) =>
      xray.send(
        new UpdateIndexingRuleCommand({ Name: "Default", Rule: { Probabilistic: { DesiredSamplingPercentage } } }),
      );
    await rule(0);
    const child = { id: hex(16), name: "inside", start_time: nowSeconds() - 2, end_time: nowSeconds() - 1.5 };
    const hidden = segment({ user: "log-only", subsegments: [child] });
    await put(hidden);
    await rule(100);
    const shown = segment();
    await put(shown);
    const spans = async () => {
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: "aws/spans" }));
      return events!.map(({ message }) => JSON.parse(message!));
    };
    const found = await spans();
    expect(found.map(({ spanId }) => spanId).sort()).toEqual([hidden.id, child.id, shown.id].sort());
    const traceId = hidden.trace_id.replaceAll("-", "").slice(1);
    expect(found.find(({ spanId }) => spanId === child.id)).toMatchObject({
      traceId,
      parentSpanId: hidden.id,
      name: "inside",
      kind: "INTERNAL",
      resource: { attributes: { "service.name": "shop" } },
    });
    expect((await read(hidden.trace_id, shown.trace_id)).flat()).toMatchObject([{ id: shown.id }]);
    await vi.waitFor(async () => {
      const { TraceSummaries } = await xray.send(
        new GetTraceSummariesCommand({
          StartTime: new Date((nowSeconds() - 60) * 1000),
          EndTime: new Date((nowSeconds() + 60) * 1000),
        }),
      );
      const ids = TraceSummaries!.map(({ Id }) => Id);
      expect(ids).toContain(shown.trace_id);
      expect(ids).not.toContain(hidden.trace_id);
    }, soon);

    // Retrievals find all.
    const { RetrievalToken } = await xray.send(
      new StartTraceRetrievalCommand({
        TraceIds: [hidden.trace_id, shown.trace_id],
        StartTime: new Date((nowSeconds() - 60) * 1000),
        EndTime: new Date((nowSeconds() + 60) * 1000),
      }),
    );
    await vi.waitFor(async () => {
      const { RetrievalStatus, Traces } = await xray.send(new ListRetrievedTracesCommand({ RetrievalToken }));
      expect(RetrievalStatus).toBe("COMPLETE");
      expect(Traces!.map(({ Id }) => Id).sort()).toEqual([hidden.trace_id, shown.trace_id].sort());
    }, soon);
  });

  it("refuses segments that cannot be logged, and stores none of them", async () => {
    await logs.send(new DeleteLogsPolicyCommand({ policyName: "xray" }));
    const document = segment();
    await expect(put(document)).rejects.toMatchObject(refused("^XRay does not have permission"));
    await send("XRay");
    await active("XRay");
    expect(await read(document.trace_id)).toEqual([]);
    await put(document);
    expect(await read(document.trace_id)).toHaveLength(1);
  });
});

describe("aws xray", () => {
  it("reads and sets what an account is set to", async ({ skip }) => {
    const there = await run("aws", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!there) skip("the AWS CLI is not installed");
    const aws = async (...words: string[]) => {
      const { stdout } = await run("aws", ["xray", ...words], { env: service.cliEnvironment() });
      return stdout === "" ? undefined : JSON.parse(stdout);
    };
    const managed = await aws("put-encryption-config", "--type", "KMS", "--key-id", "alias/aws/xray");
    expect(managed.EncryptionConfig).toMatchObject({ Type: "KMS", Status: "UPDATING" });
    expect((await aws("get-encryption-config")).EncryptionConfig.KeyId).toBe(managed.EncryptionConfig.KeyId);
    await aws("put-encryption-config", "--type", "NONE");
    expect((await aws("get-indexing-rules")).IndexingRules).toHaveLength(1);
    expect(await aws("get-trace-segment-destination")).toMatchObject({ Destination: "XRay" });
    expect(await aws("list-resource-policies")).toEqual({ ResourcePolicies: [] });
  });
});
