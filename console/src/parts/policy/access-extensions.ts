/** Answers of the operations of our own that look back at what was asked for. Times in seconds since 1970. */
export interface UnusedAccess {
  readonly PrincipalArn: string;
  readonly Services: readonly {
    readonly ServiceNamespace: string;
    readonly ServiceName: string;
    readonly UnusedActions: readonly string[];
    readonly UsedActions: readonly { readonly Action: string; readonly LastUsedTime: number }[];
  }[];
  readonly AccessKeys: readonly {
    readonly AccessKeyId: string;
    readonly Status: string;
    readonly CreateTime: number;
    readonly LastUsedTime?: number;
  }[];
  readonly UnknownCalls: number;
}

export interface LeastPrivilege {
  readonly PolicyDocuments: readonly string[];
  readonly Calls: number;
  readonly IncompleteCalls: number;
  readonly UnknownCalls: number;
  readonly LeftOut: readonly { readonly Action: string; readonly Resource: string; readonly Reason: string }[];
  readonly LeftOutCount: number;
}

export interface ReplayDifference {
  readonly Change: "REFUSED" | "ALLOWED" | "NARROWED" | "WIDENED";
  readonly Action: string;
  readonly Resource: string;
  readonly Calls: number;
  readonly FirstTime: number;
  readonly LastTime: number;
  readonly Message?: string;
  readonly ExampleEventIds: readonly string[];
}

export interface Replay {
  readonly Calls: number;
  readonly RefusedCalls: number;
  readonly AllowedCalls: number;
  readonly NarrowedCalls: number;
  readonly WidenedCalls: number;
  readonly IncompleteCalls: number;
  readonly UnknownCalls: number;
  readonly DifferenceCount: number;
  readonly Differences: readonly ReplayDifference[];
  readonly NextToken?: string;
}

/** When anything was last used; undefined for nothing in the period. */
export function lastUseMs({ Services }: UnusedAccess): number | undefined {
  const times = Services.flatMap(({ UsedActions }) => UsedActions.map(({ LastUsedTime }) => LastUsedTime * 1000));
  return times.length === 0 ? undefined : Math.max(...times);
}
