// biome-ignore-all lint/suspicious/noTemplateCurlyInString: an object is named so, and policies spell it so.
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  GenerateServiceLastAccessedDetailsCommand,
  GetContextKeysForPrincipalPolicyCommand,
  GetServiceLastAccessedDetailsCommand,
  GetServiceLastAccessedDetailsWithEntitiesCommand,
  IAMClient,
  ListPoliciesGrantingServiceAccessCommand,
  PutUserPolicyCommand,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateGroupCommand, GetGroupsCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "./call-extension.js";
import { type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

let dosimeter: RunningDosimeter;
let iam: IAMClient;

beforeAll(async () => {
  dosimeter = await startDosimeter();
  iam = dosimeter.client(IAMClient);
});

afterAll(async () => {
  iam.destroy();
  await dosimeter.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of operations that no SDK types.
const ask = (name: string, input: object, credentials: TestCredentials = dosimeter.root): Promise<any> =>
  callExtension(dosimeter, "iam", name, input, credentials);

/** A new user with full access to X-Ray and S3, and its key. */
async function newUser(UserName: string): Promise<{ arn: string; key: TestCredentials }> {
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  for (const name of ["AWSXrayFullAccess", "AmazonS3FullAccess"])
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: `arn:aws:iam::aws:policy/${name}` }));
  const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  return { arn: User!.Arn!, key };
}

const refused = { __type: "AccessDenied" };

describe("the policy simulator", () => {
  it("decides over the wire as a call would be, and says by which statements", async () => {
    const { arn: PolicySourceArn } = await newUser("sim");
    const PolicyInputList = [
      '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::${aws:username}/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}',
    ];
    const simulate = (secure: string[]) =>
      iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn,
          PolicyInputList,
          ActionNames: ["s3:GetObject", "xray:GetGroups", "iam:GetUser"],
          ResourceArns: ["arn:aws:s3:::sim/a", "arn:aws:s3:::other/a"],
          ContextEntries: secure.map((value) => ({
            ContextKeyName: "aws:SecureTransport",
            ContextKeyType: "boolean",
            ContextKeyValues: [value],
          })),
          MaxItems: 2,
        }),
      );
    const { EvaluationResults, IsTruncated, Marker } = await simulate(["false"]);
    expect({ IsTruncated, Marker }).toEqual({ IsTruncated: true, Marker: expect.any(String) });
    const statement = {
      SourcePolicyId: "PolicyInputList.1",
      SourcePolicyType: "IAM Policy",
      StartPosition: { Line: 1, Column: 38 },
      EndPosition: { Line: 1, Column: PolicyInputList[0]!.length - 1 },
    };
    expect(EvaluationResults).toMatchObject([
      {
        EvalActionName: "s3:GetObject",
        EvalDecision: "explicitDeny",
        MatchedStatements: [statement],
        MissingContextValues: [],
        ResourceSpecificResults: [
          { EvalResourceName: "arn:aws:s3:::sim/a", EvalResourceDecision: "explicitDeny" },
          {
            EvalResourceName: "arn:aws:s3:::other/a",
            EvalResourceDecision: "allowed",
            MatchedStatements: [{ SourcePolicyId: "AmazonS3FullAccess" }],
          },
        ],
      },
      { EvalActionName: "xray:GetGroups", EvalDecision: "allowed" },
    ]);
    const unknown = await simulate([]);
    expect(unknown.EvaluationResults![0]).toMatchObject({
      EvalDecision: "allowed",
      MissingContextValues: ["aws:SecureTransport"],
    });
    const { ContextKeyNames } = await iam.send(
      new GetContextKeysForPrincipalPolicyCommand({ PolicySourceArn, PolicyInputList }),
    );
    expect(ContextKeyNames).toEqual(["aws:username", "aws:SecureTransport"]);
  });
});

describe("service last accessed details", () => {
  it("tell of a policy which of its holders last used which service, and of a user which actions", async () => {
    const { arn, key } = await newUser("last");
    const xray = dosimeter.client(XRayClient, key);
    await xray.send(new GetGroupsCommand({}));
    xray.destroy();
    const generate = async (Arn: string, Granularity: "SERVICE_LEVEL" | "ACTION_LEVEL") =>
      (await iam.send(new GenerateServiceLastAccessedDetailsCommand({ Arn, Granularity }))).JobId;

    const JobId = await generate(arn, "ACTION_LEVEL");
    const details = await iam.send(new GetServiceLastAccessedDetailsCommand({ JobId }));
    expect(details).toMatchObject({ JobStatus: "COMPLETED", JobType: "ACTION_LEVEL", IsTruncated: false });
    expect(details.ServicesLastAccessed!.map((service) => service.ServiceNamespace)).toEqual(["s3", "xray"]);
    const [s3, ofXray] = details.ServicesLastAccessed!;
    expect(s3).toMatchObject({ ServiceName: "Amazon S3", TotalAuthenticatedEntities: 0 });
    expect(s3).not.toHaveProperty("LastAuthenticated");
    expect(ofXray).toMatchObject({
      ...{ LastAuthenticated: expect.any(Date), LastAuthenticatedEntity: arn, TotalAuthenticatedEntities: 1 },
      LastAuthenticatedRegion: dosimeter.region,
    });
    const actions = ofXray!.TrackedActionsLastAccessed!;
    expect(actions.find(({ ActionName }) => ActionName === "GetGroups")).toMatchObject({ LastAccessedEntity: arn });
    expect(actions.find(({ ActionName }) => ActionName === "GetGroup")).toEqual({ ActionName: "GetGroup" });

    const policyJob = await generate("arn:aws:iam::aws:policy/AWSXrayFullAccess", "SERVICE_LEVEL");
    const entities = await iam.send(
      new GetServiceLastAccessedDetailsWithEntitiesCommand({ JobId: policyJob, ServiceNamespace: "xray" }),
    );
    expect(entities.EntityDetailsList![0]).toMatchObject({
      EntityInfo: { Arn: arn, Name: "last", Type: "USER", Path: "/" },
      LastAuthenticated: expect.any(Date),
    });
    const stranger = dosimeter.client(IAMClient, key);
    await expect(stranger.send(new GetServiceLastAccessedDetailsCommand({ JobId }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    stranger.destroy();
    await expect(generate(`${arn}x`, "SERVICE_LEVEL")).rejects.toMatchObject({ name: "NoSuchEntityException" });

    const { PoliciesGrantingServiceAccess } = await iam.send(
      new ListPoliciesGrantingServiceAccessCommand({ Arn: arn, ServiceNamespaces: ["xray", "kms"] }),
    );
    expect(PoliciesGrantingServiceAccess).toEqual([
      { ServiceNamespace: "kms", Policies: [] },
      {
        ServiceNamespace: "xray",
        Policies: [
          {
            PolicyName: "AWSXrayFullAccess",
            PolicyType: "MANAGED",
            PolicyArn: "arn:aws:iam::aws:policy/AWSXrayFullAccess",
          },
        ],
      },
    ]);
  });
});

describe("least privilege", () => {
  it("is made of what was called, can be replayed before it is attached, and then holds", async () => {
    const { arn: PrincipalArn, key } = await newUser("ada");
    const xray = dosimeter.client(XRayClient, key);
    const s3 = dosimeter.client(S3Client, key);
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "ada",
        PolicyName: "no-groups",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Deny", Action: "xray:CreateGroup", Resource: "*" }],
        }),
      }),
    );
    await dosimeter.client(S3Client).send(new CreateBucketCommand({ Bucket: "box" }));
    for (let call = 0; call < 3; call++) await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [] }));
    await xray.send(new GetGroupsCommand({}));
    await s3.send(new PutObjectCommand({ Bucket: "box", Key: "a*${x}", Body: "text" }));
    await expect(xray.send(new CreateGroupCommand({ GroupName: "mine" }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });

    const made = await ask("GenerateLeastPrivilegePolicy", { PrincipalArn });
    expect(made).toMatchObject({ Calls: 5, UnknownCalls: 0, IncompleteCalls: 0, LeftOut: [] });
    expect(made.PolicyDocuments.map((text: string) => JSON.parse(text))).toEqual([
      {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["s3:PutObject"],
            Resource: ["arn:aws:s3:::box/a${*}${$}{x}"],
            Condition: made.Condition,
          },
          {
            Effect: "Allow",
            Action: ["xray:GetGroups", "xray:PutTraceSegments"],
            Resource: "*",
            Condition: made.Condition,
          },
        ],
      },
    ]);
    expect(made.Condition).toEqual({
      IpAddress: { "aws:SourceIp": ["127.0.0.1/32"] },
      StringEquals: { "aws:RequestedRegion": [dosimeter.region] },
    });
    const bare = await ask("GenerateLeastPrivilegePolicy", { PrincipalArn, Conditions: [] });
    expect(bare.PolicyDocuments[0]).not.toContain("Condition");

    // What was made allows all that was allowed; a smaller policy does not, and a larger one more.
    const { PolicyDocuments } = made;
    const same = await ask("ReplayPolicy", { PrincipalArn, PolicyDocuments });
    expect(same).toMatchObject({ Calls: 6, RefusedCalls: 0, AllowedCalls: 0, Differences: [] });
    const statement = (Action: string) => ({ Effect: "Allow", Action, Resource: "*" });
    const other = [JSON.stringify({ Version: "2012-10-17", Statement: [statement("xray:*Group*")] })];
    const first = await ask("ReplayPolicy", { PrincipalArn, PolicyDocuments: other, MaxResults: 2 });
    expect(first).toMatchObject({
      ...{ Calls: 6, RefusedCalls: 4, AllowedCalls: 1, DifferenceCount: 3 },
      Differences: [
        {
          ...{ Change: "REFUSED", Action: "xray:PutTraceSegments", Resource: "*", Calls: 3 },
          Message: expect.stringContaining("no identity-based policy allows the xray:PutTraceSegments action"),
          ExampleEventIds: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
        },
        { Change: "REFUSED", Action: "s3:PutObject", Resource: "arn:aws:s3:::box/a*${x}", Calls: 1 },
      ],
    });
    const { NextToken } = first;
    expect(
      (await ask("ReplayPolicy", { PrincipalArn, PolicyDocuments: other, MaxResults: 2, NextToken })).Differences,
    ).toMatchObject([{ Change: "ALLOWED", Action: "xray:CreateGroup", Calls: 1 }]);
    // The Deny that is attached still counts beside what is proposed.
    const kept = await ask("ReplayPolicy", { PrincipalArn, PolicyDocuments: other, PresentPolicies: "KEPT" });
    expect(kept).toMatchObject({ RefusedCalls: 0, AllowedCalls: 0 });

    xray.destroy();
    s3.destroy();
  });

  it("shows what a user may do and did not do, and keys that were not used", async () => {
    const { arn: PrincipalArn, key } = await newUser("bob");
    const { AccessKey: spare } = await iam.send(new CreateAccessKeyCommand({ UserName: "bob" }));
    const xray = dosimeter.client(XRayClient, key);
    await xray.send(new GetGroupsCommand({}));
    xray.destroy();

    const unused = await ask("GetUnusedAccess", { PrincipalArn });
    const [s3, ofXray] = unused.Services;
    expect(unused.Services.map((one: { ServiceNamespace: string }) => one.ServiceNamespace)).toEqual(["s3", "xray"]);
    expect(s3).toMatchObject({ ServiceName: "Amazon S3", UsedActions: [] });
    expect(s3.UnusedActions).toContain("s3:ListBucket");
    expect(ofXray.UsedActions).toEqual([{ Action: "xray:GetGroups", LastUsedTime: expect.any(Number) }]);
    expect(ofXray.UnusedActions).toContain("xray:PutTraceSegments");
    expect(ofXray.UnusedActions).not.toContain("xray:GetGroups");
    expect(unused.AccessKeys).toEqual([
      expect.objectContaining({ AccessKeyId: key.accessKeyId, LastUsedTime: expect.any(Number) }),
      { AccessKeyId: spare!.AccessKeyId, Status: "Active", CreateTime: expect.any(Number) },
    ]);
  });

  it("is for those who may, says what is wrong with a question, and is recorded", async () => {
    const { arn, key } = await newUser("eve");
    for (const name of ["GenerateLeastPrivilegePolicy", "ReplayPolicy", "GetUnusedAccess"]) {
      expect(await ask(name, { PrincipalArn: arn }, key)).toMatchObject({
        ...refused,
        message: expect.stringContaining(`iam:${name} on resource: ${arn}`),
      });
      expect(await ask(name, { PrincipalArn: 5 })).toMatchObject({ __type: "ValidationError" });
      expect(await ask(name, { PrincipalArn: `${arn}x` })).toMatchObject({ __type: "NoSuchEntity" });
      expect(await ask(name, { PrincipalArn: arn, StartTime: 1, EndTime: 91 * 86_400 })).toMatchObject({
        __type: "ValidationError",
        message: "The period must not be longer than 90 days.",
      });
    }
    expect(await ask("ListActions", {}, key)).toMatchObject(refused);
    const { Services } = await ask("ListActions", {});
    const ofIam = Services.find((one: { ServiceNamespace: string }) => one.ServiceNamespace === "iam");
    expect(ofIam.Actions).toEqual(expect.arrayContaining(["iam:CreateUser", "iam:ListActions", "iam:PassRole"]));
    const PolicyDocuments = ['{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}'];
    expect(await ask("ReplayPolicy", { PrincipalArn: arn, PolicyDocuments })).toMatchObject({
      __type: "MalformedPolicyDocument",
    });
    expect(await ask("ReplayPolicy", { PrincipalArn: arn, NextToken: "x" })).toMatchObject({
      __type: "ValidationError",
    });
    expect(await ask("GenerateLeastPrivilegePolicy", { PrincipalArn: arn, Conditions: ["Moon"] })).toMatchObject({
      __type: "InvalidInput",
    });
    const found = await callExtension(dosimeter, "cloudtrail", "SearchEvents", {
      SearchAttributes: [{ AttributeKey: "EventName", AttributeValue: "ReplayPolicy" }],
    });
    const [record] = found.Events.map((event: { CloudTrailEvent: string }) => JSON.parse(event.CloudTrailEvent));
    expect(record).toMatchObject({ eventSource: "iam.amazonaws.com", readOnly: true });
    // What a call asked is kept beside its record, not in it.
    expect(record).not.toHaveProperty("access");
  });
});
