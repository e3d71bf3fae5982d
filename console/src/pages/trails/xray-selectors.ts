import type { AdvancedEventSelector, AdvancedFieldSelector, EventSelector } from "@aws-sdk/client-cloudtrail";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";

/** Which calls on traces are to be recorded. */
export interface ActionChoice {
  readonly kind: "all" | "read" | "write" | "some";
  /** Of `some`: their names. */
  readonly names: readonly string[];
}

export const traceType = "AWS::XRay::Trace";

/** Calls on traces, which are data events. Those that only read come first. */
export const traceCalls = [
  { name: "BatchGetTraces", readOnly: true },
  { name: "GetTraceSummaries", readOnly: true },
  { name: "GetTraceGraph", readOnly: true },
  { name: "GetServiceGraph", readOnly: true },
  { name: "GetTimeSeriesServiceStatistics", readOnly: true },
  { name: "GetSamplingTargets", readOnly: true },
  { name: "GetRejectedSegments", readOnly: true },
  { name: "PutTraceSegments", readOnly: false },
  { name: "PutTelemetryRecords", readOnly: false },
] as const;

/** The selector that the console writes. */
export function traceSelector({ kind, names }: ActionChoice): AdvancedEventSelector {
  const narrowing: AdvancedFieldSelector[] =
    kind === "all"
      ? []
      : kind === "some"
        ? [{ Field: "eventName", Equals: [...names] }]
        : [{ Field: "readOnly", Equals: [String(kind === "read")] }];
  return {
    Name: "Calls on traces",
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: [traceType] },
      ...narrowing,
    ],
  };
}

/** What a trail of its own selects besides: changes, and reads of settings. */
export const managementSelector: AdvancedEventSelector = {
  Name: "Management events",
  FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }],
};

/** Selectors of a trail with the choice of calls on traces put into them. All else that it selects stays selected. */
export function withTraces(selectors: TrailSelectors, choice: ActionChoice): AdvancedEventSelector[] {
  const kept = asAdvanced(selectors).filter((selector) => !isOfTraces(selector));
  return [...kept, traceSelector(choice)];
}

/** Whether any call on traces can be selected. */
export function recordsTraces(selectors: TrailSelectors): boolean {
  return selectors.kind === "advanced" && selectors.selectors.some(isOfTraces);
}

/** Whether two lists say the same in the same order, however their members are ordered. */
export function sameSelectors(one: readonly AdvancedEventSelector[], other: readonly AdvancedEventSelector[]): boolean {
  const text = (selectors: readonly AdvancedEventSelector[]) =>
    JSON.stringify(selectors.map(({ Name, FieldSelectors }) => [Name, FieldSelectors]));
  return text(one) === text(other);
}

function isOfTraces({ FieldSelectors = [] }: AdvancedEventSelector): boolean {
  return FieldSelectors.some(({ Field, Equals }) => Field === "resources.type" && Equals?.includes(traceType));
}

/** The same selection in the other form: X-Ray's data events can be selected by advanced selectors only. */
export function asAdvanced(selectors: TrailSelectors): AdvancedEventSelector[] {
  return selectors.kind === "advanced" ? [...selectors.selectors] : selectors.selectors.flatMap(fromBasic);
}

function fromBasic(selector: EventSelector): AdvancedEventSelector[] {
  const { ReadWriteType = "All", IncludeManagementEvents = true, DataResources = [] } = selector;
  const excluded = selector.ExcludeManagementEventSources ?? [];
  const readOnly: AdvancedFieldSelector[] =
    ReadWriteType === "All" ? [] : [{ Field: "readOnly", Equals: [String(ReadWriteType === "ReadOnly")] }];
  const management: AdvancedEventSelector = {
    Name: "Management events",
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Management"] },
      ...readOnly,
      ...(excluded.length === 0 ? [] : [{ Field: "eventSource", NotEquals: [...excluded] }]),
    ],
  };
  const data = DataResources.filter(({ Values = [] }) => Values.length > 0).map(({ Type = "", Values = [] }) => {
    const isAll = Values.some((value) => value.split(":").length === 3 || value === "arn:aws:s3:::");
    // A value of S3 is a prefix, others are whole.
    const arns = { Field: "resources.ARN", [Type === "AWS::S3::Object" ? "StartsWith" : "Equals"]: [...Values] };
    return {
      Name: `Calls on ${Type}`,
      FieldSelectors: [
        { Field: "eventCategory", Equals: ["Data"] },
        { Field: "resources.type", Equals: [Type] },
        ...readOnly,
        ...(isAll ? [] : [arns]),
      ],
    };
  });
  return [...(IncludeManagementEvents ? [management] : []), ...data];
}
