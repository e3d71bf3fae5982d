import { afterAll, beforeAll } from "vitest";
import { sign } from "../../src/gateway/testing/signed-request.js";
import { type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { conformance } from "./conformance.js";
import { readModel } from "./model.js";

const model = readModel("cloudtrail");

/** CloudTrail has an error of its own for many a value that breaks a constraint. */
const refusal = (code: string) => /^(Invalid|MaxResults|TrailNotProvided)|ARNInvalid|TagsLimitExceeded/.test(code);

const now = Math.floor(Date.now() / 1000);
const uuid = "11111111-2222-4333-8444-555555555555";
const arnOf = (kind: string, name: string) => `arn:aws:cloudtrail:us-east-1:000000000000:${kind}/${name}`;
const store = arnOf("eventdatastore", uuid);
const channel = arnOf("channel", uuid);
const trail = "no-such-trail";
const tags = [{ Key: "k", Value: "v" }];
const selectors = [{ Name: "all", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }];
const refresh = { Frequency: { Unit: "HOURS", Value: 6 }, Status: "ENABLED", TimeOfDay: "00:00" };
const widgets = [
  {
    QueryStatement: `SELECT eventname FROM ${uuid} WHERE eventtime > '?'`,
    QueryParameters: ["$StartTime$"],
    ViewProperties: { Height: "2", Width: "4", Title: "Names", View: "Table" },
  },
];
const rolesArn = "arn:aws:iam::000000000000:role/no-such-role";

/** A valid input of each operation. What it names need not exist: not found is an answer, too. */
const inputs: Readonly<Record<string, Record<string, unknown>>> = {
  AddTags: { ResourceId: store, TagsList: tags },
  CancelQuery: { EventDataStore: store, QueryId: uuid, EventDataStoreOwnerAccountId: "000000000000" },
  CreateChannel: {
    Name: "conformance",
    Source: "Custom",
    Destinations: [{ Type: "EVENT_DATA_STORE", Location: store }],
    Tags: tags,
  },
  CreateDashboard: {
    Name: "conformance",
    RefreshSchedule: refresh,
    TagsList: tags,
    TerminationProtectionEnabled: false,
    Widgets: widgets,
  },
  CreateEventDataStore: {
    Name: "conformance",
    AdvancedEventSelectors: selectors,
    MultiRegionEnabled: true,
    OrganizationEnabled: false,
    RetentionPeriod: 30,
    TerminationProtectionEnabled: false,
    TagsList: tags,
    StartIngestion: true,
    BillingMode: "EXTENDABLE_RETENTION_PRICING",
  },
  CreateTrail: {
    Name: "conformance",
    S3BucketName: "no-such-bucket",
    S3KeyPrefix: "prefix",
    SnsTopicName: "topic",
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
    IsOrganizationTrail: false,
    TagsList: tags,
  },
  DeleteChannel: { Channel: channel },
  DeleteDashboard: { DashboardId: "no-such-dashboard" },
  DeleteEventDataStore: { EventDataStore: store },
  DeleteResourcePolicy: { ResourceArn: channel },
  DeleteTrail: { Name: trail },
  DeregisterOrganizationDelegatedAdmin: { DelegatedAdminAccountId: "111122223333" },
  DescribeQuery: { EventDataStore: store, QueryId: uuid, EventDataStoreOwnerAccountId: "000000000000" },
  DescribeTrails: { trailNameList: [trail], includeShadowTrails: true },
  DisableFederation: { EventDataStore: store },
  EnableFederation: { EventDataStore: store, FederationRoleArn: rolesArn },
  GenerateQuery: { EventDataStores: [store], Prompt: "Which operations were called most in the last 7 days?" },
  GetChannel: { Channel: channel },
  GetDashboard: { DashboardId: "no-such-dashboard" },
  GetEventConfiguration: { EventDataStore: store },
  GetEventDataStore: { EventDataStore: store },
  GetEventSelectors: { TrailName: trail },
  GetImport: { ImportId: uuid },
  GetInsightSelectors: { TrailName: trail },
  GetQueryResults: {
    EventDataStore: store,
    QueryId: uuid,
    MaxQueryResults: 10,
    EventDataStoreOwnerAccountId: "000000000000",
  },
  GetResourcePolicy: { ResourceArn: channel },
  GetTrail: { Name: trail },
  GetTrailStatus: { Name: trail },
  ListChannels: { MaxResults: 10 },
  ListDashboards: { NamePrefix: "con", Type: "CUSTOM", MaxResults: 10 },
  ListEventDataStores: { MaxResults: 10 },
  ListImportFailures: { ImportId: uuid, MaxResults: 10 },
  ListImports: { MaxResults: 10, Destination: store, ImportStatus: "COMPLETED" },
  ListInsightsData: {
    InsightSource: arnOf("trail", trail),
    DataType: "InsightsEvents",
    Dimensions: { EventName: "PutTraceSegments" },
    StartTime: now - 600,
    EndTime: now,
    MaxResults: 10,
  },
  ListInsightsMetricData: {
    EventSource: "xray.amazonaws.com",
    EventName: "CreateGroup",
    InsightType: "ApiCallRateInsight",
    StartTime: now - 600,
    EndTime: now,
    Period: 60,
    DataType: "NonZeroData",
    MaxResults: 10,
  },
  ListPublicKeys: { StartTime: now - 600, EndTime: now },
  ListQueries: {
    EventDataStore: store,
    MaxResults: 10,
    StartTime: now - 600,
    EndTime: now,
    QueryStatus: "FINISHED",
  },
  ListTags: { ResourceIdList: [store] },
  ListTrails: {},
  LookupEvents: {
    LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateGroup" }],
    StartTime: now - 600,
    EndTime: now,
    MaxResults: 10,
  },
  PutEventConfiguration: {
    EventDataStore: store,
    MaxEventSize: "Large",
    ContextKeySelectors: [{ Type: "RequestContext", Equals: ["aws:PrincipalArn"] }],
  },
  PutEventSelectors: { TrailName: trail, AdvancedEventSelectors: selectors },
  PutInsightSelectors: {
    TrailName: trail,
    InsightSelectors: [{ InsightType: "ApiCallRateInsight", EventCategories: ["Management"] }],
  },
  PutResourcePolicy: {
    ResourceArn: channel,
    ResourcePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::111122223333:root" },
          Action: "cloudtrail-data:PutAuditEvents",
          Resource: channel,
        },
      ],
    }),
  },
  RegisterOrganizationDelegatedAdmin: { MemberAccountId: "111122223333" },
  RemoveTags: { ResourceId: store, TagsList: tags },
  RestoreEventDataStore: { EventDataStore: store },
  SearchSampleQueries: { SearchPhrase: "errors", MaxResults: 10 },
  StartDashboardRefresh: { DashboardId: "no-such-dashboard", QueryParameterValues: { $EventDataStoreId$: uuid } },
  StartEventDataStoreIngestion: { EventDataStore: store },
  StartImport: {
    Destinations: [store],
    ImportSource: {
      S3: {
        S3LocationUri: "s3://no-such-bucket/AWSLogs",
        S3BucketRegion: "us-east-1",
        S3BucketAccessRoleArn: rolesArn,
      },
    },
    StartEventTime: now - 600,
    EndEventTime: now,
  },
  StartLogging: { Name: trail },
  StartQuery: { QueryStatement: `SELECT eventname FROM ${uuid}`, EventDataStoreOwnerAccountId: "000000000000" },
  StopEventDataStoreIngestion: { EventDataStore: store },
  StopImport: { ImportId: uuid },
  StopLogging: { Name: trail },
  UpdateChannel: {
    Channel: channel,
    Destinations: [{ Type: "EVENT_DATA_STORE", Location: store }],
    Name: "conformance",
  },
  UpdateDashboard: {
    DashboardId: "no-such-dashboard",
    Widgets: widgets,
    RefreshSchedule: refresh,
    TerminationProtectionEnabled: false,
  },
  UpdateEventDataStore: {
    EventDataStore: store,
    Name: "conformance",
    AdvancedEventSelectors: selectors,
    MultiRegionEnabled: true,
    OrganizationEnabled: false,
    RetentionPeriod: 30,
    TerminationProtectionEnabled: false,
    BillingMode: "EXTENDABLE_RETENTION_PRICING",
  },
  UpdateTrail: {
    Name: trail,
    S3BucketName: "no-such-bucket",
    S3KeyPrefix: "prefix",
    SnsTopicName: "topic",
    IncludeGlobalServiceEvents: true,
    IsMultiRegionTrail: true,
    EnableLogFileValidation: true,
    IsOrganizationTrail: false,
  },
};

/** A schedule needs both parts of its frequency, and days and hours have other values: the model cannot say so. */
const schedules = [
  "RefreshSchedule.Frequency absent",
  "RefreshSchedule.Frequency null",
  "RefreshSchedule.Frequency.Unit absent",
  "RefreshSchedule.Frequency.Unit null",
  "RefreshSchedule.Frequency.Unit = DAYS",
  "RefreshSchedule.Frequency.Value absent",
  "RefreshSchedule.Frequency.Value null",
];
const known = { CreateDashboard: schedules, UpdateDashboard: schedules };

let dosimeter: RunningDosimeter;

beforeAll(async () => {
  dosimeter = await startDosimeter();
});

afterAll(async () => {
  await dosimeter.stop();
});

async function call(name: string, input: unknown) {
  const answer = await sign({
    endpoint: dosimeter.endpoint,
    service: "cloudtrail",
    region: dosimeter.region,
    path: "/",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `CloudTrail_20131101.${name}` },
    body: JSON.stringify(input),
    key: dosimeter.root,
  });
  const body = (await answer.json()) as Record<string, unknown>;
  const type = body["__type"];
  return { status: answer.status, code: typeof type === "string" ? type.replace(/^.*#/, "") : null, body };
}

conformance({ title: "the CloudTrail API and its model", model, inputs, call, refusal, known });
