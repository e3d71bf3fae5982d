import type { EventClass, EventResource, SignInFacts } from "../audit/event.js";
import type { TraceExposure } from "../audit/trace-exposure.js";
import type { AccessRequest } from "../identity/access.js";
import type { Caller, WebIdentityCaller } from "../identity/caller.js";
import type { RowCondition } from "../identity/row-condition.js";
import type { TraceReadKind } from "../storage/event-store.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import type { ForeignRoute } from "./foreign-route.js";

/** Which numbers inputs may hold. */
export type InputNumbers = "any" | "int32";

/** The wire protocols AWS's APIs speak. */
export type Protocol = "rest-json" | "json-1.1" | "query" | "rest-xml";

/**
 * One API: its SDK package is its operation table. `operations` and `notOffered` together must name every operation of
 * the package, or the process does not start.
 */
export interface Service {
  /** Name in the credential scope: `xray`, `cloudtrail`, `logs`, `s3`, `iam`, `sts`, `kms`, `sns`. */
  readonly signingName: string;
  /** What the record calls the API: `xray.amazonaws.com`. */
  readonly eventSource: string;
  readonly apiVersion: string;
  readonly protocol: Protocol;
  /** JSON 1.1 only: what `X-Amz-Target` carries before the dot, `CloudTrail_20131101`. */
  readonly targetPrefix?: string;
  /** Query only: namespace of the XML answers. */
  readonly xmlNamespace?: string;
  /** The SDK package's module namespace: `PutTraceSegments$`, `InvalidRequestException$` … */
  readonly sdk: Readonly<Record<string, unknown>>;
  readonly operations: readonly AnyOperation[];
  /** JSON 1.1 only: `int32` for an API whose model has no other numbers in its inputs; else any finite one. */
  readonly inputNumbers?: InputNumbers;
  /** Operations of the API that are refused, each with the reason told to the caller. */
  readonly notOffered: Readonly<Record<string, string>>;
  /** What policies can allow, from the names of all that is offered; those names themselves where it is absent. */
  readonly actions?: (offered: readonly string[]) => readonly string[];
  /** Paths that speak another protocol than the API's. */
  readonly foreignRoutes?: readonly ForeignRoute[];
  /** How this API spells "you call too often": `ThrottledException` (429) for X-Ray, `ThrottlingException` elsewhere. */
  readonly throttled: { readonly code: string; readonly httpStatus: number };
}

/** An operation: a record found by its AWS name. */
export interface Operation<Input, Output> {
  /** Spelled as AWS does: `PutTraceSegments`. */
  readonly name: string;
  readonly readOnly: boolean;
  readonly event: EventClass;
  /** What the caller must be allowed to do before `execute` runs. An empty list means: anyone authenticated. */
  access(input: Input, call: Call): readonly AccessRequest[] | Promise<readonly AccessRequest[]>;
  /** Does the work. Rejects with a ServiceError for whatever AWS has a name for. */
  execute(input: Input, call: Call): Promise<Output>;
  /** What the record keeps of the input, where that is not the input itself in the record's spelling. */
  recordedRequest?(input: Input): unknown;
  /** What the record keeps of the output of a write; reads keep null where this gives nothing. */
  recordedResponse?(output: Output): unknown;
  /** Resources the call is about, for the record and for LookupEvents. Called with what is known: also after failures. */
  resources?(input: Input, call: Call, output?: Output): readonly EventResource[];
  /**
   * Of an operation that leads to traces: what a call is after, and the ids that it names, none for a search. Tells, of
   * callers who are denied access, which traces they were refused.
   */
  soughtTraces?(input: Input, call: Call): TraceExposure | undefined;
  /**
   * REST-JSON only: the body to read in place of one that known clients send wrong. Gets the parsed body before it is
   * checked, so of any shape.
   */
  mendedBody?(body: unknown, door: Pick<Call, "vouched">): unknown;
  /** True if anyone may call it without credentials and `access` decides alone (S3 with public bucket policies). */
  readonly anonymousAllowed?: boolean;
  /**
   * True for sign-in: the input itself proves who calls, so anybody may try without credentials, and `execute` says by
   * `noteSignIn` who it was. Recorded as CloudTrail records a sign-in.
   */
  readonly signsIn?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of operations holds inputs of many types.
export type AnyOperation = Operation<any, any>;

/** The call an operation is executed for. */
export interface Call {
  readonly requestId: string;
  /** When the call arrived, milliseconds since the epoch. */
  readonly nowMs: number;
  /** From the credential scope. */
  readonly region: string;
  readonly caller: Caller;
  /** The caller's account; what is stored belongs to it and to `region`. */
  readonly accountId: string;
  readonly sourceIpAddress: string;
  readonly userAgent: string;
  /** The Host header as sent. */
  readonly host: string;
  readonly secureTransport: boolean;
  /** True if nobody signed the call: it came through a door of this process that vouches for its caller. */
  readonly vouched?: boolean;

  /**
   * Runs `change` in one settings transaction that also holds the record of this call: both commit, or neither. An
   * operation that changes settings changes them here, at most once, and returns what this returns. Do reads and calls
   * to other parts before it: the transaction is the only writer while it lasts.
   */
  commit<Output>(change: (tx: SettingsTransaction) => Promise<Output>): Promise<Output>;

  /** For what is known to be needed only during the work (`iam:PassRole`). Rejects with AccessDenied. */
  demand(access: AccessRequest): Promise<void>;

  /**
   * For an operation that anyone may call unsigned and that itself finds who calls, in `access`: from then on the call
   * is theirs, for the policies and in the record.
   */
  identified(caller: WebIdentityCaller): void;

  /** Whether the caller may, without refusing them if not. */
  may(access: AccessRequest): Promise<boolean>;

  /**
   * Which rows the caller may see; undefined for all. An operation whose access reads rows asks for it, or its answer is
   * withheld from a caller who may see some only.
   */
  visibleRows(): RowCondition | undefined;

  /**
   * Says which traces the answer shows, of whatever kind; to be called once, by every operation that shows any. Record
   * and index of exposure name them if the call is answered.
   */
  exposes(kind: TraceReadKind, traceIds: readonly string[]): void;

  /** Further facts for the record, merged into `additionalEventData`. */
  note(facts: Readonly<Record<string, unknown>>): void;

  /** For sign-in alone: to which account, and who tried; `caller` once it is proved. */
  noteSignIn?(facts: SignInFacts & { readonly accountId: string; readonly caller?: Caller }): void;
}

/** Gives an operation's file its types from the SDK's own. */
export function operation<Input, Output>(definition: Operation<Input, Output>): Operation<Input, Output> {
  return definition;
}
