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

/** A query by its id, or the last one of a name, perhaps in one refresh of a dashboard. */
export interface QueryReference {
  readonly QueryId?: string;
  readonly QueryAlias?: string;
  readonly RefreshId?: string | undefined;
}

/** Follows a query to its end. */
export function useQuery(reference: QueryReference | undefined): FollowedQuery {
  const key = reference === undefined ? "" : JSON.stringify(reference);
  const [state, setState] = useState<{ key: string; query?: DescribeQueryCommandOutput; failure?: Failure }>({
    key: "",
  });
  const [round, setRound] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks anew after a cancellation.
  useEffect(() => {
    if (key === "") return;
    const control = new AbortController();
    void follow(JSON.parse(key), control.signal, (query) => setState({ key, query })).catch((problem) => {
      if (!control.signal.aborted && !wasAborted(problem)) setState({ key, failure: failureOf(problem) });
    });
    return () => control.abort();
  }, [key, round]);

  const { query, failure } = state.key === key ? state : { query: undefined, failure: undefined };
  const QueryId = query?.QueryId;
  const cancel = useCallback(async () => {
    try {
      await clientOf(CloudTrailClient).send(new CancelQueryCommand({ QueryId }));
    } catch (problem) {
      // It ended by itself in the meantime: the next look says how.
      if ((problem as Error).name !== "InactiveQueryException") setState({ key, failure: failureOf(problem) });
    }
    setRound((before) => before + 1);
  }, [key, QueryId]);

  const running = key !== "" && failure === undefined && !ended.has(query?.QueryStatus ?? "");
  return { query, failure, running, cancel };
}

async function follow(
  reference: QueryReference,
  abortSignal: AbortSignal,
  tell: (query: DescribeQueryCommandOutput) => void,
): Promise<void> {
  for (let pause = pauseMs.first; ; pause = Math.min(pause * pauseMs.growth, pauseMs.most)) {
    const query = await clientOf(CloudTrailClient).send(new DescribeQueryCommand(reference), { abortSignal });
    if (abortSignal.aborted) return;
    tell(query);
    if (ended.has(query.QueryStatus ?? "")) return;
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (abortSignal.aborted) return;
  }
}
