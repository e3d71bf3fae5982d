import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type AdvancedFieldSelector,
  CloudTrailClient,
  CreateChannelCommand,
  CreateEventDataStoreCommand,
  type CreateEventDataStoreCommandInput,
  DeleteChannelCommand,
  DeleteEventDataStoreCommand,
  GetEventDataStoreCommand,
  ListEventDataStoresCommand,
  LookupEventsCommand,
  RestoreEventDataStoreCommand,
  StartEventDataStoreIngestionCommand,
  StopEventDataStoreIngestionCommand,
  UpdateEventDataStoreCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateGroupCommand, DeleteGroupCommand, GetGroupsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rowsOf } from "./lake-statements.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

let service: RunningDosimeter;
let trails: CloudTrailClient;
let xray: XRayClient;
beforeAll(async () => {
  service = await startDosimeter();
  trails = service.client(CloudTrailClient);
  xray = service.client(XRayClient);
});
afterAll(() => service.stop());

/** All of this file, in order: ten is the most. */
const made: string[] = [];

const idOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);
const selectorsOf = (...fields: AdvancedFieldSelector[]) => [{ FieldSelectors: fields }];
const category = (value: string): AdvancedFieldSelector => ({ Field: "eventCategory", Equals: [value] });

async function makeStore(Name: string, more: Partial<CreateEventDataStoreCommandInput> = {}): Promise<string> {
  const { EventDataStoreArn } = await trails.send(
    new CreateEventDataStoreCommand({ Name, TerminationProtectionEnabled: false, ...more }),
  );
  made.push(EventDataStoreArn!);
  return EventDataStoreArn!;
}

/** Names of the events a store holds of one API, oldest first. */
async function namesIn(arn: string, eventSource = "xray.amazonaws.com", on = service): Promise<string[]> {
  const where = `eventsource = '${eventSource}'`;
  const rows = await rowsOf(on, `SELECT eventname FROM ${idOf(arn)} WHERE ${where} ORDER BY eventtime, eventname`);
  return rows.map((row) => row["eventname"]!);
}

const holds = (arn: string, name: string, eventSource?: string) =>
  eventually(async () => (await namesIn(arn, eventSource)).includes(name), `${name} in the store`);
const statusOf = async (EventDataStore: string) =>
  (await trails.send(new GetEventDataStoreCommand({ EventDataStore }))).Status;

describe("an event data store", () => {
  it("holds what happened since it was made, its own making included, and nothing of before", async () => {
    await xray.send(new CreateGroupCommand({ GroupName: "before" }));
    const arn = await makeStore("all");
    await xray.send(new GetGroupsCommand({}));
    await holds(arn, "GetGroups");
    expect(await namesIn(arn)).toEqual(["GetGroups"]);
    await holds(arn, "CreateEventDataStore", "cloudtrail.amazonaws.com");
  });

  it("selects more finely than a trail, and by region where it has but one", async () => {
    const elsewhere = service.client(XRayClient, undefined, { region: "ap-southeast-2" });
    const writes = await makeStore("writes", {
      AdvancedEventSelectors: selectorsOf(
        category("Management"),
        { Field: "eventName", StartsWith: ["Create", "Delete"] },
        { Field: "eventSource", Equals: ["xray.amazonaws.com"] },
      ),
    });
    const here = await makeStore("here", { MultiRegionEnabled: false });
    const GroupName = "finely";
    await elsewhere.send(new CreateGroupCommand({ GroupName }));
    await elsewhere.send(new GetGroupsCommand({}));
    await elsewhere.send(new DeleteGroupCommand({ GroupName }));
    await xray.send(new GetGroupsCommand({}));
    await holds(writes, "DeleteGroup");
    await holds(here, "GetGroups");
    expect(await namesIn(writes)).toEqual(["CreateGroup", "DeleteGroup"]);
    expect(await namesIn(here)).toEqual(["GetGroups"]);
  });

  it("fact 82: is of all regions, protected and kept for 366 days if nothing else is said", async () => {
    const answer = await trails.send(new CreateEventDataStoreCommand({ Name: "default" }));
    made.push(answer.EventDataStoreArn!);
    expect(answer).toMatchObject({
      RetentionPeriod: 366,
      TerminationProtectionEnabled: true,
      MultiRegionEnabled: true,
      OrganizationEnabled: false,
      BillingMode: "EXTENDABLE_RETENTION_PRICING",
      Status: "CREATED",
      CreatedTimestamp: expect.any(Date),
    });
    expect(await statusOf(answer.EventDataStoreArn!)).toBe("ENABLED");
  });

  it("facts 83 and 84: is deleted once it is not protected any more, can be restored, and holds what it held", async () => {
    const { EventDataStores = [] } = await trails.send(new ListEventDataStoresCommand({}));
    const EventDataStore = EventDataStores.find(({ Name }) => Name === "default")!.EventDataStoreArn!;
    await xray.send(new GetGroupsCommand({}));
    await holds(EventDataStore, "GetGroups");
    const remove = () => trails.send(new DeleteEventDataStoreCommand({ EventDataStore }));
    await expect(remove()).rejects.toMatchObject({ name: "EventDataStoreTerminationProtectedException" });
    await trails.send(new UpdateEventDataStoreCommand({ EventDataStore, TerminationProtectionEnabled: false }));
    await remove();
    expect(await statusOf(EventDataStore)).toBe("PENDING_DELETION");
    await xray.send(new CreateGroupCommand({ GroupName: "while-pending" }));
    expect(await trails.send(new RestoreEventDataStoreCommand({ EventDataStore }))).toMatchObject({
      Status: "ENABLED",
    });
    await xray.send(new DeleteGroupCommand({ GroupName: "while-pending" }));
    await holds(EventDataStore, "DeleteGroup");
    const names = await namesIn(EventDataStore);
    expect(names).toContain("GetGroups");
    expect(names).not.toContain("CreateGroup");
  });

  it("fact 85: is kept for 3000 days only if retention is extendable", async () => {
    const RetentionPeriod = 3000;
    const fixed = { Name: "long", BillingMode: "FIXED_RETENTION_PRICING" as const, RetentionPeriod };
    await expect(trails.send(new CreateEventDataStoreCommand(fixed))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    expect(await statusOf(await makeStore("long", { RetentionPeriod }))).toBe("ENABLED");
  });

  it("fact 86: is not updated by nothing", async () => {
    const update = new UpdateEventDataStoreCommand({ EventDataStore: made[0]! });
    await expect(trails.send(update)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("fact 87: takes nothing while ingestion is stopped, and still tells what it holds", async () => {
    const EventDataStore = await makeStore("stopped");
    const other = made[0]!;
    await xray.send(new GetGroupsCommand({}));
    await holds(EventDataStore, "GetGroups");
    await trails.send(new StopEventDataStoreIngestionCommand({ EventDataStore }));
    expect(await statusOf(EventDataStore)).toBe("STOPPED_INGESTION");
    await xray.send(new CreateGroupCommand({ GroupName: "unseen" }));
    // Stores are filled together: once another has it, this one will not get it any more.
    await eventually(async () => {
      const rows = await rowsOf(
        service,
        `SELECT eventid FROM ${idOf(other)} WHERE element_at(requestparameters, 'groupName') = 'unseen'`,
      );
      return rows.length === 1;
    }, "the call in another store");
    expect(await namesIn(EventDataStore)).toEqual(["GetGroups"]);
    await trails.send(new StartEventDataStoreIngestionCommand({ EventDataStore }));
    await xray.send(new DeleteGroupCommand({ GroupName: "unseen" }));
    await holds(EventDataStore, "DeleteGroup");
    expect(await namesIn(EventDataStore)).toEqual(["GetGroups", "DeleteGroup"]);
  });

  it("fact 88: is listed by ARN and name", async () => {
    const { EventDataStores = [] } = await trails.send(new ListEventDataStoresCommand({}));
    expect(EventDataStores).toContainEqual({ EventDataStoreArn: made[0], Name: "all" });
    for (const store of EventDataStores) expect(Object.keys(store).sort()).toEqual(["EventDataStoreArn", "Name"]);
  });

  it("fact 97: is not deleted while a channel leads to it", async () => {
    const EventDataStore = await makeStore("outside", {
      AdvancedEventSelectors: selectorsOf(category("ActivityAuditLog")),
      MultiRegionEnabled: false,
    });
    const Destinations = [{ Type: "EVENT_DATA_STORE" as const, Location: EventDataStore }];
    const { ChannelArn: Channel } = await trails.send(
      new CreateChannelCommand({ Name: "outside", Source: "Custom", Destinations }),
    );
    const remove = () => trails.send(new DeleteEventDataStoreCommand({ EventDataStore }));
    await expect(remove()).rejects.toMatchObject({ name: "ChannelExistsForEDSException" });
    await trails.send(new DeleteChannelCommand({ Channel }));
    await remove();
  });

  it("claims no key: one that is there is refused, one that is not is not found", async () => {
    const kms = service.client(KMSClient);
    const allow = (Principal: object, Action: string) => ({ Effect: "Allow", Principal, Action, Resource: "*" });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        allow({ AWS: `arn:aws:iam::${service.accountId}:root` }, "kms:*"),
        allow({ Service: "cloudtrail.amazonaws.com" }, "kms:DescribeKey"),
      ],
    });
    const { KeyMetadata: hidden } = await kms.send(new CreateKeyCommand({}));
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy }));
    const make = (KmsKeyId: string) => trails.send(new CreateEventDataStoreCommand({ Name: "encrypted", KmsKeyId }));
    const missing = KeyMetadata!.Arn!.replace(/[0-9a-f-]{36}$/, "00000000-0000-4000-8000-000000000000");
    await expect(make(missing)).rejects.toMatchObject({ name: "KmsKeyNotFoundException" });
    await expect(make(hidden!.Arn!)).rejects.toMatchObject({ name: "InsufficientEncryptionPolicyException" });
    await expect(make(KeyMetadata!.Arn!)).rejects.toMatchObject({ name: "UnsupportedOperationException" });
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata!.KeyId }));
    await expect(make(KeyMetadata!.Arn!)).rejects.toMatchObject({ name: "KmsException" });
  });

  it("is shown to who may see it, by its tags too, and every look is in the record", async () => {
    const EventDataStore = await makeStore("tagged", { TagsList: [{ Key: "team", Value: "web" }] });
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: "cloudtrail:GetEventDataStore",
          Resource: "*",
          Condition: { StringEquals: { "aws:ResourceTag/team": "web" } },
        },
      ],
    });
    await iam.send(new PutUserPolicyCommand({ UserName: "ada", PolicyName: "see", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ada" }));
    const ada = service.client(CloudTrailClient, {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    });
    expect(await ada.send(new GetEventDataStoreCommand({ EventDataStore }))).toMatchObject({ Name: "tagged" });
    await expect(ada.send(new GetEventDataStoreCommand({ EventDataStore: made[0]! }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    const { Events = [] } = await trails.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "Username", AttributeValue: "ada" }] }),
    );
    const looks = Events.map(({ EventName, Resources }) => [EventName, Resources?.[0]?.ResourceName]);
    expect(looks).toEqual([
      ["GetEventDataStore", idOf(made[0]!)],
      ["GetEventDataStore", idOf(EventDataStore)],
    ]);
  });
});

it("has every call that was answered once, though the process is killed again and again", async () => {
  const dataFolder = mkdtempSync(path.join(tmpdir(), "dosimeter-killed-"));
  try {
    let running = await startDosimeter({ dataFolder });
    const { EventDataStoreArn: arn } = await running
      .client(CloudTrailClient)
      .send(new CreateEventDataStoreCommand({ Name: "killed" }));
    const answered: string[] = [];
    for (let life = 0; life < 3; life++) {
      const client = running.client(XRayClient);
      const until = performance.now() + 700 + 150 * life;
      while (performance.now() < until)
        answered.push((await client.send(new GetGroupsCommand({}))).$metadata.requestId!);
      await running.stop("SIGKILL");
      running = await startDosimeter({ dataFolder });
    }
    const statement = `SELECT requestid FROM ${idOf(arn!)} WHERE eventname = 'GetGroups'`;
    const found = async () => {
      const rows = await rowsOf(running, `SELECT count(*) AS n FROM (${statement}) AS calls`);
      return Number(rows[0]!["n"]) >= answered.length;
    };
    await eventually(found, "all calls in the store");
    const doubled = await rowsOf(
      running,
      `SELECT requestid, count(*) AS n FROM (${statement}) AS calls GROUP BY requestid HAVING count(*) > 1`,
    );
    expect(doubled).toEqual([]);
    const [last] = await rowsOf(running, `SELECT count(*) AS n FROM (${statement}) AS calls`);
    // A call that was under way at the kill may be recorded without having been answered.
    expect(Number(last!["n"]) - answered.length).toBeLessThanOrEqual(3);
    await running.stop();
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
});
