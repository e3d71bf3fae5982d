import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Recorder } from "../../audit/recorder.js";
import { type Environment, systemIds } from "../../environment.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Caller } from "../../identity/caller.js";
import type { FoundCredential } from "../../identity/credentials.js";
import type { RowCondition } from "../../identity/row-condition.js";
import type { AnyOperation, Service } from "../../services/operation.js";
import type { EventRow } from "../../storage/event-store.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import { createGateway, type Gateway, type GatewayLimits } from "../gateway.js";
import { type HttpServerOptions, type RunningHttpServer, startHttpServer } from "../http-server.js";
import { isOperationSchema } from "../protocols/shape.js";

/** One key, whose owner is the root of account 111122223333. */
export const testKey = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

export const testCaller: Caller = {
  kind: "root",
  accountId: "111122223333",
  accessKeyId: testKey.accessKeyId,
  arn: "arn:aws:iam::111122223333:root",
};

export interface GatewayFixture {
  readonly gateway: Gateway;
  readonly server: RunningHttpServer;
  readonly endpoint: string;
  readonly events: EventRow[];
  /** The records as JSON. */
  records(): Record<string, unknown>[];
  readonly logged: unknown[];
  /** For SDK clients: endpoint, region and the test key. */
  readonly client: {
    endpoint: string;
    region: string;
    credentials: typeof testKey;
    maxAttempts: number;
    requestHandler: NodeHttpHandler;
  };
  close(): Promise<void>;
}

export interface FixtureOptions {
  readonly services: readonly Service[];
  readonly nowMs?: () => number;
  readonly limits?: Partial<GatewayLimits>;
  readonly regions?: readonly string[];
  readonly sessionToken?: string;
  readonly find?: (accessKeyId: string, sessionToken: string | undefined) => FoundCredential;
  readonly allows?: (access: AccessRequest) => boolean;
  /** Which rows may be read; absent for all. */
  readonly visible?: RowCondition;
  readonly record?: (event: EventRow) => Promise<void>;
  readonly transact?: <R>(work: (tx: SettingsTransaction) => Promise<R>) => Promise<R>;
  readonly pages?: HttpServerOptions["pages"];
}

/** A real gateway behind a real socket; its neighbours are the shortest that keep their ports' promises. */
export async function startGateway(options: FixtureOptions): Promise<GatewayFixture> {
  const events: EventRow[] = [];
  const logged: unknown[] = [];
  const record = options.record ?? (async (event: EventRow) => void events.push(event));
  const recorder: Recorder = { record, recordWith: (_tx, event) => record(event) };
  const environment: Environment = {
    clock: { nowMs: options.nowMs ?? Date.now, monotonicMs: () => performance.now() },
    ids: systemIds,
  };
  const find = (accessKeyId: string, sessionToken: string | undefined): FoundCredential => {
    if (accessKeyId !== testKey.accessKeyId) return { kind: "unknown" };
    if (sessionToken !== options.sessionToken) return { kind: "invalid-token" };
    return { kind: "found", secretAccessKey: testKey.secretAccessKey, caller: testCaller };
  };
  const gateway = createGateway({
    services: options.services,
    credentials: { find: options.find ?? find },
    authorizer: {
      decide: (_caller, access) =>
        (options.allows?.(access) ?? true)
          ? { allowed: true, ...(access.rows === "read" && options.visible && { rows: options.visible }) }
          : { allowed: false, message: `User is not authorized to perform: ${access.action}`, explicit: false },
    },
    settings: { transact: options.transact ?? ((work) => work({} as SettingsTransaction)) },
    recorder,
    environment,
    home: { accountId: "000000000000", region: "us-east-1" },
    limits: {
      bodyBytesMax: 1024 * 1024,
      callsPerSecondMax: 100_000,
      unauthenticatedRecordsPerMinuteMax: 1000,
      ...options.limits,
    },
    ...(options.regions === undefined ? {} : { regions: options.regions }),
    log: (message, cause) => void logged.push([message, cause]),
  });
  const server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    connectionsMax: 100,
    serve: gateway.serve,
    ...(options.pages === undefined ? {} : { pages: options.pages }),
    log: (message, cause) => void logged.push([message, cause]),
  });
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    gateway,
    server,
    endpoint,
    events,
    logged,
    records: () => events.map(({ record: text }) => JSON.parse(text)),
    client: {
      endpoint,
      region: "eu-west-1",
      credentials: {
        ...testKey,
        ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
      },
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    },
    async close() {
      await server.close(1_000);
      await gateway.close();
    },
  };
}

/** A service of an SDK package that offers only the operations given. */
export function serviceWith(
  facts: Omit<Service, "operations" | "notOffered" | "throttled"> & { readonly throttled?: Service["throttled"] },
  operations: readonly AnyOperation[],
): Service {
  const offered = new Set(operations.map(({ name }) => name));
  const others = Object.values(facts.sdk)
    .filter(isOperationSchema)
    .map((schema) => schema[2] as string)
    .filter((name) => !offered.has(name));
  return {
    throttled: { code: "ThrottlingException", httpStatus: 400 },
    ...facts,
    operations,
    notOffered: Object.fromEntries(others.map((name) => [name, "not part of this test"])),
  };
}
