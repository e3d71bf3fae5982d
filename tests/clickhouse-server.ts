import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClickHouseLogLevel, createClient } from "@clickhouse/client";

export interface ClickHouseServer {
  readonly url: string;
  stop(): Promise<void>;
}

const startAttemptsMax = 300;
const startPauseMs = 100;

/** A real ClickHouse server in a process of its own, on free ports, with an empty folder. */
export async function startClickHouseServer(): Promise<ClickHouseServer> {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-clickhouse-"));
  const configuration = path.join(folder, "config.xml");
  writeFileSync(configuration, "<clickhouse></clickhouse>");
  const [httpPort, tcpPort] = await freePorts(2);
  const viteNode = path.dirname(createRequire(import.meta.url).resolve("vite-node/package.json"));
  const child = spawn(
    process.execPath,
    [
      path.join(viteNode, "vite-node.mjs"),
      path.join(import.meta.dirname, "clickhouse-server-process.ts"),
      path.join(folder, "data"),
      configuration,
      String(httpPort),
      String(tcpPort),
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints = (complaints + text).slice(-4000);
  });
  const url = `http://127.0.0.1:${httpPort}`;
  const stop = async () => {
    await kill(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } });
  for (let attempt = 1; !(await client.ping()).success; attempt++) {
    if (attempt >= startAttemptsMax || child.exitCode !== null || child.signalCode !== null) {
      await stop();
      throw new Error(`the ClickHouse server did not start: ${complaints}`);
    }
    await sleep(startPauseMs);
  }
  await client.close();
  return { url, stop };
}

function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
}
