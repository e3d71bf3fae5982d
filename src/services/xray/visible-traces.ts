import {
  answerFrom,
  holdsForRow,
  type RowCondition,
  type RowPattern,
  type RowTest,
} from "../../identity/row-condition.js";
import { type CompiledTrace, compileTrace } from "../../tracing/compile-trace.js";
import { factsOf } from "../../tracing/facts.js";
import type { AnnotationValuesTerm, Filter } from "../../tracing/filter/filter.js";
import { FilterError } from "../../tracing/filter/filter-error.js";
import { inlineGroups } from "../../tracing/filter/inline-groups.js";
import { matches } from "../../tracing/filter/matches.js";
import { defaultGroupName, type TraceGroup } from "../../tracing/groups.js";
import { inferredIdOf } from "../../tracing/inferred-id.js";
import { linkedSegmentIn, linksElsewhere } from "../../tracing/links.js";
import { traceBytesMax } from "../../tracing/trace-limits.js";
import type { Call } from "../operation.js";
import { accessDenied } from "../service-error.js";
import type { XrayDeps } from "./deps.js";
import { type GroupValues, readGroupValues, valuesOfGroup } from "./group-values.js";

/** Read to tell whether a trace is in a group whose filter asks of its calls. */
const linkedTracesMax = 100;

/**
 * What traces the caller may see, as a filter without groups: the condition that their policies leave open, with each
 * group in the form that it has now.
 *
 * @returns undefined for all of them.
 * @throws AccessDeniedException if no store can be asked so much at once.
 */
export async function visibleTraces(deps: Pick<XrayDeps, "settings">, call: Call): Promise<Filter | undefined> {
  const condition = call.visibleRows();
  if (condition === undefined) return undefined;
  const groups = await readGroupValues(deps.settings.read, call);
  try {
    const filter = inlineGroups(
      filterOf(condition, groups),
      groups.map(({ group }) => group),
    );
    return isEverything(filter) ? undefined : filter;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw accessDenied(`What traces policies let you see cannot be told: ${error.message}`);
  }
}

function filterOf(condition: RowCondition, groups: readonly GroupValues[]): Filter {
  switch (condition.kind) {
    case "and":
    case "or":
      return { kind: condition.kind, terms: condition.terms.map((term) => filterOf(term, groups)) };
    case "not":
      return { kind: "not", term: filterOf(condition.term, groups) };
    default:
      return condition.key.of === "annotation" ? annotationTerm(condition) : inSomeGroup(condition, groups);
  }
}

/** A trace has the values of all its groups, so one that answers is enough. */
function inSomeGroup(test: RowTest, groups: readonly GroupValues[]): Filter {
  const answering = groups.filter((values) => answerFrom(test, valuesOfGroup(values, test.key)));
  return {
    kind: "or",
    terms: answering.map(({ group }): Filter => ({ kind: "group", by: "arn", comparison: "=", value: group.arn })),
  };
}

function annotationTerm({ kind, key: { name: key }, tests }: RowTest): Filter {
  if (kind === "present") return { kind: "annotation", key, comparison: "CONTAINS", value: "" };
  return {
    kind: "annotation-values",
    key,
    which: kind,
    tests: tests.flatMap((test) => annotationTests(test.pattern!)),
  };
}

/** A policy knows texts alone: annotations that are numbers or booleans count as theirs. */
function annotationTests({ comparison, text }: RowPattern): AnnotationValuesTerm["tests"] {
  const number = Number(text);
  const isText = {
    "=": (value: string) => value === text,
    BEGINSWITH: (value: string) => value.startsWith(text),
    ENDSWITH: (value: string) => value.endsWith(text),
    CONTAINS: (value: string) => value.includes(text),
  }[comparison];
  return [
    { comparison, value: text },
    ...[true, false].filter((value) => isText(String(value))).map((value) => ({ comparison: "=" as const, value })),
    ...(comparison === "=" && Number.isFinite(number) && String(number) === text
      ? [{ comparison: "=" as const, value: number }]
      : []),
  ];
}

function isEverything(filter: Filter): boolean {
  return filter.kind === "and" && filter.terms.length === 0;
}

/** A caller's own filter, so that it tells nothing of traces which links of visible ones lead to. */
export function withoutLinks(filter: Filter): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, terms: filter.terms.map(withoutLinks) };
    case "not":
      return { kind: "not", term: withoutLinks(filter.term) };
    case "edge":
      return { ...filter, withoutLinks: true };
    default:
      return filter;
  }
}

/** Those of the traces that meet the filter by the documents that are stored now. */
export async function onlyVisible(
  deps: XrayDeps,
  call: Call,
  visible: Filter | undefined,
  traces: readonly CompiledTrace[],
): Promise<readonly CompiledTrace[]> {
  if (visible === undefined) return traces;
  const linked = asksOfCalls(visible) ? await readLinked(deps, call, traces) : new Map<string, CompiledTrace>();
  return traces.filter((trace) => {
    const links = linksElsewhere(trace);
    // Whose links were not all followed is not known to be visible.
    if (linked === undefined && links.length > 0) return false;
    const facts = factsOf(trace, {
      linked({ traceId, segmentId }) {
        const other = linked?.get(traceId);
        return other && linkedSegmentIn(other, segmentId);
      },
    });
    return matches(visible, facts);
  });
}

/** @returns undefined if they are too many. */
async function readLinked(deps: XrayDeps, call: Call, traces: readonly CompiledTrace[]) {
  const traceIds = [...new Set(traces.flatMap(linksElsewhere).map(({ traceId }) => traceId))];
  if (traceIds.length > linkedTracesMax) return undefined;
  const scope = { accountId: call.accountId, region: call.region };
  const stored = traceIds.length === 0 ? [] : await deps.traces.readTraces(scope, traceIds, traceBytesMax);
  const nowMs = deps.environment.clock.nowMs();
  return new Map(stored.map((trace) => [trace.traceId, compileTrace(trace, { nowMs, inferredIdOf })]));
}

function asksOfCalls(filter: Filter): boolean {
  if (filter.kind === "and" || filter.kind === "or") return filter.terms.some(asksOfCalls);
  return filter.kind === "not" ? asksOfCalls(filter.term) : filter.kind === "edge";
}

/**
 * Whether policies let the caller see every trace of a group, whatever else the traces are: figures that were made of
 * the group as a whole may then be told.
 */
export async function seesWholeGroup(
  deps: XrayDeps,
  call: Call,
  group: Pick<TraceGroup, "name" | "arn">,
): Promise<boolean> {
  const condition = call.visibleRows();
  if (condition === undefined) return true;
  // Every trace is in Default as well. A group that is no more has no tags.
  const itsGroups = (await readGroupValues(deps.settings.read, call)).filter(
    (values) => values.group.arn === group.arn || values.group.name === defaultGroupName,
  );
  if (!itsGroups.some((values) => values.group.arn === group.arn))
    itsGroups.push({ group: { ...itsGroups[0]!.group, ...group }, tags: [] });
  const sees = holdsForRow(
    condition,
    (test) => itsGroups.some((values) => answerFrom(test, valuesOfGroup(values, test.key))) || undefined,
  );
  return sees === true;
}

/** For what cannot be told of some traces alone. @throws AccessDeniedException */
export function refuseLimited(call: Call, operationName: string): void {
  if (call.visibleRows() !== undefined)
    throw accessDenied(
      `xray:${operationName} tells of all traces, and policies let you see some only: an Allow without conditions on traces is needed`,
    );
}
