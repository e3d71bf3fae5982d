import type { EventRow } from "../storage/event-store.js";
import { type AggregationTemplate, windowMs } from "./aggregation.js";
import { datedSelection } from "./dated-selection.js";
import { type InsightType, type SourceCategory, wantsInsight } from "./insights/insight-selection.js";
import { parsedRecord } from "./parsed-record.js";
import { compileSelectors, type RecordView } from "./selectors/compile.js";
import type { TrailState } from "./trails.js";

/** A state of a trail with the time since which it holds. */
export interface DatedState extends TrailState {
  readonly fromMs: number;
  /** Request id of the call that brought it about. */
  readonly changedBy: string;
}

/**
 * Services whose calls belong to no region; their events are recorded in us-east-1. STS is left out: its regional
 * endpoints are regional, and an event too many is better than one too few.
 */
const globalSources = new Set([
  "iam.amazonaws.com",
  "organizations.amazonaws.com",
  "cloudfront.amazonaws.com",
  "signin.amazonaws.com",
]);
const globalRegion = "us-east-1";

const changesOfTrails = new Set([
  "CreateTrail",
  "UpdateTrail",
  "DeleteTrail",
  "StartLogging",
  "StopLogging",
  "PutEventSelectors",
  "PutInsightSelectors",
  "PutEventConfiguration",
]);

/** Decides for each event whether a trail delivers it, by the state that was in force at the event's own time. */
export function selectionOf(
  trail: { readonly arn: string; readonly homeRegion: string },
  states: readonly DatedState[],
): (event: EventRow) => boolean {
  const rules = states.map(({ fromMs, changedBy, ...state }) => ({
    fromMs,
    changedBy,
    selects: compileState(trail, state),
  }));
  const selects = datedSelection(rules, changesOfTrails);
  return (event) => (event.category === "Aggregated" ? isFor(trail, states, event) : selects(event));
}

/** An aggregated event was made for one trail: another of the same name that came later does not get it. */
function isFor(trail: { readonly arn: string }, states: readonly DatedState[], event: EventRow): boolean {
  const [addressee] = event.resources;
  return addressee?.name === trail.arn && states[0] !== undefined && states[0].fromMs < event.eventTimeMs + windowMs;
}

/**
 * How a trail has an event summed up: by the state in force at the event's own time, and only if that state delivers it.
 */
export function aggregationsOf(
  trail: { readonly arn: string; readonly homeRegion: string },
  states: readonly DatedState[],
): (event: EventRow) => readonly AggregationTemplate[] {
  const rules = states.map((state) => ({ ...state, selects: compileState(trail, state) }));
  return (event) => {
    const rule = rules.findLast(({ fromMs }) => fromMs <= event.eventTimeMs);
    return rule !== undefined && rule.aggregations.length > 0 && rule.selects(event) ? rule.aggregations : [];
  };
}

function compileState(
  trail: { readonly arn: string; readonly homeRegion: string },
  state: TrailState,
): (event: EventRow) => boolean {
  if (!state.logging) return () => false;
  const selects = compileSelectors(state.selectors);
  return (event) => {
    if (!state.multiRegion && event.region !== trail.homeRegion) return false;
    if (event.category === "Insight") return selectsInsight(trail.arn, state, event);
    if (!state.includeGlobal && event.region === globalRegion && globalSources.has(event.eventSource)) return false;
    return selects(event) && (state.recursive || !isOfDelivery(event));
  };
}

/** An Insights event names the one that it is for, if it is not for every trail of the account. */
function selectsInsight(arn: string, state: TrailState, event: EventRow): boolean {
  const [addressee] = event.resources;
  if (addressee !== undefined && addressee.name !== arn) return false;
  const { insightDetails } = parsedRecord(event) as unknown as InsightView;
  const { insightType, sourceEventCategory } = insightDetails;
  return wantsInsight(state.insights, { insightType, category: sourceEventCategory });
}

interface InsightView {
  readonly insightDetails: { readonly insightType: InsightType; readonly sourceEventCategory: SourceCategory };
}

/** Whether delivery itself made the call: `RecursiveLogging` false keeps those out. */
function isOfDelivery(event: EventRow): boolean {
  return recordOf(event).userIdentity?.invokedBy === "cloudtrail.amazonaws.com";
}

function recordOf(event: EventRow): RecordView {
  return parsedRecord(event) as RecordView;
}
