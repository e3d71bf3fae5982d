import { selfSeconds, type TraceNode, type TraceTree } from "./trace-tree.js";

/** What one trace spent in an operation of a service. */
export interface Spent {
  readonly count: number;
  readonly seconds: number;
  readonly selfSeconds: number;
  readonly failures: number;
}

export interface Difference {
  readonly service: string;
  readonly operation: string;
  readonly left: Spent;
  readonly right: Spent;
  /** Right less left, of the time that no child spent. */
  readonly selfDelta: number;
}

const nothing: Spent = { count: 0, seconds: 0, selfSeconds: 0, failures: 0 };

/** What two traces spent by service and operation, the largest difference first. */
export function differencesOf(left: TraceTree, right: TraceTree): readonly Difference[] {
  const [ofLeft, ofRight] = [spentBy(left), spentBy(right)];
  const names = new Map([...ofLeft, ...ofRight].map(([key, { service, operation }]) => [key, { service, operation }]));
  return [...names]
    .map(([key, name]) => {
      const [before, after] = [ofLeft.get(key)?.spent ?? nothing, ofRight.get(key)?.spent ?? nothing];
      return { ...name, left: before, right: after, selfDelta: after.selfSeconds - before.selfSeconds };
    })
    .sort((one, other) => Math.abs(other.selfDelta) - Math.abs(one.selfDelta));
}

function spentBy(tree: TraceTree) {
  const sums = new Map<string, { service: string; operation: string; spent: Spent }>();
  for (const node of tree.nodes) {
    const service = node.segment.entity.name;
    const operation = operationOf(node);
    const key = JSON.stringify([service, operation]);
    const { spent } = sums.get(key) ?? { spent: nothing };
    sums.set(key, {
      service,
      operation,
      spent: {
        count: spent.count + 1,
        seconds: spent.seconds + node.end - node.start,
        selfSeconds: spent.selfSeconds + (selfSeconds(node) ?? 0),
        failures: spent.failures + (node.entity.fault || node.entity.error || node.entity.throttle ? 1 : 0),
      },
    });
  }
  return sums;
}

/** The subsegment's name, with the operation of a call of AWS; nothing for the segment itself. */
function operationOf({ kind, entity }: TraceNode): string {
  if (kind === "segment") return "";
  const aws = entity.raw["aws"] as { operation?: unknown } | undefined;
  return typeof aws?.operation === "string" ? `${entity.name} ${aws.operation}` : entity.name;
}
