import { createHash } from "node:crypto";
import type { PutTelemetryRecordsCommandInput, PutTelemetryRecordsCommandOutput } from "@aws-sdk/client-xray";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { invalidRequest } from "../errors.js";
import { requireInt32 } from "../int32.js";
import { accessToAll, traceEvent, traceResources } from "../trace-event.js";

/** A daemon sends at most 10 a call and keeps 30. */
const recordsPerCallMax = 100;

/** Senders whose latest record is kept, an account and region; beyond, the one heard of longest ago makes room. */
const reportersMax = 10_000;

/**
 * Takes what a sender of segments tells of itself (received, sent, spilled, rejected) and keeps the latest record of each
 * sender. No operation of X-Ray reads them back; they show whether a daemon loses segments.
 */
export const putTelemetryRecords = () =>
  operation<PutTelemetryRecordsCommandInput, Omit<PutTelemetryRecordsCommandOutput, "$metadata">>({
    name: "PutTelemetryRecords",
    readOnly: false,
    event: traceEvent,
    access: accessToAll("PutTelemetryRecords"),
    resources: () => traceResources,

    async execute(input, call) {
      const { EC2InstanceId: instance = "", Hostname: hostname = "", ResourceARN: arn = "" } = input;
      const records = input.TelemetryRecords ?? [];
      new Constraints()
        .length("eC2InstanceId", instance, { max: 20 })
        .length("hostname", hostname, { max: 255 })
        .length("resourceARN", arn, { max: 500 })
        .check();
      if (records.length > recordsPerCallMax)
        throw invalidRequest(
          `TelemetryRecords holds ${records.length} records: at most ${recordsPerCallMax} are taken`,
        );
      if (records.some(({ Timestamp }) => Timestamp === undefined || Number.isNaN(Timestamp.getTime())))
        throw invalidRequest("Timestamp of a telemetry record must be a point in time");
      for (const [index, { BackendConnectionErrors: errors, Timestamp: _, ...counts }] of records.entries()) {
        const at = `telemetryRecords.${index + 1}.member`;
        requireInt32(at, counts);
        requireInt32(`${at}.backendConnectionErrors`, { ...errors });
      }
      const [first, ...rest] = records;
      if (first === undefined) return {};
      const latest = rest.reduce((best, next) => (next.Timestamp! > best.Timestamp! ? next : best), first);

      const place = { account_id: call.accountId, region: call.region };
      const reporter = createHash("sha256")
        .update(JSON.stringify([arn, instance, hostname]))
        .digest("hex");
      const row = {
        resource_arn: arn,
        instance_id: instance,
        hostname,
        received_ms: call.nowMs,
        record: JSON.stringify({ ...latest, Timestamp: latest.Timestamp!.getTime() / 1000 }),
      };
      return call.commit(async (tx) => {
        await tx
          .insertInto("xray_telemetry")
          .values({ ...place, reporter, ...row })
          .onConflict((conflict) => conflict.columns(["account_id", "region", "reporter"]).doUpdateSet(row))
          .execute();
        const surplus = await tx
          .selectFrom("xray_telemetry")
          .select("received_ms")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .orderBy("received_ms", "desc")
          .limit(1)
          .offset(reportersMax)
          .executeTakeFirst();
        if (surplus === undefined) return {};
        await tx
          .deleteFrom("xray_telemetry")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("received_ms", "<=", surplus.received_ms)
          .execute();
        return {};
      });
    },
  });
