import {
  CancelTraceRetrievalCommand,
  ListRetrievedTracesCommand,
  type RetrievalStatus,
  StartTraceRetrievalCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { clientOf } from "../../../api/clients.js";
import { traceTexts } from "../../../texts/trace.js";

/** What a retrieval found of a trace. */
export interface RetrievedTrace {
  /** Of the retrieval, which tells the trace's map, too. */
  readonly token: string;
  readonly documents: readonly string[];
}

const dayMs = 86_400_000;
/** Traces are kept so long by default. */
const lookBackMs = 30 * dayMs;
const pauseMsMin = 200;
const pauseMsMax = 3_000;

/**
 * Looks for a trace among all spans, indexed or not, as Transaction Search keeps them. Given up, the retrieval is
 * cancelled.
 *
 * @param tell is told how many segments were read.
 * @returns undefined if it is not among them either.
 */
export async function retrieveTrace(
  traceId: string,
  signal: AbortSignal,
  tell: (segments: number) => void,
): Promise<RetrievedTrace | undefined> {
  const xray = clientOf(XRayClient);
  const start = new StartTraceRetrievalCommand({ TraceIds: [traceId], ...rangeOf(traceId, Date.now()) });
  // Not given up itself: without its token nothing could be cancelled.
  const { RetrievalToken: token = "" } = await xray.send(start);
  try {
    const documents: string[] = [];
    for await (const page of pagesOf(token, signal)) {
      documents.push(...page);
      tell(documents.length);
    }
    return documents.length === 0 ? undefined : { token, documents };
  } catch (problem) {
    // One that cannot be cancelled ends by itself.
    if (signal.aborted) xray.send(new CancelTraceRetrievalCommand({ RetrievalToken: token })).catch(() => undefined);
    throw problem;
  }
}

/** Documents of the trace, once the retrieval is complete. */
async function* pagesOf(token: string, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  let pauseMs = pauseMsMin;
  let nextToken: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const command = new ListRetrievedTracesCommand({ RetrievalToken: token, NextToken: nextToken });
    const answer = await clientOf(XRayClient).send(command, { abortSignal: signal });
    if (answer.RetrievalStatus === "COMPLETE") {
      yield (answer.Traces ?? []).flatMap(({ Spans = [] }) => Spans.map(({ Document = "" }) => Document));
      nextToken = answer.NextToken || undefined;
      if (nextToken === undefined) return;
    } else if (isUnderWay(answer.RetrievalStatus)) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMsMax, pauseMs * 1.5);
    } else {
      throw Object.assign(new Error(traceTexts.retrieval.ended), { name: answer.RetrievalStatus });
    }
  }
}

function isUnderWay(status: RetrievalStatus | undefined): boolean {
  return status === "SCHEDULED" || status === "RUNNING";
}

/** Ids of X-Ray begin with their time; those of OpenTelemetry with anything, and so all that is kept is looked through. */
function rangeOf(traceId: string, nowMs: number) {
  const idMs = Number.parseInt(traceId.slice(2, 10), 16) * 1000;
  return {
    StartTime: new Date(Math.max(0, Math.min(idMs - dayMs, nowMs - lookBackMs))),
    EndTime: new Date(nowMs + dayMs),
  };
}
