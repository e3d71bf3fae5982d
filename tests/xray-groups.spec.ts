import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateGroupCommand,
  type CreateGroupCommandInput,
  DeleteGroupCommand,
  GetGroupCommand,
  GetGroupsCommand,
  GetTraceSummariesCommand,
  ListTagsForResourceCommand,
  PutTraceSegmentsCommand,
  UpdateGroupCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const run = promisify(execFile);

/** Groups over the wire: acceptance facts 136 to 141 of the X-Ray reference. */
let service: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
});
afterAll(async () => {
  xray?.destroy();
  await service?.stop();
});

const create = async (GroupName: string, more: Partial<CreateGroupCommandInput> = {}) =>
  (await xray.send(new CreateGroupCommand({ GroupName, ...more }))).Group!;
const get = async (GroupName: string) => (await xray.send(new GetGroupCommand({ GroupName }))).Group!;
const refused = (message: string | RegExp) => ({
  name: "InvalidRequestException",
  message: expect.stringMatching(message),
});

describe("groups", () => {
  it("begin with Default, which has an empty filter and both switches off (136)", async () => {
    const { Groups, NextToken } = await xray.send(new GetGroupsCommand({}));
    expect(NextToken).toBeUndefined();
    expect(Groups).toEqual([
      {
        GroupName: "Default",
        GroupARN: `arn:aws:xray:${service.region}:${service.accountId}:group/Default`,
        FilterExpression: "",
        InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false },
      },
    ]);
  });

  it("have an ARN of their own, and are listed in the order in which they were made, after Default", async () => {
    const zulu = await create("zulu", { FilterExpression: "responsetime > 2" });
    expect(zulu).toEqual({
      GroupName: "zulu",
      GroupARN: expect.stringMatching(/^arn:aws:xray:us-east-1:\d{12}:group\/zulu\/[A-Z2-7]{52}$/),
      FilterExpression: "responsetime > 2",
      InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false },
    });
    await create("alpha");
    const { Groups } = await xray.send(new GetGroupsCommand({}));
    expect(Groups!.map(({ GroupName }) => GroupName)).toEqual(["Default", "zulu", "alpha"]);
    await xray.send(new DeleteGroupCommand({ GroupARN: zulu.GroupARN }));
    await xray.send(new DeleteGroupCommand({ GroupName: "alpha" }));
    const again = await create("zulu");
    expect(again.GroupARN).not.toBe(zulu.GroupARN);
    await xray.send(new DeleteGroupCommand({ GroupName: "zulu", GroupARN: again.GroupARN }));
  });

  it("cannot be named Default, nor twice the same (137)", async () => {
    for (const name of ["Default", "default"]) await expect(create(name)).rejects.toMatchObject(refused("reserved"));
    await create("twice");
    await expect(create("twice")).rejects.toMatchObject(refused("already exist"));
    await create("Twice");
    await expect(create("a name")).rejects.toMatchObject(refused("letters, digits and dashes"));
    await expect(create("x".repeat(33))).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("are found by name and by ARN, case-sensitively (138)", async () => {
    const made = await create("found");
    expect(await get("found")).toEqual(made);
    const byArn = await xray.send(new GetGroupCommand({ GroupARN: made.GroupARN }));
    expect(byArn.Group).toEqual(made);
    for (const input of [
      { GroupName: "Found" },
      { GroupARN: `${made.GroupARN}X` },
      { GroupName: "zulu", GroupARN: made.GroupARN },
    ])
      await expect(xray.send(new GetGroupCommand(input))).rejects.toMatchObject(refused("Group not found"));
    await expect(xray.send(new GetGroupCommand({}))).rejects.toMatchObject(refused("GroupName or GroupARN"));
    await expect(xray.send(new UpdateGroupCommand({ GroupName: "none" }))).rejects.toMatchObject(
      refused("Group not found"),
    );
    await expect(xray.send(new DeleteGroupCommand({ GroupName: "none" }))).rejects.toMatchObject(
      refused("Group not found"),
    );
  });

  it("keep what an update leaves out (139)", async () => {
    await create("kept", { FilterExpression: "fault", InsightsConfiguration: { InsightsEnabled: true } });
    const switched = await xray.send(
      new UpdateGroupCommand({
        GroupName: "kept",
        InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
      }),
    );
    expect(switched.Group).toMatchObject({ FilterExpression: "fault" });
    const filtered = await xray.send(new UpdateGroupCommand({ GroupName: "kept", FilterExpression: "error" }));
    expect(filtered.Group).toMatchObject({
      FilterExpression: "error",
      InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
    });
    expect(await get("kept")).toEqual(filtered.Group);
    const off = { GroupName: "kept", InsightsConfiguration: { InsightsEnabled: false } };
    expect((await xray.send(new UpdateGroupCommand(off))).Group!.InsightsConfiguration).toEqual({
      InsightsEnabled: false,
      NotificationsEnabled: false,
    });
  });

  it("have no notifications without insights (140)", async () => {
    const InsightsConfiguration = { NotificationsEnabled: true };
    await expect(create("loud", { InsightsConfiguration })).rejects.toMatchObject(refused("NotificationsEnabled"));
    await create("quiet");
    await expect(
      xray.send(new UpdateGroupCommand({ GroupName: "quiet", InsightsConfiguration })),
    ).rejects.toMatchObject(refused("NotificationsEnabled"));
  });

  it("take tags at creation, which go with them (141)", async () => {
    const Tags = [
      { Key: "team", Value: "blue" },
      { Key: "empty", Value: "" },
    ];
    const { GroupARN: ResourceARN } = await create("tagged", { Tags });
    const listed = await xray.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(listed.Tags).toEqual([...Tags].reverse());
    await xray.send(new DeleteGroupCommand({ GroupName: "tagged" }));
    await expect(xray.send(new ListTagsForResourceCommand({ ResourceARN }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const reserved = [{ Key: "aws:x", Value: "" }];
    await expect(create("tagged", { Tags: reserved })).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  it("refuse an expression that cannot be used, and one that leads back to its own group", async () => {
    await expect(create("bad", { FilterExpression: "responsetime >" })).rejects.toMatchObject(refused(/column/));
    await expect(create("bad", { FilterExpression: "fault \0" })).rejects.toMatchObject(refused(""));
    await create("inner", { FilterExpression: "fault" });
    await create("outer", { FilterExpression: 'group.name = "inner" AND error' });
    for (const FilterExpression of ['group.name = "outer"', '!(group.name = "inner")'])
      await expect(xray.send(new UpdateGroupCommand({ GroupName: "inner", FilterExpression }))).rejects.toMatchObject(
        refused("refers to itself"),
      );
    await expect(create("lost", { FilterExpression: 'group.name = "nowhere"' })).rejects.toMatchObject(
      refused("There is no group"),
    );
    expect((await get("inner")).FilterExpression).toBe("fault");
  });

  it("let Default's insights be switched, and nothing else of it", async () => {
    const on = { GroupName: "Default", InsightsConfiguration: { InsightsEnabled: true } };
    expect((await xray.send(new UpdateGroupCommand(on))).Group!.InsightsConfiguration).toEqual({
      InsightsEnabled: true,
      NotificationsEnabled: false,
    });
    expect((await get("Default")).InsightsConfiguration).toMatchObject({ InsightsEnabled: true });
    await expect(
      xray.send(new UpdateGroupCommand({ GroupName: "Default", FilterExpression: "fault" })),
    ).rejects.toMatchObject(refused("cannot be changed"));
    await expect(xray.send(new DeleteGroupCommand({ GroupName: "Default" }))).rejects.toMatchObject(
      refused("cannot be deleted"),
    );
    const off = { GroupName: "Default", InsightsConfiguration: { InsightsEnabled: false } };
    await xray.send(new UpdateGroupCommand(off));
  });

  it("are 25 at most", async () => {
    const names = async () => (await xray.send(new GetGroupsCommand({}))).Groups!.map(({ GroupName }) => GroupName!);
    for (let count = (await names()).length - 1; count < 25; count++) await create(`many-${count}`);
    await expect(create("one-too-many")).rejects.toMatchObject(refused("25"));
    for (const GroupName of await names())
      if (GroupName.startsWith("many-")) await xray.send(new DeleteGroupCommand({ GroupName }));
  });

  it("hold the traces that meet their filter", async () => {
    await create("slow", { FilterExpression: "responsetime > 2" });
    const seconds = Math.floor(Date.now() / 1000);
    const traceOf = (length: number) => ({
      id: length.toString(16).padStart(16, "a"),
      trace_id: `1-${seconds.toString(16)}-${length.toString(16).padStart(24, "b")}`,
      name: "shop",
      start_time: seconds - 10,
      end_time: seconds - 10 + length,
    });
    const [fast, slow] = [traceOf(1), traceOf(3)];
    const TraceSegmentDocuments = [fast, slow].map((document) => JSON.stringify(document));
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    await vi.waitFor(
      async () => {
        const { TraceSummaries } = await xray.send(
          new GetTraceSummariesCommand({
            StartTime: new Date((seconds - 60) * 1000),
            EndTime: new Date((seconds + 60) * 1000),
            FilterExpression: 'group.name = "slow"',
          }),
        );
        expect(TraceSummaries!.map(({ Id }) => Id)).toEqual([slow.trace_id]);
      },
      { timeout: 120_000, interval: 100 },
    );
  });
});

describe("who may", () => {
  it("is decided by group and tag, and recorded", async () => {
    const mine = await create("team-mine", { Tags: [{ Key: "team", Value: "mine" }] });
    await create("team-other", { Tags: [{ Key: "team", Value: "other" }] });
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "member" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "member" }));
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["xray:GetGroup", "xray:UpdateGroup"],
          Resource: `arn:aws:xray:*:*:group/team-*/*`,
          Condition: { StringEquals: { "aws:ResourceTag/team": "mine" } },
        },
        {
          Effect: "Allow",
          Action: "xray:CreateGroup",
          Resource: `arn:aws:xray:*:*:group/team-*/*`,
          Condition: { StringEquals: { "aws:RequestTag/team": "mine" } },
        },
      ],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: "member", PolicyName: "groups", PolicyDocument }));
    iam.destroy();
    const member = service.client(XRayClient, {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    });
    const denied = { name: "AccessDeniedException" };
    expect((await member.send(new GetGroupCommand({ GroupName: "team-mine" }))).Group).toEqual(mine);
    await expect(member.send(new GetGroupCommand({ GroupName: "team-other" }))).rejects.toMatchObject(denied);
    await expect(member.send(new GetGroupCommand({ GroupName: "nowhere" }))).rejects.toMatchObject(denied);
    await expect(member.send(new CreateGroupCommand({ GroupName: "team-new" }))).rejects.toMatchObject(denied);
    const Tags = [{ Key: "team", Value: "mine" }];
    await member.send(new CreateGroupCommand({ GroupName: "team-new", Tags }));
    member.destroy();

    const trail = service.client(CloudTrailClient);
    const event = await eventually(async () => {
      const { Events } = await trail.send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: "team-new" }] }),
      );
      return Events!.find(({ CloudTrailEvent }) => !CloudTrailEvent!.includes("errorCode"));
    }, "the record of CreateGroup");
    trail.destroy();
    expect(event.Resources).toMatchObject([{ ResourceType: "AWS::XRay::Group", ResourceName: "team-new" }]);
    expect(JSON.parse(event.CloudTrailEvent!)).toMatchObject({
      eventName: "CreateGroup",
      eventCategory: "Management",
      readOnly: false,
      userIdentity: { type: "IAMUser", userName: "member" },
      requestParameters: { groupName: "team-new", tags: [{ key: "team", value: "mine" }] },
      responseElements: { group: { groupName: "team-new", groupARN: expect.stringContaining(":group/team-new/") } },
    });
  });
});

describe("aws xray", () => {
  const aws = async (...words: string[]) => {
    const { stdout } = await run("aws", ["xray", ...words], { env: service.cliEnvironment() });
    return stdout === "" ? undefined : JSON.parse(stdout);
  };
  let there = true;
  beforeAll(async () => {
    there = await run("aws", ["--version"]).then(
      () => true,
      () => false,
    );
  });

  it("makes, shows, changes and deletes a group (worked example 18.2)", async ({ skip }) => {
    if (!there) skip("the AWS CLI is not installed");
    const { Group } = await aws("create-group", "--group-name", "by-cli", "--filter-expression", "responsetime > 2");
    expect(await aws("get-group", "--group-name", "by-cli")).toEqual({ Group });
    const changed = await aws("update-group", "--group-arn", Group.GroupARN, "--filter-expression", "fault");
    expect(changed).toEqual({ Group: { ...Group, FilterExpression: "fault" } });
    expect((await aws("get-groups")).Groups).toContainEqual(changed.Group);
    await aws("delete-group", "--group-name", "by-cli");
    await expect(aws("get-group", "--group-name", "by-cli")).rejects.toThrow(/Group not found/);
  });
});
