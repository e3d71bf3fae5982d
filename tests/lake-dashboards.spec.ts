import {
  AddTagsCommand,
  CancelQueryCommand,
  CloudTrailClient,
  CreateDashboardCommand,
  type CreateDashboardCommandInput,
  DeleteDashboardCommand,
  DescribeQueryCommand,
  GetDashboardCommand,
  GetQueryResultsCommand,
  ListDashboardsCommand,
  ListTagsCommand,
  LookupEventsCommand,
  PutResourcePolicyCommand,
  StartDashboardRefreshCommand,
  UpdateDashboardCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { managedDashboards } from "../src/audit/lake/managed-dashboards.js";
import { makeEventDataStore, queryEnd, rowsOf } from "./lake-statements.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const table = { Title: "Calls", Height: "2", Width: "4", View: "Table" };
const highlights = "AWSCloudTrail-Highlights";
const everySixHours = { Frequency: { Unit: "HOURS" as const, Value: 6 }, Status: "ENABLED" as const };

describe("dashboards", () => {
  let service: RunningDosimeter;
  let trails: CloudTrailClient;
  let store: { readonly arn: string; readonly storeId: string };
  /** Refreshed by its schedule while the other tests run. */
  const scheduled = "by-schedule";
  beforeAll(async () => {
    service = await startDosimeter();
    trails = service.client(CloudTrailClient);
    store = await makeEventDataStore(service, "all-events");
    const soon = new Date(Date.now() + 60_000).toISOString();
    await create({
      Name: scheduled,
      Widgets: [counting()],
      RefreshSchedule: {
        Frequency: { Unit: "HOURS", Value: 1 },
        Status: "ENABLED",
        TimeOfDay: `00:${soon.slice(14, 16)}`,
      },
    });
    await letRefresh(scheduled);
    await letQuery();
    await eventually(
      async () => (await rowsOf(service, `SELECT eventid FROM ${store.storeId}`)).length > 0,
      "an event",
    );
  });
  afterAll(() => service.stop());

  const arnOf = (name: string) => `arn:aws:cloudtrail:${service.region}:${service.accountId}:dashboard/${name}`;
  const create = (input: CreateDashboardCommandInput) => trails.send(new CreateDashboardCommand(input));
  const refresh = (DashboardId: string, QueryParameterValues?: Record<string, string>) =>
    trails.send(
      new StartDashboardRefreshCommand({ DashboardId, ...(QueryParameterValues && { QueryParameterValues }) }),
    );
  const dashboard = (DashboardId: string) => trails.send(new GetDashboardCommand({ DashboardId }));
  const counting = (more: object = {}) => ({
    QueryStatement: `SELECT eventname, count(*) AS calls FROM ${store.storeId} GROUP BY eventname`,
    ViewProperties: table,
    ...more,
  });

  /** The service may do so for any dashboard, or for the one given. */
  async function letQuery(sourceArn = arnOf("*"), target = store) {
    await trails.send(
      new PutResourcePolicyCommand({
        ResourceArn: target.arn,
        ResourcePolicy: policy("cloudtrail:StartQuery", target.arn, { StringLike: { "AWS:SourceArn": sourceArn } }),
      }),
    );
  }

  async function letRefresh(name: string) {
    const ResourcePolicy = policy("cloudtrail:StartDashboardRefresh", arnOf(name), {
      StringEquals: { "AWS:SourceArn": arnOf(name) },
    });
    await trails.send(new PutResourcePolicyCommand({ ResourceArn: arnOf(name), ResourcePolicy }));
  }

  function policy(Action: string, Resource: string, Condition: object) {
    const Principal = { Service: "cloudtrail.amazonaws.com" };
    return JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal, Action, Resource, Condition }],
    });
  }

  describe("CreateDashboard", () => {
    it("answers with what was made, and an alias for each widget", async () => {
      const made = await create({ Name: "calls", Widgets: [counting()], TagsList: [{ Key: "team", Value: "audit" }] });
      expect(made).toMatchObject({
        DashboardArn: arnOf("calls"),
        Name: "calls",
        Type: "CUSTOM",
        TagsList: [{ Key: "team", Value: "audit" }],
        TerminationProtectionEnabled: false,
      });
      const [widget] = made.Widgets!;
      expect(widget).toMatchObject({ ViewProperties: table, QueryAlias: expect.stringMatching(/^AWSCloudTrail-/) });
      expect(await dashboard("calls")).toMatchObject({
        DashboardArn: arnOf("calls"),
        Status: "CREATED",
        Type: "CUSTOM",
      });
      expect(await dashboard(arnOf("calls"))).toMatchObject({ Widgets: made.Widgets });
    });

    it("can be tagged like other resources", async () => {
      await create({ Name: "tagged" });
      await trails.send(new AddTagsCommand({ ResourceId: arnOf("tagged"), TagsList: [{ Key: "a", Value: "b" }] }));
      const { ResourceTagList } = await trails.send(new ListTagsCommand({ ResourceIdList: [arnOf("tagged")] }));
      expect(ResourceTagList![0]!.TagsList).toEqual([{ Key: "a", Value: "b" }]);
    });

    it("refuses a name that is taken or kept", async () => {
      await create({ Name: "taken" });
      await expect(create({ Name: "taken" })).rejects.toMatchObject({ name: "ConflictException" });
      await expect(create({ Name: "AWSCloudTrail-Mine" })).rejects.toMatchObject({ name: "ValidationException" });
      await expect(create({ Name: "no spaces" })).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("refuses statements that cannot be run", async () => {
      const refused = (QueryStatement: string, more: object = {}) =>
        expect(create({ Name: "broken", Widgets: [counting({ QueryStatement, ...more })] })).rejects;
      await refused("DROP TABLE x").toMatchObject({ name: "InvalidQueryStatementException" });
      await refused(`SELECT nothing FROM ${store.storeId}`).toMatchObject({ name: "InvalidQueryStatementException" });
      await refused("SELECT 1 FROM 11111111-2222-3333-4444-555555555555").toMatchObject({
        name: "EventDataStoreNotFoundException",
      });
      await refused(`SELECT 1 FROM ${store.storeId} WHERE eventtime > '?'`, {
        QueryParameters: ["$Soon$"],
      }).toMatchObject({
        name: "ValidationException",
      });
    });

    it.each([
      ["without a title", { Height: "2", Width: "4", View: "Table" }],
      ["of an unknown kind", { ...table, View: "Hologram" }],
      ["with a line and no columns", { ...table, View: "LineChart" }],
      ["with a pie and no values", { ...table, View: "PieChart", LabelColumn: "a" }],
      [
        "with bars that lie",
        { ...table, View: "BarChart", LabelColumn: "a", ValueColumn: "b", Orientation: "Diagonal" },
      ],
      ["with what tables have not", { ...table, XAxisColumn: "a" }],
    ])("refuses a view %s", async (_what, ViewProperties) => {
      await expect(create({ Name: "broken", Widgets: [counting({ ViewProperties })] })).rejects.toMatchObject({
        name: "ValidationException",
      });
    });

    it("refuses more than ten widgets", async () => {
      const Widgets = Array.from({ length: 11 }, () => counting());
      await expect(create({ Name: "eleven", Widgets })).rejects.toMatchObject({
        name: "ServiceQuotaExceededException",
      });
    });

    it("refuses a schedule that does not exist", async () => {
      const refused = (Unit: "HOURS" | "DAYS", Value: number, more: object = {}) =>
        expect(create({ Name: "never", RefreshSchedule: { Frequency: { Unit, Value }, Status: "ENABLED", ...more } }))
          .rejects;
      await refused("HOURS", 5).toMatchObject({ name: "ValidationException" });
      await refused("DAYS", 2).toMatchObject({ name: "ValidationException" });
      await refused("DAYS", 1, { TimeOfDay: "25:00" }).toMatchObject({ name: "ValidationException" });
    });

    it("asks for the right to query what the widgets read", async () => {
      const iam = service.client(IAMClient);
      await iam.send(new CreateUserCommand({ UserName: "designer" }));
      const Statement = [{ Effect: "Allow", Action: "cloudtrail:CreateDashboard", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutUserPolicyCommand({ UserName: "designer", PolicyName: "create", PolicyDocument }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "designer" }));
      const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
      const mine = service.client(CloudTrailClient, credentials);
      await mine.send(new CreateDashboardCommand({ Name: "designed" }));
      await expect(
        mine.send(new CreateDashboardCommand({ Name: "spying", Widgets: [counting()] })),
      ).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining("cloudtrail:StartQuery"),
      });
    });
  });

  describe("StartDashboardRefresh", () => {
    it("runs the queries of all widgets with its values; results are found by alias and refresh id", async () => {
      const { Widgets } = await create({
        Name: "over-time",
        Widgets: [
          counting(),
          {
            QueryStatement: `SELECT date_trunc('?', eventtime) AS period, count(*) AS calls FROM ${store.storeId} WHERE eventtime >= '?' AND eventtime <= '?' GROUP BY 1`,
            QueryParameters: ["$Period$", "$StartTime$", "$EndTime$"],
            ViewProperties: { ...table, View: "LineChart", XAxisColumn: "period", YAxisColumn: "calls" },
          },
        ],
      });
      const { RefreshId } = await refresh("over-time", { $Period$: "DAY" });
      expect(RefreshId).toMatch(/^\d{10,20}$/);
      for (const { QueryAlias } of Widgets!) {
        const query = await queryEnd(service, { QueryAlias: QueryAlias!, RefreshId });
        expect(query.QueryStatus).toBe("FINISHED");
        const { QueryResultRows } = await trails.send(new GetQueryResultsCommand({ QueryId: query.QueryId }));
        expect(QueryResultRows!.length).toBeGreaterThan(0);
      }
      expect(await dashboard("over-time")).toMatchObject({ LastRefreshId: RefreshId });
      const past = await refresh("over-time", { $StartTime$: "2020-01-01", $EndTime$: "2020-01-02T10:00:00Z" });
      const query = await queryEnd(service, { QueryAlias: Widgets![1]!.QueryAlias!, RefreshId: past.RefreshId });
      const { QueryResultRows } = await trails.send(new GetQueryResultsCommand({ QueryId: query.QueryId }));
      expect(QueryResultRows).toEqual([]);
    });

    it("runs nothing on a store whose policy does not let the service in for this dashboard, and says why", async () => {
      const closed = await makeEventDataStore(service, "closed-events");
      const statement = { QueryStatement: `SELECT count(*) FROM ${closed.storeId}` };
      const { Widgets } = await create({ Name: "closed", Widgets: [counting(statement)] });
      const refused = await refresh("closed");
      expect((await dashboard("closed")).LastRefreshFailureReason).toMatch(
        /cloudtrail\.amazonaws\.com is not authorized to perform: cloudtrail:StartQuery/,
      );
      await expect(
        trails.send(new DescribeQueryCommand({ QueryAlias: Widgets![0]!.QueryAlias, RefreshId: refused.RefreshId })),
      ).rejects.toMatchObject({ name: "QueryIdNotFoundException" });
      await letQuery(arnOf("another"), closed);
      await refresh("closed");
      expect((await dashboard("closed")).LastRefreshFailureReason).toMatch(/not authorized/);
      await letQuery(arnOf("closed"), closed);
      await refresh("closed");
      expect((await dashboard("closed")).LastRefreshFailureReason).toBeUndefined();
      await queryEnd(service, { QueryAlias: Widgets![0]!.QueryAlias! });
    });

    it("is one at a time", async () => {
      const pairs = Array.from({ length: 12 }, (_, index) => `${store.storeId} AS t${index}`).join(" CROSS JOIN ");
      const { Widgets } = await create({
        Name: "endless",
        Widgets: [counting({ QueryStatement: `SELECT count(*) FROM ${pairs} WHERE t0.eventid <> t11.eventid` })],
      });
      await refresh("endless");
      await expect(refresh("endless")).rejects.toMatchObject({ name: "ServiceQuotaExceededException" });
      const { QueryId } = await trails.send(new DescribeQueryCommand({ QueryAlias: Widgets![0]!.QueryAlias }));
      await trails.send(new CancelQueryCommand({ QueryId }));
      await refresh("endless").then(async () => {
        const again = await trails.send(new DescribeQueryCommand({ QueryAlias: Widgets![0]!.QueryAlias }));
        await trails.send(new CancelQueryCommand({ QueryId: again.QueryId }));
      });
    });

    it("names what is wrong", async () => {
      await expect(refresh("nowhere")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
      await create({ Name: "strict" });
      await expect(refresh("strict", { $Period$: "FORTNIGHT" })).rejects.toMatchObject({ name: "ValidationException" });
      await expect(refresh("strict", { $Colour$: "red" })).rejects.toMatchObject({ name: "ValidationException" });
    });
  });

  describe("UpdateDashboard", () => {
    const update = (input: object) => trails.send(new UpdateDashboardCommand({ DashboardId: "changing", ...input }));

    it("replaces the widgets that are given, keeps the alias of one that stays, and leaves the rest", async () => {
      const other = counting({ QueryStatement: `SELECT count(*) FROM ${store.storeId}` });
      const { Widgets: before } = await create({ Name: "changing", Widgets: [counting()] });
      const changed = await update({ Widgets: [other, counting({ ViewProperties: { ...table, Title: "Renamed" } })] });
      expect(changed.Widgets!.map(({ QueryAlias }) => QueryAlias).indexOf(before![0]!.QueryAlias)).toBe(1);
      expect(changed.UpdatedTimestamp!.getTime()).toBeGreaterThanOrEqual(changed.CreatedTimestamp!.getTime());
      const protectedNow = await update({ TerminationProtectionEnabled: true });
      expect(protectedNow).toMatchObject({ Widgets: changed.Widgets, TerminationProtectionEnabled: true });
      expect(await dashboard("changing")).toMatchObject({ Status: "UPDATED", Widgets: changed.Widgets });
    });

    it("DeleteDashboard refuses what is protected, and removes what is not", async () => {
      const remove = () => trails.send(new DeleteDashboardCommand({ DashboardId: "changing" }));
      await expect(remove()).rejects.toMatchObject({ name: "ConflictException" });
      await update({ TerminationProtectionEnabled: false });
      await remove();
      await expect(dashboard("changing")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
      await expect(remove()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    });
  });

  describe("managed dashboards", () => {
    it("are there for everybody, to read and not to change", async () => {
      const { Dashboards } = await trails.send(new ListDashboardsCommand({ Type: "MANAGED" }));
      expect(Dashboards!.map(({ DashboardArn }) => DashboardArn)).toEqual(
        managedDashboards.map(({ name }) => arnOf(name)).sort(),
      );
      const [{ name }] = managedDashboards as [(typeof managedDashboards)[0]];
      expect(await dashboard(name)).toMatchObject({ Type: "MANAGED" });
      await expect(trails.send(new DeleteDashboardCommand({ DashboardId: name }))).rejects.toMatchObject({
        name: "ConflictException",
      });
      await expect(refresh(name)).rejects.toMatchObject({ name: "ValidationException" });
    });

    it.each(managedDashboards.map(({ name }) => name))("%s runs for a store", async (name) => {
      const { RefreshId } = await refresh(name, { $EventDataStoreId$: store.storeId });
      const { Widgets, LastRefreshId, LastRefreshFailureReason } = await dashboard(name);
      expect({ LastRefreshId, LastRefreshFailureReason }).toEqual({ LastRefreshId: RefreshId });
      for (const { QueryAlias } of Widgets!) {
        const { QueryStatus, ErrorMessage } = await queryEnd(service, { QueryAlias: QueryAlias!, RefreshId });
        expect({ QueryAlias, QueryStatus, ErrorMessage }).toMatchObject({ QueryStatus: "FINISHED" });
      }
    });
  });

  describe("Highlights", () => {
    it("are switched on with a schedule of six hours, and nothing else", async () => {
      const refused = (input: object) => expect(create({ Name: highlights, ...input })).rejects;
      await refused({}).toMatchObject({ name: "ValidationException" });
      await refused({ RefreshSchedule: { ...everySixHours, Frequency: { Unit: "HOURS", Value: 12 } } }).toMatchObject({
        name: "ValidationException",
      });
      await refused({ RefreshSchedule: everySixHours, Widgets: [counting()] }).toMatchObject({
        name: "ValidationException",
      });
      await create({ Name: highlights, RefreshSchedule: everySixHours });
      const { RefreshId } = await refresh(highlights);
      const { Widgets, LastRefreshFailureReason } = await dashboard(highlights);
      expect(LastRefreshFailureReason).toBeUndefined();
      expect(Widgets!.length).toBeGreaterThan(0);
      for (const { QueryAlias } of Widgets!)
        expect(await queryEnd(service, { QueryAlias: QueryAlias!, RefreshId })).toMatchObject({
          QueryStatus: "FINISHED",
        });
    });
  });

  it("ListDashboards lists by name, prefix and kind, page by page", async () => {
    for (const name of ["list-b", "list-a", "list-c"]) await create({ Name: name });
    const list = (input: object) => trails.send(new ListDashboardsCommand(input));
    const first = await list({ NamePrefix: "list-", MaxResults: 2 });
    const second = await list({ NamePrefix: "list-", MaxResults: 2, NextToken: first.NextToken });
    const names = [...first.Dashboards!, ...second.Dashboards!].map(({ DashboardArn }) => DashboardArn);
    expect(names).toEqual(["list-a", "list-b", "list-c"].map(arnOf));
    expect(second.NextToken).toBeUndefined();
    expect((await list({ NamePrefix: "list-", Type: "MANAGED" })).Dashboards).toEqual([]);
  });

  it("are refreshed by their schedule, as the service, which is recorded", async () => {
    const { LastRefreshId } = await eventually(
      async () => {
        const now = await dashboard(scheduled);
        return now.LastRefreshId !== undefined && now;
      },
      "a refresh by schedule",
      120_000,
    );
    const { Widgets } = await dashboard(scheduled);
    const query = await queryEnd(service, { QueryAlias: Widgets![0]!.QueryAlias!, RefreshId: LastRefreshId });
    expect(query.QueryStatus).toBe("FINISHED");
    const { Events } = await trails.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "StartDashboardRefresh" }],
      }),
    );
    const records = Events!.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!));
    expect(records.find(({ requestParameters }) => requestParameters?.dashboardId === arnOf(scheduled))).toMatchObject({
      userIdentity: { type: "AWSService", invokedBy: "cloudtrail.amazonaws.com" },
    });
  });
});
