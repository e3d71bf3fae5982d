import { management } from "../../../audit/event.js";
import type { EventPosition, EventRow } from "../../../storage/event-store.js";
import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import { type Call, operation } from "../../operation.js";
import { encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { eventView, positionOf } from "./lookup-events.js";
import { readSearch, recordedRequest, type Search, type SearchInput } from "./search-input.js";

/** A call looks for so long; what it has by then is its page, which may be empty, and the next call goes on from there. */
const searchMs = 5_000;
/** The newest hour is looked through first, then ever longer ranges before it, as long as they go fast. */
const firstRangeMs = 60 * 60_000;
const fastMs = 500;

/**
 * Extension of ours: management, data and Insights events of the account and region by any combination of attributes,
 * as far back as the record is kept. Newest first.
 */
export const searchEvents = (deps: CloudTrailDeps): ForeignRoute =>
  extensionRoute(
    operation<SearchInput, unknown>({
      name: "SearchEvents",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudtrail:SearchEvents", resource: "*" }],
      recordedRequest,

      async execute(input, call) {
        const search = readSearch(input, call.nowMs);
        const { limit, nextToken, ...what } = search;
        const request = [call.accountId, call.region, { ...what, untilMs: search.untilGiven ? what.untilMs : 0 }];
        const { events, next } = await look(deps, call, search, positionOf(nextToken, request));
        return {
          Events: events.map((row) => ({
            ...eventView(row),
            EventTime: Math.floor(row.eventTimeMs / 1000),
            EventCategory: row.category,
            ...(row.errorCode !== "" && { ErrorCode: row.errorCode }),
          })),
          ...(next && { NextToken: encodePageToken([String(next.eventTimeMs), next.eventId], request) }),
        };
      },
    }),
  );

/** @returns `next`: where to go on; absent if everything was looked through. */
async function look(
  deps: CloudTrailDeps,
  call: Call,
  search: Search,
  begin: EventPosition | undefined,
): Promise<{ events: EventRow[]; next?: EventPosition }> {
  const scope = { accountId: call.accountId, region: call.region };
  const { clock } = deps.environment;
  const { categories, attributes, fromMs, limit } = search;
  const events: EventRow[] = [];
  const startedMs = clock.monotonicMs();
  let after = begin;
  let untilMs = Math.min(search.untilMs, begin?.eventTimeMs ?? search.untilMs);
  let rangeMs = firstRangeMs;
  for (;;) {
    const beganMs = clock.monotonicMs();
    const rangeFromMs = Math.max(fromMs, untilMs - rangeMs);
    const found = await deps.events.lookup(scope, {
      fromMs: rangeFromMs,
      untilMs,
      categories,
      attributes,
      ...(after && { after }),
      limit: limit + 1 - events.length,
    });
    events.push(...found);
    if (events.length > limit) {
      const page = events.slice(0, limit);
      return { events: page, next: page.at(-1) as EventPosition };
    }
    if (rangeFromMs <= fromMs) return { events };
    untilMs = rangeFromMs - 1;
    // No event has an id before the empty one: all of this millisecond and later was looked through.
    after = { eventTimeMs: rangeFromMs, eventId: "" };
    const nowMs = clock.monotonicMs();
    if (nowMs - startedMs >= searchMs) return { events, next: after };
    rangeMs = nowMs - beganMs < fastMs ? rangeMs * 16 : Math.max(firstRangeMs, rangeMs / 2);
  }
}
