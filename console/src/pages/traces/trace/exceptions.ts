import { isObject, type JsonObject, textOf } from "./entity.js";
import type { TraceNode, TraceTree } from "./trace-tree.js";

export interface Exception {
  /** X-Ray gives traces back without; other services keep it. */
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly remote: boolean;
  readonly skipped: number;
  readonly truncated: number;
  /** Id of the exception that caused it. */
  readonly causeId: string | undefined;
  readonly stack: readonly { readonly path?: string; readonly line?: number; readonly label?: string }[];
}

/** What a node says of why it failed. */
export interface Cause {
  readonly exceptions: readonly Exception[];
  /** The exception that stands elsewhere in the trace. */
  readonly elsewhereId: string | undefined;
  readonly message: string | undefined;
  readonly workingDirectory: string | undefined;
}

export function causeOf({ entity: { raw } }: TraceNode): Cause | undefined {
  const cause = raw["cause"];
  if (typeof cause === "string")
    return { exceptions: [], elsewhereId: cause, message: undefined, workingDirectory: undefined };
  if (!isObject(cause)) return undefined;
  const exceptions = Array.isArray(cause["exceptions"]) ? cause["exceptions"].filter(isObject) : [];
  return {
    exceptions: exceptions.map(readException),
    elsewhereId: undefined,
    message: textOf(cause["message"]),
    workingDirectory: textOf(cause["working_directory"]),
  };
}

function readException(raw: JsonObject): Exception {
  const count = (value: unknown) => (typeof value === "number" && value > 0 ? value : 0);
  return {
    id: textOf(raw["id"]),
    type: textOf(raw["type"]),
    message: textOf(raw["message"]),
    remote: raw["remote"] === true,
    skipped: count(raw["skipped"]),
    truncated: count(raw["truncated"]),
    causeId: textOf(raw["cause"]),
    stack: (Array.isArray(raw["stack"]) ? raw["stack"] : []).filter(isObject).map(({ path, line, label }) => ({
      ...(typeof path === "string" && { path }),
      ...(typeof line === "number" && { line }),
      ...(typeof label === "string" && { label }),
    })),
  };
}

/** The node that has the exception of that id. */
export function nodeOfException({ nodes }: TraceTree, exceptionId: string): TraceNode | undefined {
  return nodes.find((node) => causeOf(node)?.exceptions.some(({ id }) => id === exceptionId));
}

/**
 * The nodes below that have exceptions of their own, at most `max`. SDKs write an exception where it was thrown and its
 * id alone further up; X-Ray leaves the id away where it was thrown, so that the way down is all that leads there.
 */
export function failedBelow(node: TraceNode, max = 10): readonly TraceNode[] {
  const found: TraceNode[] = [];
  const pending = [...node.children];
  while (pending.length > 0 && found.length < max) {
    const below = pending.pop()!;
    if ((causeOf(below)?.exceptions.length ?? 0) > 0) found.push(below);
    pending.push(...below.children);
  }
  return found;
}
