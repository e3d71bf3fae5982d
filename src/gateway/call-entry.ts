import type { Readable } from "node:stream";
import type { CallFacts, SignInFacts } from "../audit/event.js";
import { toEventParameters } from "../audit/parameters.js";
import { eventOf } from "../audit/record.js";
import type { TraceExposure } from "../audit/trace-exposure.js";
import type { AccessRequest, Decision } from "../identity/access.js";
import { AskedAccess } from "../identity/asked-access.js";
import type { Caller } from "../identity/caller.js";
import type { AnyOperation, Call } from "../services/operation.js";
import type { ServiceError } from "../services/service-error.js";
import type { EventRow } from "../storage/event-store.js";
import type { OperationEntry } from "./registry.js";
import type { WireRequest } from "./wire.js";

export type Outcome =
  | { readonly kind: "answered"; readonly output: unknown }
  | { readonly kind: "refused"; readonly error: ServiceError };

/**
 * What is known of a call so far, for its record: each stage of the way notes what it found, and the record is made of
 * whatever was noted when the call ended. Begins with what the network says and nothing more.
 */
export class CallEntry {
  readonly requestId: string;
  readonly eventId: string;
  readonly request: WireRequest;
  readonly sourceIpAddress: string;
  readonly userAgent: string;
  readonly host: string;
  /** True once the record is durable, with or without the change it belongs to. */
  recorded = false;
  /** The checked body of an S3 call; given up when the call is refused, since nobody will read the rest. */
  openBody: Readable | undefined;
  #routed: OperationEntry;
  #caller: Caller = { kind: "anonymous" };
  #claimedAccessKeyId: string | undefined;
  #scope: { readonly accountId: string; readonly region: string };
  #input: { readonly value: unknown; readonly call: Call } | undefined;
  #notes: Record<string, unknown> | undefined;
  #signIn: SignInFacts = { eventName: "ConsoleLogin" };
  readonly #asked = new AskedAccess();
  #exposure: TraceExposure | undefined;

  /** @param home account and region that get the record of a call nobody can be held to. */
  constructor(
    request: WireRequest,
    ids: { readonly requestId: string; readonly eventId: string },
    home: { readonly accountId: string; readonly region: string },
    unrouted: OperationEntry,
  ) {
    this.request = request;
    this.requestId = ids.requestId;
    this.eventId = ids.eventId;
    this.sourceIpAddress = request.remoteAddress.replace(/^::ffff:(?=\d)/, "");
    this.userAgent = request.headers["user-agent"]?.join(", ") ?? "";
    this.host = request.headers["host"]?.[0] ?? "";
    this.#scope = home;
    this.#routed = unrouted;
  }

  get routed(): OperationEntry {
    return this.#routed;
  }

  get caller(): Caller {
    return this.#caller;
  }

  noteRoute(entry: OperationEntry): void {
    this.#routed = entry;
  }

  /** Kept as claimed, for a signature that does not hold. */
  noteClaim(accessKeyId: string): void {
    this.#claimedAccessKeyId = accessKeyId;
  }

  noteCaller(caller: Caller, scope: { readonly accountId: string; readonly region: string }): void {
    this.#caller = caller;
    this.#scope = scope;
    this.#claimedAccessKeyId = undefined;
  }

  noteInput(value: unknown, call: Call): void {
    this.#input = { value, call };
  }

  note(facts: Readonly<Record<string, unknown>>): void {
    this.#notes = { ...this.#notes, ...facts };
  }

  noteSignIn({ accountId, caller, ...facts }: Parameters<NonNullable<Call["noteSignIn"]>>[0], region: string): void {
    this.#signIn = facts;
    this.#scope = { accountId, region };
    if (caller !== undefined) this.#caller = caller;
  }

  /** @param demanded false if the call goes on without it. */
  noteDecision(access: AccessRequest, decision: Decision, demanded: boolean): void {
    this.#asked.add(this.#scope.accountId, access, decision, demanded);
  }

  noteExposure(exposure: TraceExposure): void {
    this.#exposure = exposure;
  }

  /** The event of the call with that outcome. @throws what an operation's own description of its record throws. */
  eventFor(outcome: Outcome, timeMs: number): EventRow {
    const { operation, shape } = this.#routed;
    const facts = this.#bareFacts(outcome, timeMs);
    if (this.#input === undefined) return eventOf(facts);
    const { value, call } = this.#input;
    const answered = outcome.kind === "answered";
    const denied = outcome.kind === "refused" && outcome.error.recordedCode === "AccessDenied";
    const exposure = answered ? this.#exposure : denied ? operation.soughtTraces?.(value, call) : undefined;
    return eventOf({
      ...facts,
      ...(exposure && { exposure }),
      // What an operation says to keep is kept, also where it says null.
      requestParameters: operation.recordedRequest
        ? operation.recordedRequest(value)
        : shape && toEventParameters(shape.inputSchema, value),
      ...(operation.signsIn
        ? {}
        : { responseElements: answered ? responseElements(operation, shape?.outputSchema, outcome.output) : null }),
      resources: operation.resources?.(value, call, answered ? outcome.output : undefined) ?? [],
    });
  }

  /** The event without what the operation adds: cannot fail where `eventFor` did. */
  bareEventFor(outcome: Outcome, timeMs: number): EventRow {
    return eventOf(this.#bareFacts(outcome, timeMs));
  }

  #bareFacts(outcome: Outcome, timeMs: number): CallFacts {
    const { service, operation } = this.#routed;
    const { request } = this;
    return {
      eventId: this.eventId,
      requestId: this.requestId,
      timeMs,
      eventSource: service.eventSource,
      eventName: operation.name,
      apiVersion: service.apiVersion,
      readOnly: operation.readOnly,
      event: operation.event,
      accountId: this.#scope.accountId,
      region: this.#scope.region,
      caller: this.#caller,
      ...(this.#claimedAccessKeyId === undefined ? {} : { claimedAccessKeyId: this.#claimedAccessKeyId }),
      sourceIpAddress: this.sourceIpAddress,
      userAgent: this.userAgent,
      host: this.host,
      ...(request.tls === undefined ? {} : { tls: request.tls }),
      requestParameters: null,
      responseElements: null,
      ...(outcome.kind === "refused"
        ? { errorCode: outcome.error.recordedCode, errorMessage: outcome.error.recordedMessage }
        : {}),
      resources: [],
      ...(operation.signsIn ? this.#signInFacts(outcome) : {}),
      access: this.#asked.text(),
      ...(this.#notes === undefined ? {} : { additionalEventData: this.#notes }),
    };
  }

  /** A sign-in has a result in place of an error code. Source: CloudTrail User Guide, "console sign-in events". */
  #signInFacts(outcome: Outcome) {
    const { eventName } = this.#signIn;
    const succeeded = outcome.kind === "answered" || eventName === "CheckMfa";
    return {
      eventName,
      signIn: this.#signIn,
      responseElements: { [eventName]: succeeded ? "Success" : "Failure" },
      errorCode: undefined,
      errorMessage: succeeded ? undefined : outcome.error.recordedMessage,
    };
  }
}

/** Reads keep null unless the operation says otherwise; writes what they answered. */
function responseElements(operation: AnyOperation, outputSchema: unknown, output: unknown): unknown {
  if (operation.recordedResponse) return operation.recordedResponse(output);
  return operation.readOnly || outputSchema === undefined ? null : toEventParameters(outputSchema, output);
}
