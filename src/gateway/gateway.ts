import type { Recorder } from "../audit/recorder.js";
import type { Environment } from "../environment.js";
import type { Authorizer } from "../identity/authorizer.js";
import type { Credentials } from "../identity/credentials.js";
import type { KeyUses } from "../identity/key-uses.js";
import type { Service } from "../services/operation.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { Registry } from "./registry.js";
import { Router } from "./route.js";
import { type ServeDeps, serveCall } from "./serve-call.js";
import { SigningKeys } from "./sigv4/signing-keys.js";
import { Throttle } from "./throttle.js";
import { UnauthenticatedRecords } from "./unauthenticated-records.js";
import type { WireRequest, WireResponse } from "./wire.js";

/** Everything a call is served with. */
export interface CallDeps {
  readonly services: readonly Service[];
  readonly credentials: Credentials;
  /** Told of every call that a key signed. */
  readonly keyUses?: Pick<KeyUses, "note">;
  readonly authorizer: Authorizer;
  readonly settings: Pick<SettingsStore, "transact">;
  readonly recorder: Recorder;
  readonly environment: Environment;
  /** Account and region that get the record of calls without a caller. */
  readonly home: { readonly accountId: string; readonly region: string };
  readonly limits: GatewayLimits;
  /** Regions accepted in credential scopes; any well-formed name where absent. */
  readonly regions?: readonly string[];
  /** For us, never for the client: causes of failures. */
  readonly log: (message: string, cause: unknown) => void;
}

export interface GatewayLimits {
  /** Largest request body, before and after decompression; S3 objects are not bodies in this sense. */
  readonly bodyBytesMax: number;
  readonly callsPerSecondMax: number;
  readonly unauthenticatedRecordsPerMinuteMax: number;
}

export interface Gateway {
  /** Serves one call. Never rejects. */
  serve(request: WireRequest): Promise<WireResponse>;
  /** Writes what is still only counted. Call after the last call was served and before the recorder closes. */
  close(): Promise<void>;
}

/** @throws Error if the tables of operations do not agree with their SDK packages. */
export function createGateway(deps: CallDeps): Gateway {
  const { clock } = deps.environment;
  const { limits } = deps;
  const unauthenticated = new UnauthenticatedRecords({
    perMinuteMax: limits.unauthenticatedRecordsPerMinuteMax,
    home: deps.home,
    recorder: deps.recorder,
    environment: deps.environment,
    log: deps.log,
  });
  const serveDeps: ServeDeps = {
    router: new Router(new Registry(deps.services)),
    credentials: deps.credentials,
    signingKeys: new SigningKeys(),
    keyUses: deps.keyUses,
    regions: deps.regions,
    authorizer: deps.authorizer,
    settings: deps.settings,
    recorder: deps.recorder,
    environment: deps.environment,
    home: deps.home,
    bodyBytesMax: limits.bodyBytesMax,
    callers: new Throttle(clock, limits.callsPerSecondMax),
    strangers: new Throttle(clock, limits.callsPerSecondMax),
    unauthenticated,
    log: deps.log,
  };
  return {
    serve: (request) => serveCall(request, serveDeps),
    close: () => unauthenticated.flush(),
  };
}
