import type { Caller } from "../identity/caller.js";
import type { TraceExposure } from "./trace-exposure.js";

/** Which kind of CloudTrail event a call becomes. */
export type EventClass =
  | { readonly category: "Management" }
  | {
      readonly category: "Data";
      /** `AWS::XRay::Trace`; the value of `resources.type` selectors. */
      readonly resourceType: string;
    };

export const management: EventClass = { category: "Management" };

export interface EventResource {
  /** `AWS::XRay::Group` */
  readonly type: string;
  /** Shown by LookupEvents. */
  readonly name?: string;
  readonly arn?: string;
}

/** What the record says of a sign-in to the console, in place of what it says of a call. */
export interface SignInFacts {
  /** `CheckMfa` where the password was right and a code is still to come. */
  readonly eventName: "ConsoleLogin" | "CheckMfa";
  /** Of a failed one: whose name was given. Absent where there is no such user: people type passwords there. */
  readonly userName?: string;
}

/** Everything the record of one call is made from. Values are already free of secrets. */
export interface CallFacts {
  readonly eventId: string;
  readonly requestId: string;
  /** When the call was completed. */
  readonly timeMs: number;
  readonly eventSource: string;
  readonly eventName: string;
  readonly apiVersion: string;
  readonly readOnly: boolean;
  readonly event: EventClass;
  /** The account that receives the record. */
  readonly accountId: string;
  readonly region: string;
  /** `anonymous` where authentication failed or was absent. */
  readonly caller: Caller;
  /** The key id a failed signature claimed, shown as claimed and nothing more. */
  readonly claimedAccessKeyId?: string;
  /** The service that makes the call in the caller's name: `s3.amazonaws.com`, which uses KMS keys so. */
  readonly invokedBy?: string;
  readonly sourceIpAddress: string;
  readonly userAgent: string;
  readonly host: string;
  readonly tls?: { readonly version: string; readonly cipherSuite: string };
  /** In the record's spelling (`toEventParameters`); null where there is nothing to keep. */
  readonly requestParameters: unknown;
  readonly responseElements: unknown;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly resources: readonly EventResource[];
  readonly additionalEventData?: Readonly<Record<string, unknown>>;
  readonly signIn?: SignInFacts;
  /** See `identity/asked-access.ts`; kept beside the record, not in it. */
  readonly access?: string;
  /** Of a read of traces: those it gave or, with an `errorCode`, those it named. */
  readonly exposure?: TraceExposure;
}
