import { callExtension } from "../../api/extension.js";

export type Severity = "informational" | "low" | "medium" | "high" | "critical";
export const severities: readonly Severity[] = ["informational", "low", "medium", "high", "critical"];

/** As the service tells it; times are seconds since the epoch. */
export interface Finding {
  readonly FindingId: string;
  readonly RuleId: string;
  readonly Title: string;
  readonly Severity: Severity;
  readonly Status: "OPEN" | "ACKNOWLEDGED" | "CLOSED";
  readonly Caller: string;
  readonly SourceIPAddress: string;
  readonly EventName: string;
  readonly Detail?: string;
  readonly FirstTime: number;
  readonly LastTime: number;
  readonly EventCount: number;
  readonly EventIds: readonly string[];
  readonly Note?: string;
  readonly UpdatedTime?: number;
  readonly UpdatedBy?: string;
}

export interface DetectionRule {
  readonly RuleId: string;
  readonly Origin: "SHIPPED" | "EDITED" | "OWN";
  readonly Enabled: boolean;
  readonly Title: string;
  readonly Severity: Severity;
  readonly UpdatedTime?: number;
  readonly UpdatedBy?: string;
}

export interface WholeRule extends DetectionRule {
  readonly RuleText: string;
  readonly Learning?: boolean;
  readonly LearningUntil?: number;
}

export interface TestedRule {
  readonly ScannedEvents: number;
  readonly MatchedEvents: number;
  readonly Complete: boolean;
  readonly ScannedFromTime?: number;
  readonly FindingCount: number;
  readonly Findings: readonly {
    readonly Time: string;
    readonly Caller: string;
    readonly EventName: string;
    readonly SourceIPAddress: string;
    readonly Detail?: string;
  }[];
}

export interface AlertConfiguration {
  readonly Topics: readonly { readonly TopicArn: string; readonly MinimumSeverity: Severity }[];
  readonly Hours?: {
    readonly TimeZone: string;
    readonly Days: readonly string[];
    readonly From: string;
    readonly Until: string;
  };
  readonly SuppressionSeconds: number;
}

/** Calls one of the service's own operations of detection. */
export function callDetection<Output>(name: string, input: object, signal?: AbortSignal): Promise<Output> {
  return callExtension<Output>("cloudtrail", name, input, signal === undefined ? {} : { signal });
}
