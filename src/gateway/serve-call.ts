import { Readable } from "node:stream";
import { type BearerClaim, isProofOf } from "../identity/bearer-token.js";
import type { Caller } from "../identity/caller.js";
import type { Credentials } from "../identity/credentials.js";
import type { KeyUses } from "../identity/key-uses.js";
import { TooManyAttempts } from "../identity/people/attempts.js";
import { accessDenied, internalFailure, ServiceError, serviceUnavailable } from "../services/service-error.js";
import { EncryptionKeyUnusable, StoreBusy, StoreUnavailable } from "../storage/store-error.js";
import { decompress, readWhole, refuseDeclaredLength } from "./body.js";
import { CallEntry, type Outcome } from "./call-entry.js";
import { namedFor, refusals, throttled } from "./front-end-errors.js";
import { GatewayCall, type GatewayCallDeps } from "./gateway-call.js";
import type { Codec, ReadableRequest, ReplyFacts } from "./protocols/codec.js";
import { QueryParameters } from "./query-parameters.js";
import { type OperationEntry, unknownEntry, unknownService } from "./registry.js";
import type { Route, Router } from "./route.js";
import { type Authenticated, authenticate } from "./sigv4/authenticate.js";
import { checkedBody } from "./sigv4/checked-body.js";
import { type Claimed, readClaim, type SignatureClaim } from "./sigv4/claim.js";
import type { SigningKeys } from "./sigv4/signing-keys.js";
import type { Throttle } from "./throttle.js";
import type { UnauthenticatedRecords } from "./unauthenticated-records.js";
import type { WireRequest, WireResponse } from "./wire.js";

/** What serving a call needs; made once, by `createGateway`. */
export interface ServeDeps extends GatewayCallDeps {
  readonly router: Router;
  readonly credentials: Credentials;
  readonly signingKeys: SigningKeys;
  readonly keyUses: Pick<KeyUses, "note"> | undefined;
  readonly regions: readonly string[] | undefined;
  /** Account and region of calls without a caller. */
  readonly home: { readonly accountId: string; readonly region: string };
  readonly bodyBytesMax: number;
  readonly callers: Throttle;
  readonly strangers: Throttle;
  readonly unauthenticated: UnauthenticatedRecords;
  /** For us, never for the client. */
  readonly log: (message: string, cause: unknown) => void;
}

/**
 * One call, start to finish. Nothing outside this function decides the order. Never rejects, and every way out leaves
 * one record (or one in the count of the unauthenticated, see `UnauthenticatedRecords`). The reply is encoded before
 * the record is made, so that it says what the caller gets, and leaves after the record is durable.
 */
export async function serveCall(request: WireRequest, deps: ServeDeps): Promise<WireResponse> {
  const entry = receive(request, deps);
  const outcome = await attempt(entry, deps);
  const reply = encode(entry, outcome, deps);
  const failure = await record(entry, reply.outcome, deps);
  if (failure === undefined) return reply.response;
  // What was not recorded was not said: the output stays here.
  if (reply.response.body instanceof Readable) reply.response.body.destroy();
  return refuse(entry, failure);
}

function receive(request: WireRequest, { environment: { ids }, home }: ServeDeps): CallEntry {
  return new CallEntry(request, { requestId: ids.uuid(), eventId: ids.uuid() }, home, unrouted);
}

const unrouted = unknownEntry(unknownService("unknown", "rest-json"), "Unknown");

async function attempt(entry: CallEntry, deps: ServeDeps): Promise<Outcome> {
  try {
    const { request } = entry;
    const query = QueryParameters.parse(request.rawQuery);
    const claimed = readClaim(request, query ?? QueryParameters.none);
    const route = routeCall(entry, query, claimed, deps);
    throttleStranger(entry, claimed, deps);
    const received = await receiveBody(entry, route, deps);
    const identity = await identify(entry, { query: query ?? QueryParameters.none, claimed, body: received }, deps);
    throttleCaller(entry, identity.caller, deps);
    const codec = offered(entry.routed);
    const call = new GatewayCall(entry, identity, deps);
    const input = await parse(entry, codec, route, { query: query ?? QueryParameters.none, received, identity, deps });
    entry.noteInput(input, call);
    await authorise(entry.routed, input, call);
    const output = await entry.routed.operation.execute(input, call);
    if (call.ignoredItsLimit) throw new Error(`${entry.routed.operation.name} did not ask which rows may be seen`);
    return { kind: "answered", output };
  } catch (reason) {
    entry.openBody?.destroy();
    return { kind: "refused", error: errorOf(reason, entry, deps) };
  }
}

function routeCall(entry: CallEntry, query: QueryParameters | undefined, claimed: Claimed, deps: ServeDeps): Route {
  const route = deps.router.route(entry.request, query, claimed);
  entry.noteRoute(route.kind === "operation" ? route.entry : route.placeholder);
  return route;
}

/**
 * Limits callers without credentials by where they come from. Who claims a key is not limited by the claim, or a
 * stranger could use up somebody else's share; failed signatures are charged to their address in `identify`.
 */
function throttleStranger(entry: CallEntry, claimed: Claimed, { strangers }: ServeDeps): void {
  if (claimed.kind === "none" && entry.request.vouched === undefined && !strangers.take(entry.sourceIpAddress))
    throw throttled(entry.routed.service.throttled);
}

/** The body as received, where it is read into memory now: always, except for S3, whose bodies are checked as they come. */
async function receiveBody(entry: CallEntry, route: Route, deps: ServeDeps): Promise<Buffer | undefined> {
  const { request } = entry;
  if (!entry.routed.codec?.streamsBody) refuseDeclaredLength(request, deps.bodyBytesMax);
  if (entry.routed.service.protocol === "rest-xml") return undefined;
  const body = await readWhole(request.body, deps.bodyBytesMax);
  if (route.kind === "action-in-body")
    entry.noteRoute(deps.router.byAction(route, await decompress(request, body, deps.bodyBytesMax)));
  return body;
}

/** Who calls, in which account and region, and with what the rest of the body is checked. */
interface Identity {
  readonly caller: Caller;
  readonly accountId: string;
  readonly region: string;
  readonly nowMs: number;
  readonly signature: (Authenticated & { readonly claim: SignatureClaim }) | undefined;
}

/** The one place where a caller becomes known. @throws ServiceError if the request proves nobody. */
async function identify(
  entry: CallEntry,
  { query, claimed, body }: { query: QueryParameters; claimed: Claimed; body: Buffer | undefined },
  deps: ServeDeps,
): Promise<Identity> {
  const { request, routed } = entry;
  const nowMs = deps.environment.clock.nowMs();
  if (request.vouched !== undefined) {
    const { caller, region } = request.vouched;
    const accountId = caller.kind === "anonymous" ? deps.home.accountId : caller.accountId;
    entry.noteCaller(caller, { accountId, region });
    return { caller, accountId, region, nowMs, signature: undefined };
  }
  switch (claimed.kind) {
    case "none":
      if (!routed.operation.anonymousAllowed) throw refusals.missingToken();
      return { caller: { kind: "anonymous" }, ...deps.home, nowMs, signature: undefined };
    case "malformed":
      if (claimed.scope !== undefined) entry.noteClaim(claimed.scope.accessKeyId);
      throw stranger(entry, claimed.error, deps);
    case "bearer": {
      entry.noteClaim(claimed.claim.accessKeyId);
      const caller = await bearerCaller(entry, claimed.claim, deps);
      const scope = {
        accountId: caller.kind === "anonymous" ? deps.home.accountId : caller.accountId,
        region: deps.home.region,
      };
      entry.noteCaller(caller, scope);
      deps.keyUses?.note(caller, routed.service.signingName, scope.region, nowMs);
      return { caller, ...scope, nowMs, signature: undefined };
    }
    case "claim": {
      const { claim } = claimed;
      entry.noteClaim(claim.accessKeyId);
      const path = routed.service.protocol === "rest-xml" ? "as-is" : "normalised";
      let signature: Authenticated;
      try {
        signature = await authenticate({ request, query, claim, nowMs, path, body }, deps);
      } catch (error) {
        throw error instanceof ServiceError ? stranger(entry, error, deps) : error;
      }
      const { caller } = signature;
      const accountId = caller.kind === "anonymous" ? deps.home.accountId : caller.accountId;
      entry.noteCaller(caller, { accountId, region: claim.region });
      deps.keyUses?.note(caller, claim.service, claim.region, nowMs);
      return { caller, accountId, region: claim.region, nowMs, signature: { ...signature, claim } };
    }
    default:
      return claimed satisfies never;
  }
}

/** Whose key a token was made from. A token has no region: what it writes belongs to the home region. */
async function bearerCaller(entry: CallEntry, claim: BearerClaim, deps: ServeDeps): Promise<Caller> {
  if (!entry.routed.takesBearer)
    throw stranger(entry, refusals.incomplete("Bearer tokens are taken for traces of OpenTelemetry alone."), deps);
  const found = await deps.credentials.find(claim.accessKeyId, undefined);
  if (found.kind === "found" && isProofOf(claim, found.secretAccessKey)) return found.caller;
  throw stranger(entry, refusals.unknownKey(), deps);
}

/** Charges a failed proof to the address it came from; too many of them are told to slow down instead. */
function stranger(entry: CallEntry, error: ServiceError, { strangers }: ServeDeps): ServiceError {
  return strangers.take(entry.sourceIpAddress) ? error : throttled(entry.routed.service.throttled);
}

function throttleCaller(entry: CallEntry, caller: Caller, { callers }: ServeDeps): void {
  // Who has no key was limited by where they come from.
  if (!("accessKeyId" in caller)) return;
  if (!callers.take(`${caller.accountId}/${caller.accessKeyId}`)) throw throttled(entry.routed.service.throttled);
}

function offered({ codec, refusal }: OperationEntry): Codec {
  if (codec === undefined) throw refusal ?? new Error("an operation without a codec must have a refusal");
  return codec;
}

async function parse(
  entry: CallEntry,
  codec: Codec,
  route: Route,
  from: { query: QueryParameters; received: Buffer | undefined; identity: Identity; deps: ServeDeps },
): Promise<unknown> {
  const { query, received, identity, deps } = from;
  const { request, routed } = entry;
  const labels = route.kind === "operation" ? route.labels : {};
  const readable = { request, query, labels } satisfies Partial<ReadableRequest>;
  if (received !== undefined)
    return codec.parse({ ...readable, body: await decompress(request, received, deps.bodyBytesMax) });
  const { stream, length, trailers } = checkedBody(
    request,
    identity.signature,
    routed.shape?.traits.httpChecksum !== undefined,
  );
  entry.openBody = stream;
  if (codec.streamsBody) {
    const input = codec.parse({
      ...readable,
      body: Buffer.alloc(0),
      stream,
      ...(length === undefined ? {} : { streamLength: length }),
    });
    // A checksum behind the body is a member like one before it, known once the body has ended: `ChecksumCRC32`.
    stream.once("end", () => {
      for (const [name, value] of trailers)
        (input as Record<string, unknown>)[`Checksum${name.slice("x-amz-checksum-".length).toUpperCase()}`] = value;
    });
    return input;
  }
  return codec.parse({ ...readable, body: await readWhole(stream, deps.bodyBytesMax) });
}

async function authorise({ operation }: OperationEntry, input: unknown, call: GatewayCall): Promise<void> {
  const wanted = operation.access(input, call);
  const accesses = wanted instanceof Promise ? await wanted : wanted;
  if (accesses.length === 0 && call.caller.kind === "anonymous" && !operation.signsIn)
    throw accessDenied("Access Denied");
  for (const access of accesses) {
    const decided = call.require(access);
    const { rows } = decided instanceof Promise ? await decided : decided;
    if (rows !== undefined) call.limitTo(rows);
  }
}

/** Names a failure as this API does. What no one has a name for is our bug; its cause is for our log alone. */
function errorOf(reason: unknown, entry: CallEntry, deps: ServeDeps): ServiceError {
  const { service, operation } = entry.routed;
  const error = namedFailure(reason, entry);
  if (error.fault === "server" && error.cause !== undefined)
    deps.log(`${service.signingName} ${operation.name} ${entry.requestId} failed`, error.cause);
  return namedFor(service.protocol, error);
}

function namedFailure(reason: unknown, entry: CallEntry): ServiceError {
  if (reason instanceof ServiceError) return reason;
  if (reason instanceof StoreBusy || reason instanceof TooManyAttempts)
    return throttled(entry.routed.service.throttled);
  if (reason instanceof StoreUnavailable)
    return serviceUnavailable("The service is unavailable for now. Please try again.", reason);
  // X-Ray is the one API whose data a customer's key protects here; it has this word for whatever is not as it should be.
  if (reason instanceof EncryptionKeyUnusable) return new ServiceError("InvalidRequestException", reason.message);
  return internalFailure(reason);
}

function encode(entry: CallEntry, outcome: Outcome, deps: ServeDeps): { outcome: Outcome; response: WireResponse } {
  if (outcome.kind === "refused") return { outcome, response: refuse(entry, outcome.error) };
  try {
    const response = offered(entry.routed).answer(outcome.output, replyFacts(entry));
    return { outcome, response: withoutBodyForHead(entry, response) };
  } catch (reason) {
    const error = errorOf(reason, entry, deps);
    return { outcome: { kind: "refused", error }, response: refuse(entry, error) };
  }
}

function refuse(entry: CallEntry, error: ServiceError): WireResponse {
  const { protocol, service } = entry.routed;
  return withoutBodyForHead(entry, protocol.refuse(error, service, replyFacts(entry)));
}

function replyFacts(entry: CallEntry): ReplyFacts {
  const { rawPath, headers } = entry.request;
  return { requestId: entry.requestId, rawPath, contentType: headers["content-type"]?.[0] };
}

function withoutBodyForHead(entry: CallEntry, response: WireResponse): WireResponse {
  return entry.request.method === "HEAD" && !(response.body instanceof Readable) ? { ...response, body: "" } : response;
}

/** @returns the error to tell the caller if the record is not known to be durable. */
async function record(entry: CallEntry, outcome: Outcome, deps: ServeDeps): Promise<ServiceError | undefined> {
  if (entry.recorded) return undefined;
  const failed = outcome.kind === "refused";
  if (failed && entry.caller.kind === "anonymous" && !deps.unauthenticated.admit()) return undefined;
  const now = deps.environment.clock.nowMs();
  try {
    await deps.recorder.record(entry.eventFor(outcome, now));
    entry.recorded = true;
    return undefined;
  } catch (reason) {
    const error = errorOf(reason, entry, deps);
    // If the store is away there is nothing more to try; if the description of the record failed, record without it.
    if (reason instanceof StoreBusy || reason instanceof StoreUnavailable) return unrecorded(entry, reason);
    await deps.recorder
      .record(entry.bareEventFor({ kind: "refused", error: failed ? outcome.error : error }, now))
      .catch((cause) => deps.log(`${entry.requestId} could not be recorded`, cause));
    return error;
  }
}

/** A full queue is no fault of the caller's rate here: the call was made, and may be made again. */
function unrecorded(entry: CallEntry, cause: unknown): ServiceError {
  return namedFor(
    entry.routed.service.protocol,
    serviceUnavailable("The call could not be recorded and is refused. Please try again.", cause),
  );
}
