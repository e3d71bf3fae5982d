import { useEffect, useRef, useState } from "react";
import { callExtension } from "../../api/extension.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import type { Replay, ReplayDifference } from "../../parts/policy/access-extensions.js";
import { compactDocument } from "../../parts/policy/entity-policies.js";

export interface ReplayInput {
  readonly PrincipalArn: string;
  readonly StartTime: number;
  readonly EndTime: number;
  readonly PolicyDocuments: readonly string[];
  readonly PresentPolicies: "REPLACED" | "KEPT";
}

export interface ReplayState {
  /** What was asked of the replay that is shown or runs. */
  readonly input?: ReplayInput;
  readonly replay?: Replay;
  readonly differences: readonly ReplayDifference[];
  readonly running: boolean;
  readonly failure?: Failure | undefined;
}

const pageMax = 1000;

/** A replay, page after page, until it is whole or given up. */
export function useReplay() {
  const [state, setState] = useState<ReplayState>({ differences: [], running: false });
  const control = useRef(new AbortController());
  useEffect(() => () => control.current.abort(), []);

  async function start(input: ReplayInput) {
    control.current.abort();
    control.current = new AbortController();
    const { signal } = control.current;
    setState({ input, differences: [], running: true });
    let differences: readonly ReplayDifference[] = [];
    let NextToken: string | undefined;
    // Ten policies as long as they may be fit into one question only without the spaces between.
    const PolicyDocuments = input.PolicyDocuments.map(compactDocument);
    try {
      do {
        const request = {
          ...input,
          PolicyDocuments,
          MaxResults: pageMax,
          ...(NextToken !== undefined && { NextToken }),
        };
        const replay = await callExtension<Replay>("iam", "ReplayPolicy", request, { signal });
        if (signal.aborted) return;
        differences = [...differences, ...replay.Differences];
        NextToken = replay.NextToken;
        setState({ input, replay, differences, running: NextToken !== undefined });
      } while (NextToken !== undefined);
    } catch (problem) {
      if (signal.aborted || wasAborted(problem)) return;
      setState((before) => ({ ...before, running: false, failure: failureOf(problem) }));
    }
  }

  function cancel() {
    control.current.abort();
    setState((before) => ({ ...before, running: false }));
  }

  return { ...state, start, cancel };
}
