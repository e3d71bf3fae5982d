import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountId, dyingSettings, type Simulation, startSimulation } from "./delivery.fixture.js";

let simulation: Simulation;
beforeEach(async () => {
  simulation = await startSimulation();
});
afterEach(() => simulation.close());

describe("delivery to S3", () => {
  it("writes what is selected, once, in CloudTrail's layout, and nothing where nothing was selected", async () => {
    await simulation.addTrail({ prefix: "logs" });
    const process = simulation.startProcess("stream-1");
    const wanted = [simulation.event(), simulation.event()];
    await process.events.append([wanted[0]!, simulation.event({ category: "Data" })]);
    await process.events.append([wanted[1]!, simulation.event({ accountId: "999999999999" })]);
    await process.delivery.run();

    const [[key, object] = ["", undefined], ...others] = [...simulation.world.objects];
    expect(others).toEqual([]);
    expect(key).toMatch(
      /^audit-logs\/logs\/AWSLogs\/111122223333\/CloudTrail\/eu-west-1\/2026\/03\/01\/111122223333_CloudTrail_eu-west-1_20260301T1200Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );
    expect(object?.headers).toMatchObject({
      "content-type": "application/json",
      "content-encoding": "gzip",
      "x-amz-acl": "bucket-owner-full-control",
    });
    const text = gunzipSync(object!.body).toString();
    expect(text).toBe(`{"Records":[${wanted.map((event) => event.record).join(",")}]}`);

    await process.events.append([simulation.event({ category: "Data" })]);
    await process.delivery.run();
    await process.delivery.run();
    expect(simulation.world.objects.size).toBe(1);
    expect(simulation.world.puts()).toBe(1);
  });

  it("asks for encryption with the trail's key, in the trail's encryption context", async () => {
    const kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/k";
    const { arn } = await simulation.addTrail({ kms_key_arn });
    const process = simulation.startProcess("stream-1");
    await process.events.append([simulation.event()]);
    await process.delivery.run();
    const [object] = [...simulation.world.objects.values()];
    expect(object?.headers).toMatchObject({
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-server-side-encryption-aws-kms-key-id": kms_key_arn,
    });
    const context = Buffer.from(object!.headers["x-amz-server-side-encryption-context"]!, "base64").toString();
    expect(JSON.parse(context)).toEqual({ "aws:cloudtrail:arn": arn });
  });

  it("makes a file for each region of a multi-region trail", async () => {
    await simulation.addTrail({ multi_region: 1 });
    const process = simulation.startProcess("stream-1");
    await process.events.append([simulation.event(), simulation.event({ region: "us-west-2" })]);
    await process.delivery.run();
    const regions = [...simulation.world.objects.keys()].map((key) => key.split("/")[4]).sort();
    expect(regions).toEqual(["eu-west-1", "us-west-2"]);
  });

  it("cuts a file before it exceeds 50 MB", async () => {
    await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    const record = JSON.stringify({ eventID: "x", padding: "x".repeat(200_000) });
    for (let commit = 0; commit < 14; commit++)
      await process.events.append(Array.from({ length: 20 }, () => simulation.event({ record })));
    await process.delivery.run();
    const sizes = [...simulation.world.objects.values()].map(({ body }) => gunzipSync(body).length);
    expect(sizes).toHaveLength(2);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(50 * 1024 * 1024);
    expect(simulation.world.deliveredIds()).toHaveLength(280);
  });

  it("delivers each event once, wherever its process dies", async () => {
    let round = 0;
    for (let died = true; died; round++) {
      await simulation.close();
      simulation = await startSimulation();
      const trail = await simulation.addTrail({ sns_topic_arn: `arn:aws:sns:eu-west-1:${accountId}:told` });
      const events = Array.from({ length: 5 }, () => simulation.event());
      const dying = dyingSettings(simulation.settings, round + 1);
      const first = simulation.startProcess("stream-1", dying.store);
      await simulation.startProcess("stream-1").streams.announce();
      for (const event of events) await first.events.append([event]);
      await first.delivery.run().catch(() => undefined);
      died = dying.died();

      simulation.passSeconds(3600);
      const second = simulation.startProcess("stream-2");
      await second.delivery.run();
      await second.delivery.run();
      expect(simulation.world.deliveredIds().sort()).toEqual(events.map((event) => event.eventId).sort());
      const files = await simulation.settings.read.selectFrom("trail_files").selectAll().execute();
      expect(files.map((file) => `${file.bucket}/${file.object_key}`)).toEqual([...simulation.world.objects.keys()]);
      expect(simulation.world.messages.length).toBeGreaterThanOrEqual(1);
      expect((await simulation.status(trail))?.delivery_error).toBeNull();
    }
    // Leases, note, plan, renewal, finish, notification: each was the last thing a process did.
    expect(round).toBeGreaterThan(6);
  });

  it("is not done twice by a process that was paused while another took over", async () => {
    await simulation.addTrail();
    const paused = simulation.startProcess("stream-1");
    const events = [simulation.event(), simulation.event()];
    await paused.events.append(events);
    let wake = () => {};
    const reached = new Promise<void>((resolve) => {
      simulation.world.behaviour.refuse = () => {
        simulation.world.behaviour.refuse = () => undefined;
        resolve();
        return new Promise((awake) => {
          wake = () => awake(undefined);
        });
      };
    });
    const run = paused.delivery.run();
    await reached;

    simulation.passSeconds(120);
    const other = simulation.startProcess("stream-2");
    await other.delivery.run();
    wake();
    await run;
    await other.delivery.run();
    expect(simulation.world.deliveredIds().sort()).toEqual(events.map((event) => event.eventId).sort());
    expect(simulation.world.puts()).toBe(2);
    expect(simulation.failures.map(({ reason }) => (reason as Error).name)).toEqual(["LeaseLost"]);
  });

  it("shows a failure, loses nothing, and goes where the trail now points", async () => {
    const trail = await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    simulation.world.behaviour.refuse = ({ path }) => (path.startsWith("audit-logs/") ? "NoSuchBucket" : undefined);
    const events = [simulation.event(), simulation.event()];
    await process.events.append([events[0]!]);
    await process.delivery.run();
    expect(await simulation.status(trail)).toMatchObject({ delivery_error: "NoSuchBucket", delivery_ms: null });

    simulation.passSeconds(600);
    await process.events.append([events[1]!]);
    await simulation.change(trail, { bucket: "other-logs" });
    await process.delivery.run();
    simulation.passSeconds(600);
    await process.delivery.run();
    expect(simulation.world.deliveredIds().sort()).toEqual(events.map((event) => event.eventId).sort());
    expect(await simulation.status(trail)).toMatchObject({ delivery_error: null, delivery_ms: simulation.nowMs() });
  });

  it("follows StopLogging and StartLogging to the event", async () => {
    const trail = await simulation.addTrail();
    const process = simulation.startProcess("stream-1");
    const ids: string[] = [];
    for (const logging of [true, false, true]) {
      await simulation.setLogging(trail, logging);
      simulation.passSeconds(1);
      const event = simulation.event();
      if (logging) ids.push(event.eventId);
      await process.events.append([event]);
      simulation.passSeconds(1);
    }
    await process.delivery.run();
    expect(simulation.world.deliveredIds().sort()).toEqual(ids.sort());
  });

  it("gives a trail that begins later nothing from before, and reads nothing from before", async () => {
    const process = simulation.startProcess("stream-1");
    await process.events.append([simulation.event()]);
    simulation.passSeconds(1);
    await simulation.addTrail();
    await process.delivery.run();
    expect(simulation.world.objects.size).toBe(0);
  });

  it("puts a dead process's stream to rest once it is delivered", async () => {
    await simulation.addTrail();
    await simulation.startProcess("stream-1").streams.announce();
    simulation.passSeconds(3600);
    const process = simulation.startProcess("stream-2");
    await process.delivery.run();
    await process.delivery.run();
    const streams = await simulation.settings.read
      .selectFrom("event_streams")
      .selectAll()
      .orderBy("stream_id")
      .execute();
    expect(streams.map((stream) => [stream.stream_id, stream.retired_ms !== null])).toEqual([
      ["stream-1", true],
      ["stream-2", false],
    ]);
  });

  it("delivers what happened before a trail was deleted, then forgets it", async () => {
    const trail = await simulation.addTrail({ validation: 0 });
    const process = simulation.startProcess("stream-1");
    await process.events.append([simulation.event()]);
    simulation.passSeconds(1);
    await simulation.setLogging(trail, false);
    await simulation.change(trail, { deleted_ms: simulation.nowMs() });
    await process.delivery.run();
    expect(simulation.world.deliveredIds()).toHaveLength(1);
    simulation.passSeconds(3600);
    await process.delivery.run();
    for (const table of ["trails", "trail_states", "trail_checkpoints", "trail_status"] as const)
      expect(await simulation.settings.read.selectFrom(table).selectAll().execute()).toEqual([]);
  });
});

describe("delivery to CloudWatch Logs", () => {
  const logs = {
    logs_group_arn: `arn:aws:logs:eu-west-1:${accountId}:log-group:audit/group:*`,
    logs_role_arn: `arn:aws:iam::${accountId}:role/delivery`,
    logs_since_ms: 0,
  };

  it("sends one log event a record, in batches that PutLogEvents takes, and leaves out what is over 256 KB", async () => {
    const trail = await simulation.addTrail(logs);
    const process = simulation.startProcess("stream-1");
    const padded = (bytes: number) => simulation.event({ record: JSON.stringify({ padding: "x".repeat(bytes) }) });
    await process.events.append([
      padded(200_000),
      padded(300_000),
      ...Array.from({ length: 8 }, () => padded(250_000)),
    ]);
    await process.delivery.run();
    const { logEvents } = simulation.world;
    expect(logEvents).toHaveLength(9);
    expect(logEvents[0]).toMatchObject({ group: "audit/group", stream: `${accountId}_CloudTrail_eu-west-1` });
    expect(await simulation.status(trail)).toMatchObject({
      logs_oversize_count: 1,
      logs_delivery_ms: simulation.nowMs(),
      logs_delivery_error: null,
    });
    await process.delivery.run();
    expect(logEvents).toHaveLength(9);
  });

  it("goes on while S3 fails, and S3 while it fails", async () => {
    const trail = await simulation.addTrail(logs);
    const process = simulation.startProcess("stream-1");
    const { behaviour, logEvents } = simulation.world;
    behaviour.refuse = ({ operation }) => (operation === "PutObject" ? "AccessDenied" : undefined);
    await process.events.append([simulation.event()]);
    await process.delivery.run();
    expect(logEvents).toHaveLength(1);
    expect(await simulation.status(trail)).toMatchObject({ delivery_error: "AccessDenied", logs_delivery_error: null });

    behaviour.refuse = ({ operation }) => (operation === "PutLogEvents" ? "AccessDeniedException" : undefined);
    simulation.passSeconds(600);
    await process.events.append([simulation.event()]);
    await process.delivery.run();
    expect(simulation.world.deliveredIds()).toHaveLength(2);
    expect(await simulation.status(trail)).toMatchObject({
      delivery_error: null,
      logs_delivery_error: "AccessDeniedException",
    });

    behaviour.refuse = () => undefined;
    simulation.passSeconds(600);
    await process.delivery.run();
    expect(logEvents).toHaveLength(2);
    expect((await simulation.status(trail))?.logs_delivery_error).toBeNull();
  });
});

describe("notification", () => {
  it("names the files of a delivery (fact 64), and is tried again", async () => {
    const topic = `arn:aws:sns:eu-west-1:${accountId}:told`;
    const trail = await simulation.addTrail({ sns_topic_arn: topic });
    const process = simulation.startProcess("stream-1");
    simulation.world.behaviour.refuse = ({ operation }) => (operation === "Publish" ? "AuthorizationError" : undefined);
    await process.events.append([simulation.event()]);
    await process.delivery.run();
    expect(await simulation.status(trail)).toMatchObject({
      notification_error: "AuthorizationError",
      delivery_error: null,
    });

    simulation.world.behaviour.refuse = () => undefined;
    simulation.passSeconds(600);
    await process.delivery.run();
    const [key = ""] = [...simulation.world.objects.keys()];
    const message = JSON.stringify({ s3Bucket: "audit-logs", s3ObjectKey: [key.replace("audit-logs/", "")] });
    expect(simulation.world.messages).toEqual([{ topic, message }]);
    expect((await simulation.status(trail))?.notification_error).toBeNull();
  });
});
