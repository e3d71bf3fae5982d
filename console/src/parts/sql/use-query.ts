import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  type DescribeQueryCommandOutput,
} from "@aws-sdk/client-cloudtrail";
import { useCallback, useEffect, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";

const ended = new Set(["FINISHED", "FAILED", "CANCELLED", "TIMED_OUT"]);
/** Between two looks at a query that goes on: most are done at once, the others take their time. */
const pauseMs = { first: 250, most: 3_000, growth: 1.5 };

export interface FollowedQuery {
  readonly query: DescribeQueryCommandOutput | undefined;
  readonly failure: Failure | undefined;
  readonly running: boolean;
  cancel(): Promise<void>;
}

/** Follows a query to its end. */
export function useQuery(queryId: string): FollowedQuery {
  const [state, setState] = useState<{ id: string; query?: DescribeQueryCommandOutput; failure?: Failure }>({ id: "" });
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks anew after a cancellation.
  useEffect(() => {
    if (queryId === "") return;
    const control = new AbortController();
    void follow(queryId, control.signal, (query) => setState({ id: queryId, query })).catch((problem) => {
      if (!control.signal.aborted && !wasAborted(problem)) setState({ id: queryId, failure: failureOf(problem) });
    });
    return () => control.abort();
  }, [queryId, round]);

  const cancel = useCallback(async () => {
    try {
      await clientOf(CloudTrailClient).send(new CancelQueryCommand({ QueryId: queryId }));
    } catch (problem) {
      // It ended by itself in the meantime: the next look says how.
      if ((problem as Error).name !== "InactiveQueryException") setState({ id: queryId, failure: failureOf(problem) });
    }
    setRound((before) => before + 1);
  }, [queryId]);

  const { query, failure } = state.id === queryId ? state : { query: undefined, failure: undefined };
  const running = queryId !== "" && failure === undefined && !ended.has(query?.QueryStatus ?? "");
  return { query, failure, running, cancel };
}

async function follow(
  QueryId: string,
  abortSignal: AbortSignal,
  tell: (query: DescribeQueryCommandOutput) => void,
): Promise<void> {
  for (let pause = pauseMs.first; ; pause = Math.min(pause * pauseMs.growth, pauseMs.most)) {
    const query = await clientOf(CloudTrailClient).send(new DescribeQueryCommand({ QueryId }), { abortSignal });
    if (abortSignal.aborted) return;
    tell(query);
    if (ended.has(query.QueryStatus ?? "")) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (abortSignal.aborted) return;
  }
}
