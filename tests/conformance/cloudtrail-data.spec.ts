import { CloudTrailClient, CreateChannelCommand, CreateEventDataStoreCommand } from "@aws-sdk/client-cloudtrail";
import { afterAll, beforeAll } from "vitest";
import { sign } from "../../src/gateway/testing/signed-request.js";
import { type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { conformance } from "./conformance.js";
import { readModel } from "./model.js";

const model = readModel("cloudtrail-data");

const refusal = (code: string) => code === "InvalidChannelARN";

let dosimeter: RunningDosimeter;
let channelArn: string;

beforeAll(async () => {
  dosimeter = await startDosimeter();
  const client = dosimeter.client(CloudTrailClient);
  const { EventDataStoreArn } = await client.send(
    new CreateEventDataStoreCommand({
      Name: "conformance",
      MultiRegionEnabled: false,
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["ActivityAuditLog"] }] }],
    }),
  );
  const destination = { Type: "EVENT_DATA_STORE" as const, Location: EventDataStoreArn as string };
  const channel = { Name: "conformance", Source: "Custom", Destinations: [destination] };
  channelArn = (await client.send(new CreateChannelCommand(channel))).ChannelArn as string;
});

afterAll(async () => {
  await dosimeter.stop();
});

/** Stands for the channel, which is not there yet when inputs are made. */
const someChannel = "arn:of-the-channel";
const inputs = {
  PutAuditEvents: {
    channelArn: someChannel,
    externalId: "external-id",
    auditEvents: [{ id: "1", eventData: "{}", eventDataChecksum: "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=" }],
  },
};

/** Two members are in the query, where there is text alone. */
async function call(name: string, input: unknown) {
  const { channelArn: arn, externalId, ...body } = input as Record<string, unknown>;
  const query = new URLSearchParams();
  if (arn !== undefined && arn !== null) query.set("channelArn", arn === someChannel ? channelArn : textOf(arn));
  if (externalId !== undefined && externalId !== null) query.set("externalId", textOf(externalId));
  const answer = await sign({
    endpoint: dosimeter.endpoint,
    service: "cloudtrail-data",
    region: dosimeter.region,
    path: model.operations[name]!.http.requestUri,
    query: query.toString(),
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    key: dosimeter.root,
  });
  const code = answer.headers.get("x-amzn-errortype");
  return { status: answer.status, code, body: (await answer.json()) as Record<string, unknown> };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

conformance({ title: "the CloudTrail Data API and its model", model, inputs, call, refusal });
