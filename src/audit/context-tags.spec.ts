import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { iamService } from "../services/iam/service.js";
import { snsService } from "../services/sns/service.js";
import { accountId, openTestAccount, type TestAccount } from "../services/test-account.fixture.js";
import { readContextTags } from "./context-tags.js";

let account: TestAccount;
beforeEach(async () => {
  account = await openTestAccount();
});
afterEach(() => account.close());

describe("tags of those a record is about", () => {
  it("are those of the user, or of the session's role, and of the resources", async () => {
    const iam = iamService(account);
    const { User } = await account.run(iam, "CreateUser", {
      UserName: "anna",
      Tags: [{ Key: "team", Value: "web" }],
    });
    const { Role } = await account.run(iam, "CreateRole", {
      RoleName: "ingest",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" }],
      }),
      Tags: [{ Key: "cost", Value: "42" }],
    });
    const { TopicArn } = await account.run(snsService(account), "CreateTopic", {
      Name: "alarms",
      Tags: [{ Key: "stage", Value: "prod" }],
    });
    const records = [
      { userIdentity: { principalId: User.UserId }, resources: [{ ARN: TopicArn }, { ARN: User.Arn }] },
      { userIdentity: { principalId: `${Role.RoleId}:session` }, resources: [{ type: "AWS::XRay::Trace" }] },
      { userIdentity: { type: "Unknown" } },
    ];
    expect(await readContextTags(account.settings.read, records)).toEqual([
      {
        principal: { team: "web" },
        resources: [
          { arn: TopicArn, tags: { stage: "prod" } },
          { arn: User.Arn, tags: { team: "web" } },
        ],
      },
      { principal: { cost: "42" }, resources: [] },
      { resources: [] },
    ]);
  });
});
