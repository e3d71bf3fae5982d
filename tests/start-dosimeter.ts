import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { startClickHouseServer } from "./clickhouse-server.js";

/** Credentials as the SDK's clients take them. */
export interface TestCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const program = resolve(import.meta.dirname, "../bin/dosimeter.cjs");

/**
 * Starts the real process (`npm run build` first) on free ports and a data folder of its own, and waits for its ready
 * line. With `DOSIMETER_TEST_ON_SERVERS` set, its settings are in a new database of the PostgreSQL server at
 * `DOSIMETER_TEST_POSTGRES_URL` and its facts in a new ClickHouse server: the same tests, the other stores.
 */
export async function startDosimeter(options: { env?: Record<string, string>; dataFolder?: string } = {}) {
  const servers = process.env["DOSIMETER_TEST_ON_SERVERS"] === undefined ? undefined : await startServers();
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "dosimeter-test-")));
  const root: TestCredentials = { accessKeyId: "AKIAROOTFORTESTS0001", secretAccessKey: "root-secret-for-tests" };
  const child = spawn(process.execPath, [program, "serve"], {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      DOSIMETER_DATA: dataFolder,
      DOSIMETER_PORT: "0",
      DOSIMETER_DAEMON_PORT: "0",
      DOSIMETER_OTLP_HTTP_PORT: "0",
      DOSIMETER_OTLP_GRPC_PORT: "0",
      DOSIMETER_ROOT_ACCESS_KEY_ID: root.accessKeyId,
      DOSIMETER_ROOT_SECRET_ACCESS_KEY: root.secretAccessKey,
      ...servers?.env,
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let standardError = "";
  child.stderr.on("data", (chunk) => {
    standardError = (standardError + chunk).slice(-20_000);
  });
  const ready = await readyLine(child, () => standardError);
  const { endpoint, daemon, otlpHttp, otlpGrpc, region, account } = ready;

  const clientOptions = (credentials: TestCredentials = root) => ({ endpoint, region, credentials, maxAttempts: 1 });
  return {
    endpoint,
    region,
    accountId: account,
    /** `host:port` of the X-Ray daemon protocol, UDP and TCP. */
    daemonAddress: daemon,
    /** URLs of OpenTelemetry's doors. */
    otlpHttp,
    otlpGrpc,
    dataFolder,
    root,
    process: child,
    standardError: () => standardError,

    /** An AWS SDK client of the class given, as the root user or with the credentials given. */
    client<Client>(
      // biome-ignore lint/suspicious/noExplicitAny: every SDK client's constructor takes a configuration of its own.
      Class: new (configuration: any) => Client,
      credentials?: TestCredentials,
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      more: Record<string, any> = {},
    ): Client {
      return new Class({ ...clientOptions(credentials), forcePathStyle: true, ...more });
    },

    /** Environment in which the AWS CLI talks to this service and to nothing else. */
    cliEnvironment(credentials: TestCredentials = root): Record<string, string> {
      return {
        PATH: process.env["PATH"] ?? "",
        HOME: dataFolder,
        AWS_ENDPOINT_URL: endpoint,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_PAGER: "",
      };
    },

    /** Sends the signal and waits for the end. The data folder stays if it was given. */
    async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, "exit");
      }
      await servers?.stop();
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export type RunningDosimeter = Awaited<ReturnType<typeof startDosimeter>>;

interface ReadyLine {
  readonly endpoint: string;
  readonly daemon: string;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly region: string;
  readonly account: string;
}

async function readyLine(child: ChildProcess, standardError: () => string): Promise<ReadyLine> {
  const lines = createInterface({ input: child.stdout! });
  const exited = once(child, "exit").then(([code]) => {
    throw new Error(`the service ended with ${code} before it was ready:\n${standardError()}`);
  });
  const ready = (async () => {
    for await (const line of lines) {
      const message = JSON.parse(line);
      if (message.ready === true) return message as ReadyLine;
    }
    // Standard output ended, so the process did too: `exited` says why.
    return await exited;
  })();
  const first = await Promise.race([ready, exited]);
  exited.catch(() => {});
  return first;
}

/** A new database of the PostgreSQL server and a new ClickHouse server, and the environment that names them. */
export async function startServers() {
  const url = new URL(process.env["DOSIMETER_TEST_POSTGRES_URL"] ?? "");
  const database = `dosimeter_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  const clickhouse = await startClickHouseServer();
  url.pathname = `/${database}`;
  let stopped = false;
  return {
    env: { DOSIMETER_POSTGRES_URL: url.href, DOSIMETER_CLICKHOUSE_URL: clickhouse.url },
    async stop() {
      if (stopped) return;
      stopped = true;
      await clickhouse.stop();
      await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
      await admin.end();
    },
  };
}

/** Waits until `look` gives something other than undefined or false, looking often. */
export async function eventually<Found>(
  look: () => Promise<Found | undefined | false>,
  what: string,
  timeoutMs = 120_000,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`still waiting for ${what} after ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
