import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateGroupCommand,
  CreateSamplingRuleCommand,
  DeleteGroupCommand,
  DeleteSamplingRuleCommand,
  GetSamplingRulesCommand,
  GetSamplingTargetsCommand,
  ListTagsForResourceCommand,
  paginateGetSamplingStatisticSummaries,
  type SamplingRule,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSamplingRuleCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AWSXRayRemoteSampler } from "@opentelemetry/sampler-aws-xray";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, startServers } from "./start-dosimeter.js";

// Acceptance facts of AWS X-Ray's sampling (118-135) and tags (141, 142), over the wire; numbers are in the names.

const rule = (RuleName: string, more: Partial<SamplingRule> = {}): SamplingRule => ({
  RuleName,
  ResourceARN: "*",
  Priority: 100,
  FixedRate: 0.1,
  ReservoirSize: 10,
  ServiceName: "*",
  ServiceType: "*",
  Host: "*",
  HTTPMethod: "*",
  URLPath: "*",
  Version: 1,
  ...more,
});

const clientId = (number: number) => number.toString(16).padStart(24, "0");

const statistics = (RuleName: string, client: number, more: object = {}) => ({
  RuleName,
  ClientID: clientId(client),
  Timestamp: new Date(),
  RequestCount: 3,
  SampledCount: 2,
  BorrowCount: 1,
  ...more,
});

const create = (xray: XRayClient, RuleName: string, more?: Partial<SamplingRule>) =>
  xray.send(new CreateSamplingRuleCommand({ SamplingRule: rule(RuleName, more) }));

const report = (xray: XRayClient, ...SamplingStatisticsDocuments: ReturnType<typeof statistics>[]) =>
  xray.send(new GetSamplingTargetsCommand({ SamplingStatisticsDocuments }));

const ruleNames = async (xray: XRayClient) =>
  (await xray.send(new GetSamplingRulesCommand({}))).SamplingRuleRecords?.map(
    ({ SamplingRule }) => SamplingRule?.RuleName,
  );

/** Requests, sampled and borrowed of a rule over every window. */
async function countsOf(xray: XRayClient, ruleName: string): Promise<[number, number, number]> {
  const counts: [number, number, number] = [0, 0, 0];
  for await (const page of paginateGetSamplingStatisticSummaries({ client: xray }, {}))
    for (const summary of page.SamplingStatisticSummaries ?? []) {
      expect(summary.Timestamp!.getTime() % 10_000).toBe(0);
      if (summary.RuleName !== ruleName) continue;
      counts[0] += summary.RequestCount!;
      counts[1] += summary.SampledCount!;
      counts[2] += summary.BorrowCount!;
    }
  return counts;
}

const rounds = 3;

/**
 * Every client reports every rule, all at once, spread over the processes given. First they come; then those who came
 * early give up what is too much; then everybody gets the rest.
 * @returns what each client was told last, by rule.
 */
async function reportAll(clients: readonly XRayClient[], ids: readonly number[], rules: readonly string[]) {
  const quotas = new Map(rules.map((name) => [name, new Map<number, number>()]));
  for (let round = 0; round < rounds; round++)
    await Promise.all(
      ids.map(async (id, index) => {
        const xray = clients[index % clients.length]!;
        const answer = await report(xray, ...rules.map((name) => statistics(name, id)));
        expect(answer.UnprocessedStatistics).toEqual([]);
        for (const { RuleName, ReservoirQuota } of answer.SamplingTargetDocuments!)
          quotas.get(RuleName!)!.set(id, ReservoirQuota!);
      }),
    );
  return quotas;
}

const sumOf = (numbers: Iterable<number>) => [...numbers].reduce((sum, number) => sum + number, 0);

function expectExactShares(quotas: ReadonlyMap<number, number>, reservoir: number): void {
  expect(sumOf(quotas.values())).toBe(reservoir);
  expect(Math.max(...quotas.values()) - Math.min(...quotas.values())).toBeLessThanOrEqual(1);
}

const idsFrom = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

describe("sampling over the wire", () => {
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

  const arnOf = (name: string) => `arn:aws:xray:${service.region}:${service.accountId}:sampling-rule/${name}`;

  const postToDaemon = async (path: string, body?: object | string) => {
    const reply = await fetch(`http://${service.daemonAddress}${path}`, {
      method: "POST",
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: reply.status, answer: (await reply.json()) as Record<string, never> };
  };

  it("lists Default alone on a fresh server (118)", async () => {
    const { SamplingRuleRecords } = await xray.send(new GetSamplingRulesCommand({}));
    expect(SamplingRuleRecords).toEqual([
      {
        SamplingRule: {
          ...rule("Default", { Priority: 10_000, FixedRate: 0.05, ReservoirSize: 1 }),
          RuleARN: arnOf("Default"),
          Attributes: {},
        },
        CreatedAt: new Date(0),
        ModifiedAt: new Date(0),
      },
    ]);
  });

  it("makes, changes and deletes rules, each a newer modification (119, 120, 124-126, 130, 134)", async () => {
    const times: number[] = [];
    const noteTime = async () => times.push((await report(xray)).LastRuleModification!.getTime());
    await noteTime();
    const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 10 };
    const { SamplingRuleRecord } = await create(xray, "life", { SamplingRateBoost });
    expect(SamplingRuleRecord?.SamplingRule).toEqual({
      ...rule("life"),
      RuleARN: arnOf("life"),
      Attributes: {},
      SamplingRateBoost,
    });
    expect(SamplingRuleRecord?.CreatedAt).toEqual(SamplingRuleRecord?.ModifiedAt);
    await noteTime();
    await expect(create(xray, "life")).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringMatching(/exists/),
    });
    const changed = await xray.send(
      new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleARN: arnOf("life"), URLPath: "/a" } }),
    );
    expect(changed.SamplingRuleRecord?.SamplingRule).toMatchObject({ URLPath: "/a", FixedRate: 0.1 });
    await noteTime();
    await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "Default", FixedRate: 0.06 } }));
    await noteTime();
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "life" }));
    await noteTime();
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));

    const refused = (message: RegExp) => ({
      name: "InvalidRequestException",
      message: expect.stringMatching(message),
    });
    const both = { RuleName: "life", RuleARN: arnOf("life") };
    for (const [command, message] of [
      [new DeleteSamplingRuleCommand({ RuleName: "life" }), /does not exist/],
      [new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "life" } }), /does not exist/],
      [new DeleteSamplingRuleCommand({ RuleName: "Default" }), /cannot be deleted/],
      [new DeleteSamplingRuleCommand(both), /not both/],
      [new UpdateSamplingRuleCommand({ SamplingRuleUpdate: both }), /not both/],
      [
        new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "Default", URLPath: "/" } }),
        /^Invalid update request for default sampling rule$/,
      ],
    ] as const)
      await expect(xray.send(command as DeleteSamplingRuleCommand)).rejects.toMatchObject(refused(message));
  });

  it("refuses what is out of bounds (121, 122, 132)", async () => {
    for (const more of [
      { RuleName: "x".repeat(33) },
      { Priority: 0 },
      { Priority: 10_000 },
      { FixedRate: 1.1 },
      { ReservoirSize: -1 },
    ])
      await expect(create(xray, "bad", more)).rejects.toMatchObject({
        name: "ValidationException",
        $metadata: { httpStatusCode: 400 },
      });
    const short = statistics("Default", 1, { ClientID: "0".repeat(23) });
    await expect(report(xray, short)).rejects.toMatchObject({ name: "ValidationException" });
    const documents = idsFrom(0, 26).map((id) => statistics("Default", id));
    await expect(report(xray, ...documents)).rejects.toMatchObject({ name: "ValidationException" });
    expect(await ruleNames(xray)).toEqual(["Default"]);
  });

  it("answers targets, and for each document that it cannot use (127, 128, 131, 133)", async () => {
    await create(xray, "targets", { ReservoirSize: 3 });
    const inMilliseconds = new Date(Date.now() * 1000);
    const before = Date.now();
    const answer = await report(
      xray,
      statistics("targets", 1),
      statistics("gone", 1),
      statistics("targets", 2, { Timestamp: inMilliseconds }),
    );
    expect(answer.UnprocessedStatistics).toEqual([{ RuleName: "gone", ErrorCode: "400", Message: "Unknown rule" }]);
    expect(answer.SamplingTargetDocuments).toMatchObject([
      { RuleName: "targets", FixedRate: 0.1, ReservoirQuota: 2, Interval: 10 },
      { RuleName: "targets", FixedRate: 0.1, ReservoirQuota: 1, Interval: 10 },
    ]);
    const lifetime = answer.SamplingTargetDocuments![0]!.ReservoirQuotaTTL!.getTime() - before;
    expect(lifetime).toBeGreaterThan(60_000);
    expect(lifetime).toBeLessThan(600_000);
    expect(await countsOf(xray, "targets")).toEqual([6, 4, 2]);
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "targets" }));
  });

  it("boosts a rule whose anomalies nobody sampled, once a cooldown window (135)", async () => {
    // A day long, so that the test does not meet the window's end.
    const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 1440 };
    await create(xray, "boosted", { SamplingRateBoost });
    const boosted = async (AnomalyCount: number) => {
      const Timestamp = new Date();
      const anomalies = { RuleName: "boosted", ServiceName: "shop", Timestamp, TotalCount: 100 };
      const answer = await xray.send(
        new GetSamplingTargetsCommand({
          SamplingStatisticsDocuments: [statistics("boosted", 1)],
          SamplingBoostStatisticsDocuments: [{ ...anomalies, AnomalyCount, SampledAnomalyCount: 0 }],
        }),
      );
      expect(answer.UnprocessedBoostStatistics).toEqual([]);
      return answer.SamplingTargetDocuments?.[0]?.SamplingBoost;
    };
    const boost = await boosted(4);
    expect(boost?.BoostRate).toBe(0.25);
    const lifetime = boost!.BoostRateTTL!.getTime() - Date.now();
    expect(lifetime).toBeGreaterThan(0);
    expect(lifetime).toBeLessThanOrEqual(60_000);
    // The same boost while it lasts, and no other.
    expect(await boosted(1)).toEqual(boost);
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "boosted" }));
  });

  it("shares reservoirs exactly among 200 clients that report several rules at once (129)", {
    timeout: 120_000,
  }, async () => {
    const reservoirs = { "shared-1": 0, "shared-2": 1, "shared-3": 199, "shared-4": 1000 };
    for (const [name, ReservoirSize] of Object.entries(reservoirs)) await create(xray, name, { ReservoirSize });
    const quotas = await reportAll([xray], idsFrom(1000, 200), Object.keys(reservoirs));
    for (const [name, ReservoirSize] of Object.entries(reservoirs)) {
      expectExactShares(quotas.get(name)!, ReservoirSize);
      expect(await countsOf(xray, name)).toEqual([1800, 1200, 600]);
      await xray.send(new DeleteSamplingRuleCommand({ RuleName: name }));
    }
  });

  it("keeps tags of rules and groups (141, 142)", async () => {
    await xray.send(
      new CreateSamplingRuleCommand({ SamplingRule: rule("tagged"), Tags: [{ Key: "team", Value: "web" }] }),
    );
    const group = await xray.send(
      new CreateGroupCommand({ GroupName: "tagged", Tags: [{ Key: "team", Value: "web" }] }),
    );
    for (const ResourceARN of [arnOf("tagged"), group.Group!.GroupARN!]) {
      const list = async () => (await xray.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
      const tag = (Key: string, Value: string) =>
        xray.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key, Value }] }));
      expect(await list()).toEqual([{ Key: "team", Value: "web" }]);
      await tag("team", "shop");
      await xray.send(new UntagResourceCommand({ ResourceARN, TagKeys: ["absent"] }));
      expect(await list()).toEqual([{ Key: "team", Value: "shop" }]);
      const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: "" }));
      await expect(xray.send(new TagResourceCommand({ ResourceARN, Tags }))).rejects.toMatchObject({
        name: "TooManyTagsException",
        $metadata: { httpStatusCode: 400 },
      });
      await expect(tag("aws:x", "")).rejects.toMatchObject({ name: "InvalidRequestException" });
    }
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "tagged" }));
    await xray.send(new DeleteGroupCommand({ GroupName: "tagged" }));
    for (const ResourceARN of [arnOf("tagged"), group.Group!.GroupARN!])
      await expect(xray.send(new ListTagsForResourceCommand({ ResourceARN }))).rejects.toMatchObject({
        name: "ResourceNotFoundException",
        ResourceName: ResourceARN,
        $metadata: { httpStatusCode: 404 },
      });
  });

  it("lets a policy allow single rules, by name and by tag", async () => {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "sampler" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "sampler" }));
    const Statement = [
      { Effect: "Allow", Action: "xray:CreateSamplingRule", Resource: arnOf("team-*") },
      {
        Effect: "Allow",
        Action: ["xray:UpdateSamplingRule", "xray:TagResource"],
        Resource: "*",
        Condition: { StringEquals: { "aws:ResourceTag/team": "web" } },
      },
    ];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutUserPolicyCommand({ UserName: "sampler", PolicyName: "rules", PolicyDocument }));
    const theirs = service.client(XRayClient, {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    });
    const update = () =>
      theirs.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "team-a", FixedRate: 1 } }));
    await create(theirs, "team-a");
    await expect(create(theirs, "other")).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(update()).rejects.toMatchObject({ name: "AccessDeniedException" });
    await xray.send(new TagResourceCommand({ ResourceARN: arnOf("team-a"), Tags: [{ Key: "team", Value: "web" }] }));
    await update();
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "team-a" }));
    theirs.destroy();
    iam.destroy();
  });

  it("serves the AWS CLI", async () => {
    const aws = async (...parameters: string[]) => {
      const options = { env: service.cliEnvironment() };
      const { stdout } = await promisify(execFile)("aws", ["xray", ...parameters, "--output", "json"], options);
      return stdout === "" ? {} : JSON.parse(stdout);
    };
    const made = await aws(
      "create-sampling-rule",
      "--sampling-rule",
      JSON.stringify(rule("cli")),
      "--tags",
      "Key=a,Value=b",
    );
    expect(made.SamplingRuleRecord.SamplingRule).toMatchObject({ RuleName: "cli", RuleARN: arnOf("cli") });
    const changed = await aws("update-sampling-rule", "--sampling-rule-update", "RuleName=cli,FixedRate=0.7");
    expect(changed.SamplingRuleRecord.SamplingRule).toMatchObject({ FixedRate: 0.7, ReservoirSize: 10 });
    const listed = await aws("get-sampling-rules");
    expect(
      listed.SamplingRuleRecords.map(({ SamplingRule }: { SamplingRule: SamplingRule }) => SamplingRule.RuleName),
    ).toEqual(["Default", "cli"]);
    expect(await aws("list-tags-for-resource", "--resource-arn", arnOf("cli"))).toEqual({
      Tags: [{ Key: "a", Value: "b" }],
    });
    const document = { ...statistics("cli", 1), Timestamp: Math.floor(Date.now() / 1000) };
    const targets = await aws("get-sampling-targets", "--sampling-statistics-documents", JSON.stringify([document]));
    expect(targets.SamplingTargetDocuments).toMatchObject([{ RuleName: "cli", FixedRate: 0.7, ReservoirQuota: 10 }]);
    const seen = await aws("get-sampling-statistic-summaries");
    expect(seen.SamplingStatisticSummaries).toContainEqual(
      expect.objectContaining({ RuleName: "cli", RequestCount: 3 }),
    );
    const deleted = await aws("delete-sampling-rule", "--rule-name", "cli");
    expect(deleted.SamplingRuleRecord.SamplingRule.RuleName).toBe("cli");
    await expect(aws("delete-sampling-rule", "--rule-name", "cli")).rejects.toMatchObject({
      stderr: expect.stringContaining("does not exist"),
    });
  });

  it("answers unsigned samplers at the daemon's port, with their quirks", async () => {
    for (const body of [undefined, "", "{}", { NextToken: null }])
      expect(await postToDaemon("/GetSamplingRules", body)).toMatchObject({
        status: 200,
        answer: { SamplingRuleRecords: [{ SamplingRule: { RuleName: "Default", Attributes: {}, Version: 1 } }] },
      });

    const Timestamp = Date.now(); // milliseconds, where seconds are due
    const document = { RuleName: "Default", ClientID: clientId(7), Timestamp, RequestCount: 1, SampleCount: 1 };
    const mended = { SamplingStatisticsDocuments: [document], SamplingBoostStatisticsDocuments: null };
    expect(await postToDaemon("/SamplingTargets", mended)).toMatchObject({
      status: 200,
      answer: {
        SamplingTargetDocuments: [{ RuleName: "Default", Interval: 10 }],
        UnprocessedStatistics: [],
        LastRuleModification: expect.any(Number),
      },
    });
    for (const body of [{}, { SamplingStatisticsDocuments: null }])
      expect(await postToDaemon("/SamplingTargets", body)).toMatchObject({
        status: 200,
        answer: { SamplingTargetDocuments: [], UnprocessedStatistics: [] },
      });
    expect(await postToDaemon("/SamplingTargets", { SamplingStatisticsDocuments: [7] })).toMatchObject({ status: 400 });

    const inSeconds = { ...document, Timestamp: Timestamp / 1000 };
    const all = (count: number) => ({ SamplingStatisticsDocuments: Array(count).fill(inSeconds) });
    const { answer } = await postToDaemon("/SamplingTargets", all(26));
    expect(answer["SamplingTargetDocuments"]).toHaveLength(26);
    expect(await postToDaemon("/SamplingTargets", all(101))).toMatchObject({ status: 400 });
  });

  it("tells the X-Ray SDK's centralized sampling what to sample, and takes its reports", {
    timeout: 120_000,
  }, async () => {
    await create(xray, "sdk-all", { Priority: 1, FixedRate: 1, ReservoirSize: 0, URLPath: "/all*" });
    await create(xray, "sdk-none", { Priority: 2, FixedRate: 0, ReservoirSize: 0, URLPath: "/none*" });
    const sdk = createRequire(import.meta.url)("aws-xray-sdk") as typeof import("aws-xray-sdk");
    sdk.setDaemonAddress(service.daemonAddress);
    const { sampler } = sdk.middleware as unknown as {
      sampler: { shouldSample(request: object): string | boolean; ruleCache: { getLastUpdated(): number | null } };
    };
    const decide = (urlPath: string) =>
      sampler.shouldSample({ host: "shop.example.com", httpMethod: "GET", urlPath, serviceName: "shop" });
    decide("/all"); // starts its pollers
    await eventually(async () => sampler.ruleCache.getLastUpdated() !== null, "the SDK's rules");
    for (let request = 0; request < 20; request++) {
      expect(decide("/all/1")).toBe("sdk-all");
      expect(decide("/none/1")).toBe(false);
    }
    // It reports every 10 seconds.
    await eventually(async () => (await countsOf(xray, "sdk-all"))[0] === 20, "the SDK's report", 30_000);
    expect(await countsOf(xray, "sdk-all")).toEqual([20, 20, 0]);
    expect(await countsOf(xray, "sdk-none")).toEqual([20, 0, 0]);
    for (const RuleName of ["sdk-all", "sdk-none"]) await xray.send(new DeleteSamplingRuleCommand({ RuleName }));
  });

  it("tells OpenTelemetry's remote sampler what to sample, also with as many rules as there may be (123)", {
    timeout: 120_000,
  }, async () => {
    for (let number = 0; number < 23; number++) await create(xray, `many-${number}`, { URLPath: `/many/${number}` });
    await create(xray, "otel-all", { Priority: 1, FixedRate: 1, ReservoirSize: 0, URLPath: "/all*" });
    await create(xray, "otel-none", { Priority: 2, FixedRate: 0, ReservoirSize: 0, ServiceName: "sho?" });
    await expect(create(xray, "one-too-many")).rejects.toMatchObject({ name: "RuleLimitExceededException" });

    const resource = resourceFromAttributes({ "service.name": "shop" });
    const endpoint = `http://${service.daemonAddress}`;
    const sampler = new AWSXRayRemoteSampler({ endpoint, resource, pollingInterval: 10 });
    const provider = new NodeTracerProvider({ resource, sampler });
    const isSampled = (path: string) =>
      provider
        .getTracer("test")
        .startSpan("request", { kind: SpanKind.SERVER, attributes: { "url.path": path } }, ROOT_CONTEXT)
        .isRecording();
    try {
      // Until it has the rules it samples one request a second and some of the others: never twenty in a row.
      const bothAsRuled = () => isSampled("/all/1") && !isSampled("/none/1");
      await eventually(async () => Array.from({ length: 20 }, bothAsRuled).every(Boolean), "OpenTelemetry's rules");
      // It reports every rule in one call, 26 of them, and takes new rates from the answer.
      await eventually(async () => (await countsOf(xray, "otel-all"))[0] >= 20, "its report", 30_000);
      expect((await countsOf(xray, "otel-none"))[1]).toBe(0);
      await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "otel-none", FixedRate: 1 } }));
      await eventually(async () => isSampled("/none"), "the new rate", 30_000);
    } finally {
      sampler.stopPollers();
      await provider.shutdown();
    }
    for (const name of (await ruleNames(xray))!)
      if (name !== "Default") await xray.send(new DeleteSamplingRuleCommand({ RuleName: name! }));
  });
});

describe("sampling after a process was killed", () => {
  it("goes on with the same rules, tags, quotas, boosts and times", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-sampling-"));
    const state = async (xray: XRayClient) => {
      const { SamplingTargetDocuments, LastRuleModification } = await report(xray, statistics("kept", 1));
      const { SamplingRuleRecords } = await xray.send(new GetSamplingRulesCommand({}));
      const ResourceARN = SamplingRuleRecords!.at(-1)!.SamplingRule!.RuleARN;
      const { Tags } = await xray.send(new ListTagsForResourceCommand({ ResourceARN }));
      const [target] = SamplingTargetDocuments!;
      const kept = { LastRuleModification, SamplingRuleRecords, Tags };
      return { kept, quota: target!.ReservoirQuota, boost: target!.SamplingBoost };
    };
    // With the suite on servers, both processes have to have the same ones.
    const servers = process.env["DOSIMETER_TEST_ON_SERVERS"] === undefined ? undefined : await startServers();
    const start = () => startDosimeter({ dataFolder, ...(servers && { env: servers.env }) });
    let service = await start();
    try {
      let xray = service.client(XRayClient);
      const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 1440 };
      const SamplingRule = rule("kept", { SamplingRateBoost });
      await xray.send(new CreateSamplingRuleCommand({ SamplingRule, Tags: [{ Key: "a", Value: "b" }] }));
      await create(xray, "dropped");
      await xray.send(new DeleteSamplingRuleCommand({ RuleName: "dropped" }));
      await xray.send(
        new GetSamplingTargetsCommand({
          SamplingStatisticsDocuments: [statistics("kept", 1), statistics("kept", 2), statistics("kept", 3)],
          SamplingBoostStatisticsDocuments: [
            {
              RuleName: "kept",
              ServiceName: "shop",
              Timestamp: new Date(),
              AnomalyCount: 4,
              TotalCount: 9,
              SampledAnomalyCount: 0,
            },
          ],
        }),
      );
      const before = await state(xray);
      expect(before).toMatchObject({
        quota: 4,
        boost: { BoostRate: 0.25 },
        kept: { Tags: [{ Key: "a", Value: "b" }] },
      });
      const reportedAt = performance.now();
      xray.destroy();
      await service.stop("SIGKILL");
      service = await start();
      xray = service.client(XRayClient);
      const after = await state(xray);
      expect(after.kept).toEqual(before.kept);
      // Where the start took so long that the other clients count as gone, only the rest can be compared.
      if (performance.now() - reportedAt < 25_000) expect(after).toEqual(before);
      expect((await countsOf(xray, "kept"))[0]).toBe(15);
      xray.destroy();
    } finally {
      await service.stop();
      await servers?.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  });
});

const skipped = process.env["DOSIMETER_TEST_POSTGRES_URL"] === undefined;

describe.skipIf(skipped)("sampling by two processes over one PostgreSQL (DOSIMETER_TEST_POSTGRES_URL)", () => {
  let servers: Awaited<ReturnType<typeof startServers>>;
  const processes: RunningDosimeter[] = [];
  let clients: XRayClient[];

  beforeAll(async () => {
    servers = await startServers();
    const env = { ...servers.env, DOSIMETER_MASTER_KEY: Buffer.alloc(32, 7).toString("base64") };
    for (const _ of [1, 2]) processes.push(await startDosimeter({ env }));
    clients = processes.map((service) => service.client(XRayClient));
  });

  afterAll(async () => {
    for (const client of clients ?? []) client.destroy();
    for (const service of processes) await service.stop();
    await servers?.stop();
  });

  it("shares reservoirs exactly among the clients of both (129)", async () => {
    const reservoirs = { "shared-1": 7, "shared-2": 1000 };
    for (const [name, ReservoirSize] of Object.entries(reservoirs)) await create(clients[0]!, name, { ReservoirSize });
    const quotas = await reportAll(clients, idsFrom(1, 100), Object.keys(reservoirs));
    for (const [name, ReservoirSize] of Object.entries(reservoirs)) {
      expectExactShares(quotas.get(name)!, ReservoirSize);
      for (const xray of clients) expect(await countsOf(xray, name)).toEqual([900, 600, 300]);
    }
  });

  it("agrees on rules, their limit, the last modification and the boost", async () => {
    const [first, second] = clients as [XRayClient, XRayClient];
    await Promise.allSettled(idsFrom(0, 40).map((number) => create(clients[number % 2]!, `rule-${number}`)));
    expect(await ruleNames(first)).toHaveLength(26);
    expect(await ruleNames(second)).toEqual(await ruleNames(first));

    await first.send(new DeleteSamplingRuleCommand({ RuleName: "shared-1" }));
    await create(second, "boosted", { SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: 1440 } });
    const boostOf = async (xray: XRayClient) => {
      const anomalies = { RuleName: "boosted", ServiceName: "shop", Timestamp: new Date(), TotalCount: 9 };
      const answer = await xray.send(
        new GetSamplingTargetsCommand({
          SamplingStatisticsDocuments: [statistics("boosted", 1)],
          SamplingBoostStatisticsDocuments: [{ ...anomalies, AnomalyCount: 2, SampledAnomalyCount: 0 }],
        }),
      );
      return [answer.SamplingTargetDocuments?.[0]?.SamplingBoost, answer.LastRuleModification];
    };
    const [one, other] = await Promise.all(clients.map(boostOf));
    expect(one).toEqual(other);
    expect(one?.[0]).toBeDefined();
  });
});
