import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What a request is for: `PutObject`, `GetBucketAcl`, `Publish`, `CreateLogStream`, `PutLogEvents`. */
export interface DestinationRequest {
  readonly operation: string;
  /** Bucket and key of S3 requests. */
  readonly path: string;
}

export interface KeptObject {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The outside world of a trail: an S3, SNS and CloudWatch Logs that keep what they are sent, and fail or stall when they
 * are told to. Real AWS clients talk to it.
 */
export async function startDestinationServer() {
  const objects = new Map<string, KeptObject>();
  const messages: { topic: string; message: string }[] = [];
  const logEvents: { group: string; stream: string; message: string }[] = [];
  let puts = 0;
  const behaviour: {
    /** The code of an error to answer with, or nothing. May wait as long as it likes. */
    refuse: (request: DestinationRequest) => string | undefined | Promise<string | undefined>;
  } = { refuse: () => undefined };

  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const path = decodeURIComponent((request.url ?? "/").split("?")[0] as string).slice(1);
    const target = request.headers["x-amz-target"];
    const form = new URLSearchParams(target || request.method !== "POST" ? "" : body.toString());
    const operation =
      (target as string | undefined)?.split(".")[1] ??
      form.get("Action") ??
      (request.method === "PUT" ? "PutObject" : "GetBucketAcl");
    const code = await behaviour.refuse({ operation, path });
    if (code !== undefined) {
      const json = target !== undefined;
      response.writeHead(403, { "content-type": json ? "application/x-amz-json-1.1" : "application/xml" });
      response.end(
        json
          ? JSON.stringify({ __type: code, message: "refused" })
          : form.has("Action")
            ? `<ErrorResponse><Error><Code>${code}</Code><Message>refused</Message></Error></ErrorResponse>`
            : `<Error><Code>${code}</Code><Message>refused</Message></Error>`,
      );
      return;
    }
    if (operation === "PutObject") {
      puts++;
      objects.set(path, { body, headers: request.headers as Record<string, string> });
    }
    if (operation === "Publish")
      messages.push({ topic: form.get("TopicArn") as string, message: form.get("Message") as string });
    if (operation === "PutLogEvents") {
      const { logGroupName, logStreamName, logEvents: sent } = JSON.parse(body.toString());
      for (const { message } of sent) logEvents.push({ group: logGroupName, stream: logStreamName, message });
    }
    response.writeHead(200, { "content-type": target ? "application/x-amz-json-1.1" : "application/xml" });
    response.end(target ? "{}" : form.has("Action") ? (queryAnswers[operation] ?? "") : aclAnswer(operation));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    messages,
    logEvents,
    behaviour,
    puts: () => puts,
    /** Event ids of all records in all log files, in the order of their keys. */
    deliveredIds: () =>
      [...objects]
        .filter(([key]) => key.includes("/CloudTrail/") && key.endsWith(".json.gz"))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(
          ([, { body }]) => (JSON.parse(gunzipSync(body).toString()) as { Records: { eventID: string }[] }).Records,
        )
        .map((record) => record.eventID),
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type DestinationServer = Awaited<ReturnType<typeof startDestinationServer>>;

const queryAnswers: Readonly<Record<string, string>> = {
  Publish: "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
  AssumeRole: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA1</AccessKeyId>
    <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
    <Expiration>9999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
};

function aclAnswer(operation: string): string {
  return operation === "GetBucketAcl"
    ? "<AccessControlPolicy><Owner><ID>1</ID></Owner><AccessControlList></AccessControlList></AccessControlPolicy>"
    : "";
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
