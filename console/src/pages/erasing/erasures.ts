/** An erasure as GetTraceErasure gives it; times in epoch seconds. */
export interface Erasure {
  readonly ErasureId: string;
  readonly Status: "SCHEDULED" | "RUNNING" | "COMPLETE" | "FAILED";
  readonly DryRun: boolean;
  readonly Annotation?: { readonly Key: string; readonly ValueHash: string };
  readonly Reason: string;
  readonly Reference?: string;
  readonly RequestedBy: string;
  readonly RequestedAt: number;
  readonly TraceCount?: number;
  readonly DocumentCount?: number;
  readonly TraceIdsSha256?: string;
  readonly ErasedAt?: number;
  readonly EndedAt?: number;
  readonly FilesGoneAt?: number;
  readonly Failure?: string;
}

/** What is to be erased, as the form has it. */
export interface ErasureDraft {
  readonly by: "traces" | "annotation";
  readonly traceIds: string;
  readonly key: string;
  readonly value: string;
  readonly type: "text" | "number" | "boolean";
  readonly reason: string;
  readonly reference: string;
}

export const emptyDraft: ErasureDraft = {
  ...{ by: "annotation", traceIds: "", key: "", value: "", type: "text", reason: "", reference: "" },
};

const traceIdsMax = 1000;
const traceIdForm = /^(1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32})$/i;

export function traceIdsOf(text: string): readonly string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((id) => id !== ""))];
}

/** @returns what is missing or wrong; undefined: it can be asked. */
export function problemOf(draft: ErasureDraft): string | undefined {
  if (draft.by === "traces") {
    const ids = traceIdsOf(draft.traceIds);
    const wrong = ids.find((id) => !traceIdForm.test(id));
    if (wrong !== undefined) return `This is no trace ID: ${wrong.slice(0, 100)}`;
    if (ids.length === 0) return "Name at least one trace.";
    if (ids.length > traceIdsMax)
      return `At most ${traceIdsMax} traces can be erased at once; these are ${ids.length}.`;
  } else {
    if (draft.key.trim() === "") return "Name the key of the annotation.";
    if (draft.value === "") return "Give the annotation's value.";
    if (draft.type === "number" && !Number.isFinite(Number(draft.value))) return "The value is not a number.";
    if (draft.type === "boolean" && draft.value !== "true" && draft.value !== "false")
      return "The value is neither true nor false.";
  }
  return draft.reason.trim() === "" ? "Say why: it is on record for ever." : undefined;
}

/** What StartTraceErasure takes. */
export function inputOf(draft: ErasureDraft, isDryRun: boolean): Record<string, unknown> {
  const values = { text: draft.value, number: Number(draft.value), boolean: draft.value === "true" };
  return {
    ...(draft.by === "traces"
      ? { TraceIds: traceIdsOf(draft.traceIds) }
      : { Annotation: { Key: draft.key.trim(), Value: values[draft.type] } }),
    Reason: draft.reason.trim(),
    ...(draft.reference.trim() !== "" && { Reference: draft.reference.trim() }),
    ...(isDryRun && { DryRun: true }),
  };
}

export function hasEnded({ Status }: Erasure): boolean {
  return Status === "COMPLETE" || Status === "FAILED";
}

/** Steps of an erasure in their order, each with the time it was done, if it was; 0 where the time is not told. */
export function stepsOf(erasure: Erasure): readonly { readonly id: Step; readonly doneAt: number | undefined }[] {
  const isCounted = erasure.TraceCount !== undefined;
  const steps: { id: Step; doneAt: number | undefined }[] = [
    { id: "requested", doneAt: erasure.RequestedAt },
    { id: "counted", doneAt: isCounted ? 0 : undefined },
  ];
  if (erasure.DryRun) return steps;
  return [
    ...steps,
    { id: "erased", doneAt: erasure.ErasedAt },
    { id: "ended", doneAt: erasure.EndedAt },
    { id: "filesGone", doneAt: erasure.FilesGoneAt },
  ];
}

export type Step = "requested" | "counted" | "erased" | "ended" | "filesGone";
