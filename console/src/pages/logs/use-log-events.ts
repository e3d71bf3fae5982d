import { CloudWatchLogsClient, type FilteredLogEvent, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { useEffect, useRef, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import { usePages } from "../../api/use-pages.js";
import { merged, nextFromMs, type ShownEvent } from "./tail-buffer.js";

export interface EventQuestion {
  readonly group: string;
  /** Empty: all. */
  readonly stream: string;
  readonly pattern: string;
}

/** Between two looks of a tail: the service has no stream of events to follow, so one asks. */
const tailPauseMs = 2_000;
/** What a tail begins with. */
const tailBackMs = 5 * 60_000;
const pageSize = 500;

/**
 * Events of a time that match, newest first, fetched as one goes.
 *
 * @param range stays the same for all pages of an answer; undefined: do not ask.
 */
export function useFoundEvents(question: EventQuestion, range: { start: Date; end: Date } | undefined) {
  const key = range && JSON.stringify([question, range]);
  return usePages<ShownEvent>(
    key,
    (nextToken, signal) =>
      eventsOf(
        question,
        { startTime: range?.start.getTime(), endTime: range?.end.getTime(), startFromHead: false, nextToken },
        signal,
      ),
    { untilItems: 100 },
  );
}

interface Tail {
  readonly key: string;
  readonly events: readonly ShownEvent[];
  /** Ends the tail, until one asks for it again. */
  readonly failure?: Failure;
}

/** Follows the events that match as they come, while `following`. */
export function useTail({ group, stream, pattern }: EventQuestion, following: boolean) {
  const key = JSON.stringify([group, stream, pattern]);
  const [tail, setTail] = useState<Tail>({ key, events: [] });
  const [round, setRound] = useState(0);
  const known = useRef<{ key: string; startMs: number; events: readonly ShownEvent[] }>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` counts what retry asks for.
  useEffect(() => {
    if (!following) return;
    const control = new AbortController();
    const { signal } = control;
    if (known.current?.key !== key) known.current = { key, startMs: Date.now() - tailBackMs, events: [] };
    const kept = known.current;
    const look = async () => {
      while (!signal.aborted) {
        const startTime = nextFromMs(kept.events, kept.startMs);
        for (let nextToken: string | undefined; ; ) {
          const page = await eventsOf({ group, stream, pattern }, { startTime, nextToken }, signal);
          if (signal.aborted) return;
          kept.events = merged(kept.events, page.items);
          setTail({ key, events: kept.events });
          nextToken = page.nextToken;
          if (nextToken === undefined) break;
        }
        await new Promise((resolve) => setTimeout(resolve, tailPauseMs));
      }
    };
    look().catch((problem) => {
      if (!signal.aborted && !wasAborted(problem)) setTail({ key, events: kept.events, failure: failureOf(problem) });
    });
    return () => control.abort();
  }, [group, stream, pattern, key, following, round]);

  const { events, failure }: Tail = tail.key === key ? tail : { key, events: [] };
  return { events, failure, retry: () => setRound((before) => before + 1) };
}

async function eventsOf(
  { group, stream, pattern }: EventQuestion,
  more: {
    startTime?: number | undefined;
    endTime?: number | undefined;
    startFromHead?: boolean;
    nextToken?: string | undefined;
  },
  abortSignal: AbortSignal,
) {
  const answer = await clientOf(CloudWatchLogsClient).send(
    new FilterLogEventsCommand({
      logGroupName: group,
      ...(stream !== "" && { logStreamNames: [stream] }),
      ...(pattern !== "" && { filterPattern: pattern }),
      limit: pageSize,
      ...more,
    }),
    { abortSignal },
  );
  return { items: (answer.events ?? []).map(shownOf), nextToken: answer.nextToken };
}

function shownOf({ eventId = "", timestamp = 0, logStreamName = "", message = "" }: FilteredLogEvent): ShownEvent {
  return { id: eventId, timeMs: timestamp, stream: logStreamName, message };
}
