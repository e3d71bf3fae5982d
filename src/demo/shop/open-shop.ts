import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { programFolder } from "../../program-folder.js";

export interface Shop {
  /** `http://127.0.0.1:PORT` of the shop's front door. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the shop's services, each a process, and its visitors. They send their segments to `daemon` over UDP. */
export async function openShop(daemon: string): Promise<Shop> {
  const children: ChildProcess[] = [];
  const start = (program: string, words: readonly string[]) => {
    const child = fork(path.join(programFolder, "demo/shop", program), words, {
      env: { ...process.env, AWS_XRAY_DAEMON_ADDRESS: daemon, AWS_XRAY_LOG_LEVEL: "silent" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    children.push(child);
    return child;
  };
  const service = (name: string, neighbours: Readonly<Record<string, number>>) =>
    portOf(start("main.js", [name, ...Object.entries(neighbours).map(([key, port]) => `${key}=${port}`)]), name);

  const [inventory, payment] = await Promise.all([service("inventory", {}), service("payment", {})]);
  const cart = await service("cart", { inventory });
  const web = await service("web", { inventory, payment, cart });
  start("visitors.js", [String(web)]);
  return {
    address: `http://127.0.0.1:${web}`,
    close: async () => {
      // Visitors first: nobody should see a shop that is half closed.
      for (const child of children.reverse()) await ended(child);
    },
  };
}

function portOf(child: ChildProcess, name: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve((message as { port: number }).port));
    child.once("exit", (code) => reject(new Error(`the shop's ${name} ended at its start (${code})`)));
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
