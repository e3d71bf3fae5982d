import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, isIPv6 } from "node:net";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../environment.js";
import type { Certificate } from "../identity/certificate.js";
import { type DaemonCounters, noCounts } from "./daemon-counters.js";
import { type DaemonProxy, daemonProxy } from "./daemon-proxy.js";
import { DaemonTelemetry } from "./daemon-telemetry.js";
import { SegmentUploads } from "./segment-uploads.js";
import type { Serve, Vouched } from "./vouched-call.js";

/** The daemon protocol's two doors, which have one number. */
export interface Daemon {
  readonly udpPort: number;
  readonly tcpPort: number;
  /** `host:port`, for `AWS_XRAY_DAEMON_ADDRESS`. */
  readonly address: string;
  /** Totals since the start, and what waits now. */
  stats(): Readonly<DaemonCounters> & { readonly queuedBatches: number };
  /** Takes what has arrived, uploads all of it, tells the last telemetry, and then closes. */
  close(): Promise<void>;
}

/** Bursts wait in the kernel while this process is busy. The kernel may give less (`net.core.rmem_max`). */
const receiveBufferBytes = 8 * 1024 * 1024;

/** Port 0: numbers tried until one is free for TCP and for UDP. */
const portAttemptsMax = 20;

/** The port is read until it has been quiet for this long, when closing; at most so many times. */
const closingQuietMs = 50;
const closingRoundsMax = 20;

/**
 * Listens as the X-Ray daemon does: datagrams of one header line and one document on UDP, unsigned API calls on TCP.
 * Every upload goes through `serve` in the name of `vouched.caller`, so it is authorised and recorded.
 *
 * @param options.port 0 for any number that is free for both.
 * @throws the listener's error if the port is taken.
 */
export async function startDaemon(options: {
  host: string;
  port: number;
  vouched: Vouched;
  serve: Serve;
  environment: Environment;
  /** For TCP. Datagrams stay in clear. */
  certificate?: Certificate | undefined;
}): Promise<Daemon> {
  const { host, vouched, serve, environment } = options;
  const counters = noCounts();
  const server = daemonProxy(serve, vouched, options.certificate);
  const socket = await listen(server, host, options.port);
  const { port } = server.address() as AddressInfo;
  const address = isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

  const uploads = new SegmentUploads({ serve, vouched, environment, counters });
  const telemetry = new DaemonTelemetry({ serve, vouched, environment, counters, address: host, hostname: hostname() });
  socket.on("message", (datagram, sender: RemoteInfo) => {
    counters.received++;
    telemetry.start();
    const document = documentOf(datagram);
    if (document === undefined) counters.malformed++;
    else uploads.add(document, sender.address);
  });
  // An error of one datagram (an ICMP answer to nobody) must not end the port.
  socket.on("error", () => counters.otherErrors++);

  let closing: Promise<void> | undefined;
  const close = async () => {
    server.close();
    for (let round = 0, before = -1; before !== counters.received && round < closingRoundsMax; round++) {
      before = counters.received;
      await sleep(closingQuietMs);
    }
    socket.close();
    await uploads.drain();
    await telemetry.stop();
    server.closeAllConnections();
  };
  return {
    udpPort: port,
    tcpPort: port,
    address,
    stats: () => ({ ...counters, queuedBatches: uploads.queuedBatches }),
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}

/** Binds both doors to one number. */
async function listen(server: DaemonProxy, host: string, port: number): Promise<Socket> {
  for (let attempt = 1; ; attempt++) {
    server.listen(port, host);
    await once(server, "listening");
    try {
      return await bindUdp(host, (server.address() as AddressInfo).port);
    } catch (error) {
      server.close();
      await once(server, "close");
      if (port !== 0 || attempt >= portAttemptsMax) throw error;
    }
  }
}

async function bindUdp(host: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4" });
  try {
    socket.bind(port, host);
    await once(socket, "listening");
    socket.setRecvBufferSize(receiveBufferBytes);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

const newline = 0x0a;
const headerBytesMax = 256;

/** @returns what is behind the header line, or undefined if it is none of version 1 in JSON, or nothing is behind it. */
function documentOf(datagram: Buffer): string | undefined {
  const end = datagram.indexOf(newline);
  if (end < 0 || end > headerBytesMax || end === datagram.length - 1) return undefined;
  return isHeader(datagram.toString("utf8", 0, end)) ? datagram.toString("utf8", end + 1) : undefined;
}

/** What the SDKs write, which then needs no parsing. */
const usualHeaders = new Set(['{"format":"json","version":1}', '{"format": "json", "version": 1}']);

function isHeader(line: string): boolean {
  if (usualHeaders.has(line)) return true;
  try {
    const header = JSON.parse(line) as { format?: unknown; version?: unknown } | null;
    return typeof header?.format === "string" && header.format.toLowerCase() === "json" && header.version === 1;
  } catch {
    return false;
  }
}
