import type { Environment } from "../../../environment.js";
import { logEventIds } from "../../../storage/log-event-ids.js";
import type { LogEventRow, LogEventStore } from "../../../storage/log-event-store.js";
import type { Scope } from "../../../storage/scope.js";
import { SettingsCache } from "../../../storage/settings-cache.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import type { SegmentRow, TraceStore } from "../../../storage/trace-store.js";
import { entityOfDocument } from "../../../tracing/document.js";
import { spansOfSegment } from "../../../tracing/otel/spans-of-segment.js";
import {
  isIndexed,
  periodAt,
  readTracePeriods,
  spanScopeOf,
  type TracePeriod,
} from "../../../tracing/trace-periods.js";
import { invalidRequest } from "../errors.js";
import { findSpanGroup, hasSpanStream, logsNotPermitted, mayPutSpans, spanStreamName } from "./span-group.js";

/** Accounts and regions whose settings are kept at hand. */
const scopesMax = 1000;

/** Where the spans of an account and region go. */
interface SpanPlace {
  readonly periods: readonly TracePeriod[];
  /** Undefined: the group or its stream is not there. */
  readonly groupId: string | undefined;
  readonly permitted: boolean;
}

/**
 * While the account's destination is CloudWatch Logs, writes what is stored to the log group of spans too: an event a
 * segment or subsegment, in OpenTelemetry's terms; and keeps apart what the indexing rule leaves out. The events are
 * durable before the documents are stored, so that no segment is acknowledged that the log lacks; a call that failed
 * between the two may leave events that come twice.
 *
 * @param stores the one whose documents are indexed, and the one beneath it, for those that the rule leaves out.
 * @throws InvalidRequestException from `putSegments` if the log group is gone or X-Ray may no longer write to it.
 */
export function withSpanLog(
  stores: { readonly indexed: TraceStore; readonly others: TraceStore },
  deps: { readonly settings: SettingsStore; readonly logEvents: LogEventStore; readonly environment: Environment },
): TraceStore {
  const { indexed, others } = stores;
  const { settings, logEvents, environment } = deps;
  const nextEventIds = logEventIds(environment.ids);
  const places = new SettingsCache<SpanPlace>({
    settings,
    clock: environment.clock,
    entriesMax: scopesMax,
    load: async (key) => {
      const [accountId = "", region = ""] = key.split("/");
      const scope = { accountId, region };
      const periods = await readTracePeriods(settings.read, scope);
      if (periods.length === 0) return { periods, groupId: undefined, permitted: false };
      const group = await findSpanGroup(settings.read, scope);
      const there = group !== undefined && (await hasSpanStream(settings.read, group.group_id));
      const permitted = await mayPutSpans(settings.read, scope, environment.clock.nowMs());
      return { periods, groupId: there ? group.group_id : undefined, permitted };
    },
  });

  async function logSpans(scope: Scope, batch: readonly SegmentRow[], place: SpanPlace): Promise<void> {
    const spanned = batch.filter((row) => periodAt(place.periods, row.receivedMs).destination === "CloudWatchLogs");
    if (spanned.length === 0) return;
    if (place.groupId === undefined)
      throw invalidRequest(
        "The specified log group does not exist. Set the trace segment destination to XRay, and then to CloudWatchLogs again.",
      );
    if (!place.permitted) throw invalidRequest(logsNotPermitted);
    const eventIdOf = nextEventIds(environment.clock.nowMs());
    const events: LogEventRow[] = [];
    for (const row of spanned)
      for (const span of spansOfSegment(entityOfDocument(row.document)))
        events.push({
          logStreamName: spanStreamName,
          timestampMs: Math.floor((span.endTimeUnixNano ?? span.startTimeUnixNano) / 1_000_000),
          ingestionTimeMs: row.receivedMs,
          eventId: eventIdOf(events.length),
          message: JSON.stringify(span),
        });
    await logEvents.putLogEvents(scope, place.groupId, events);
  }

  return {
    async putSegments(scope, batch) {
      const known = places.get(`${scope.accountId}/${scope.region}`);
      const place = known instanceof Promise ? await known : known;
      if (place.periods.length === 0) return indexed.putSegments(scope, batch);
      await logSpans(scope, batch, place);
      const [wanted, leftOut] = parted(batch, (row) => isIndexed(periodAt(place.periods, row.receivedMs), row.traceId));
      if (wanted.length > 0) await indexed.putSegments(scope, wanted);
      if (leftOut.length > 0) await others.putSegments(spanScopeOf(scope), leftOut);
    },
    readTraces: (scope, traceIds, bytesMaxPerTrace) => indexed.readTraces(scope, traceIds, bytesMaxPerTrace),
  };
}

function parted<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  const parts: [Item[], Item[]] = [[], []];
  for (const item of items) parts[isFirst(item) ? 0 : 1].push(item);
  return parts;
}
