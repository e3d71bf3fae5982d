import type { Config } from "../config.js";
import type { Environment } from "../environment.js";
import { startHttpServer } from "../gateway/http-server.js";
import type { Certificate } from "../identity/certificate.js";
import { type DaemonRole, daemonCaller } from "../identity/daemon-role.js";
import type { Log } from "../log.js";
import { type Daemon, startDaemon } from "../receivers/daemon.js";
import { startOtlpGrpcDoor } from "../receivers/otlp/grpc-door.js";
import { otlpHttpDoor } from "../receivers/otlp/http-door.js";
import type { Serve } from "../receivers/vouched-call.js";

export interface ReceiverAddresses {
  /** `host:port` of the X-Ray daemon protocol, unless it is off. */
  readonly daemonAddress?: string;
  /** URLs of the doors of OpenTelemetry, unless they are off. */
  readonly otlpHttp?: string;
  readonly otlpGrpc?: string;
}

export interface Receivers {
  readonly addresses: ReceiverAddresses;
  readonly daemon?: Daemon;
}

interface ReceiverParts {
  readonly serve: Serve;
  readonly environment: Environment;
  readonly daemonRole: DaemonRole;
  readonly certificate: Certificate | undefined;
  readonly log: Log["failure"];
  readonly closing: (() => Promise<unknown> | unknown)[];
}

/** Opens the doors of the X-Ray daemon's protocol and of OpenTelemetry, as far as they are not off. */
export async function openReceivers(config: Config, parts: ReceiverParts): Promise<Receivers> {
  const { serve, environment, daemonRole, certificate, closing } = parts;
  const { host, region, daemonPort: port } = config;
  const vouched = { caller: daemonCaller(daemonRole, "xray-daemon"), region };
  const daemon =
    port === undefined ? undefined : await startDaemon({ host, port, vouched, serve, environment, certificate });
  if (daemon) closing.push(() => daemon.close());
  const otlp = await startOtlp(config, parts);
  return daemon ? { addresses: { daemonAddress: daemon.address, ...otlp }, daemon } : { addresses: otlp };
}

/** The doors of OpenTelemetry, as far as they are not off. */
async function startOtlp(
  config: Config,
  { serve, daemonRole, log, closing, certificate }: ReceiverParts,
): Promise<Pick<ReceiverAddresses, "otlpHttp" | "otlpGrpc">> {
  const { host, region, otlpHttpPort, otlpGrpcPort, otlpWithoutCredentials: withoutCredentials } = config;
  const vouched = { caller: daemonCaller(daemonRole, "otlp"), region };
  const started: { otlpHttp?: string; otlpGrpc?: string } = {};
  if (otlpHttpPort !== undefined) {
    const door = await startHttpServer({
      host,
      port: otlpHttpPort,
      connectionsMax: config.connectionsMax,
      serve: otlpHttpDoor({ serve, vouched, withoutCredentials }),
      certificate,
      log,
    });
    closing.push(() => door.close());
    started.otlpHttp = `${scheme(certificate)}://${urlHost(door.host)}:${door.port}`;
  }
  if (otlpGrpcPort !== undefined) {
    const { bodyBytesMax } = config;
    const door = await startOtlpGrpcDoor({
      host,
      port: otlpGrpcPort,
      bodyBytesMax,
      serve,
      vouched,
      withoutCredentials,
      certificate,
    });
    closing.push(() => door.close());
    started.otlpGrpc = `${scheme(certificate)}://${urlHost(host)}:${door.port}`;
  }
  return started;
}

export function scheme(certificate: Certificate | undefined): "http" | "https" {
  return certificate === undefined ? "http" : "https";
}

/** An address to connect to: one that listens everywhere is reached here. */
export function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
