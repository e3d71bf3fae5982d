import { randomBytes } from "node:crypto";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { GetTraceSummariesCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import type { RunningDosimeter } from "../start-dosimeter.js";
import type { Ledger } from "./ledger.js";

export const namePrefix = "crash-";

/**
 * Callers of every kind, side by side, each as fast as it is answered, until the service is gone. What is acknowledged
 * goes into the ledger. Resolves when all have noticed the end.
 *
 * @throws Error if the service refused what it should take: a crash may cost an answer, not give a wrong one.
 */
export async function writeUntilGone(service: RunningDosimeter, ledger: Ledger): Promise<void> {
  const xray = service.client(XRayClient);
  const logs = service.client(CloudWatchLogsClient);
  const iam = service.client(IAMClient);

  const put = async () => {
    const traceId = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
    const ids = [0, 1, 2].map(() => randomBytes(8).toString("hex"));
    const output = await xray.send(
      new PutTraceSegmentsCommand({ TraceSegmentDocuments: ids.map((id) => segment(traceId, id, ids[0]!)) }),
    );
    if (output.UnprocessedTraceSegments?.length !== 0) throw new Error("a segment was left unprocessed");
    ledger.note("PutTraceSegments", output);
    ledger.traces.set(traceId, ids);
  };
  const read = async () => {
    const now = Date.now();
    ledger.note(
      "GetTraceSummaries",
      await xray.send(new GetTraceSummariesCommand({ StartTime: new Date(now - 1000), EndTime: new Date(now) })),
    );
  };
  const makeLogGroup = async () => {
    const logGroupName = namePrefix + randomBytes(8).toString("hex");
    ledger.note("CreateLogGroup", await logs.send(new CreateLogGroupCommand({ logGroupName })));
    ledger.logGroups.add(logGroupName);
  };
  const makeUser = async () => {
    const UserName = namePrefix + randomBytes(8).toString("hex");
    ledger.note("CreateUser", await iam.send(new CreateUserCommand({ UserName })));
    ledger.users.add(UserName);
  };

  await Promise.all([put, put, put, put, read, makeLogGroup, makeUser].map(repeatUntilGone));
  for (const client of [xray, logs, iam]) client.destroy();
}

async function repeatUntilGone(call: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await call();
    } catch (problem) {
      if (isGone(problem)) return;
      throw problem;
    }
  }
}

/** The process died: no connection, or one that broke. Not an answer of the service. */
function isGone(problem: unknown): boolean {
  const { code, name } = problem as { code?: string; name?: string };
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code ?? "") || name === "TimeoutError";
}

function segment(traceId: string, id: string, rootId: string): string {
  const now = Date.now() / 1000;
  return JSON.stringify({
    name: "crash",
    id,
    trace_id: traceId,
    ...(id !== rootId && { parent_id: rootId }),
    start_time: now - 0.1,
    end_time: now,
  });
}
