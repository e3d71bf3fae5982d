import type { SignInFacts } from "../audit/event.js";
import type { Recorder } from "../audit/recorder.js";
import { exposureOf } from "../audit/trace-exposure.js";
import type { Environment } from "../environment.js";
import type { AccessContext, AccessRequest, Decision } from "../identity/access.js";
import type { Authorizer } from "../identity/authorizer.js";
import type { Caller, WebIdentityCaller } from "../identity/caller.js";
import type { RowCondition } from "../identity/row-condition.js";
import type { Call } from "../services/operation.js";
import { accessDenied } from "../services/service-error.js";
import type { TraceReadKind } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { CallEntry } from "./call-entry.js";

type Allowed = Extract<Decision, { readonly allowed: true }>;

export interface GatewayCallDeps {
  readonly authorizer: Authorizer;
  readonly settings: Pick<SettingsStore, "transact">;
  readonly recorder: Recorder;
  readonly environment: Environment;
}

/** The call as an operation sees it. */
export class GatewayCall implements Call {
  readonly requestId: string;
  readonly nowMs: number;
  readonly region: string;
  #caller: Caller;
  #accountId: string;
  readonly sourceIpAddress: string;
  readonly userAgent: string;
  readonly host: string;
  readonly secureTransport: boolean;
  readonly vouched: boolean;
  readonly #entry: CallEntry;
  readonly #deps: GatewayCallDeps;
  #commitBegun = false;
  #visibleRows: RowCondition | undefined;
  #visibleRowsAsked = false;

  constructor(
    entry: CallEntry,
    facts: { readonly nowMs: number; readonly caller: Caller; readonly accountId: string; readonly region: string },
    deps: GatewayCallDeps,
  ) {
    this.requestId = entry.requestId;
    this.nowMs = facts.nowMs;
    this.#caller = facts.caller;
    this.#accountId = facts.accountId;
    this.region = facts.region;
    this.sourceIpAddress = entry.sourceIpAddress;
    this.userAgent = entry.userAgent;
    this.host = entry.host;
    this.secureTransport = entry.request.tls !== undefined;
    this.vouched = entry.request.vouched !== undefined;
    this.#entry = entry;
    this.#deps = deps;
  }

  get caller(): Caller {
    return this.#caller;
  }

  get accountId(): string {
    return this.#accountId;
  }

  identified(caller: WebIdentityCaller): void {
    this.#caller = caller;
    this.#accountId = caller.accountId;
    this.#entry.noteCaller(caller, { accountId: caller.accountId, region: this.region });
  }

  async commit<Output>(change: (tx: SettingsTransaction) => Promise<Output>): Promise<Output> {
    if (this.#commitBegun)
      throw new Error(`${this.#entry.routed.operation.name} commits twice: its record would not be one`);
    this.#commitBegun = true;
    const { settings, recorder, environment } = this.#deps;
    const output = await settings.transact(async (tx) => {
      const changed = await change(tx);
      const event = this.#entry.eventFor({ kind: "answered", output: changed }, environment.clock.nowMs());
      await recorder.recordWith(tx, event);
      return changed;
    });
    this.#entry.recorded = true;
    return output;
  }

  async demand(access: AccessRequest): Promise<void> {
    await this.require(access);
  }

  /** As `demand`, at once where the caller's policies are cached. */
  require(access: AccessRequest): Promise<Allowed> | Allowed {
    const decision = this.#decide(access);
    if (decision instanceof Promise) return decision.then((decided) => this.#hold(access, decided));
    return this.#hold(access, decision);
  }

  async may(access: AccessRequest): Promise<boolean> {
    const decision = await this.#decide(access);
    this.#entry.noteDecision(access, decision, false);
    return decision.allowed;
  }

  visibleRows(): RowCondition | undefined {
    this.#visibleRowsAsked = true;
    return this.#visibleRows;
  }

  limitTo(rows: RowCondition): void {
    this.#visibleRows = rows;
  }

  /** The operation never asked which rows its caller may see, though these are not all. */
  get ignoredItsLimit(): boolean {
    return this.#visibleRows !== undefined && !this.#visibleRowsAsked;
  }

  exposes(kind: TraceReadKind, traceIds: readonly string[]): void {
    this.#entry.noteExposure(exposureOf(kind, traceIds));
  }

  note(facts: Readonly<Record<string, unknown>>): void {
    this.#entry.note(facts);
  }

  noteSignIn(facts: SignInFacts & { readonly accountId: string; readonly caller?: Caller }): void {
    this.#entry.noteSignIn(facts, this.region);
  }

  /** @throws ServiceError AccessDenied */
  #hold(access: AccessRequest, decision: Decision): Allowed {
    this.#entry.noteDecision(access, decision, true);
    if (!decision.allowed) throw accessDenied(decision.message);
    return decision;
  }

  #decide(access: AccessRequest): Decision | Promise<Decision> {
    const context: AccessContext = {
      nowMs: this.nowMs,
      region: this.region,
      sourceIpAddress: this.sourceIpAddress,
      userAgent: this.userAgent,
      secureTransport: this.secureTransport,
    };
    return this.#deps.authorizer.decide(this.caller, access, context);
  }
}
