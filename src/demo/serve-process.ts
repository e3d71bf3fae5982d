import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What `serve` prints on standard output once it is ready. */
export interface ReadyLine {
  readonly ready: true;
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
  /** `127.0.0.1:2000`, UDP and TCP; absent where the daemon port is off. */
  readonly daemon?: string;
}

/** A running `dosimeter serve` in a process of its own. */
export interface ServeProcess extends ReadyLine {
  readonly pid: number;
  /** Lets it finish what it has begun. Resolves with its exit code once it is gone. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would: nothing of it runs any more when this resolves. */
  kill(): Promise<void>;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<number | null>;
}

/**
 * Starts the service in a process of its own and waits until it is ready.
 *
 * @param options.program     `bin/dosimeter.cjs`, or a program that takes its place and prints the same ready line.
 * @param options.environment settings, beside this process's own environment (`DOSIMETER_DATA` and the like).
 * @throws Error with the end of what it wrote on standard error, if it ends before it is ready or takes too long.
 */
export async function startServe(options: {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
}): Promise<ServeProcess> {
  const child = spawn(process.execPath, [options.program, "serve"], {
    env: { ...process.env, ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: Ctrl-C in a terminal reaches its parent only, which stops it when it is time to.
    detached: true,
  });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-complaintLengthMax);
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));

  const ready = await new Promise<ReadyLine>((resolve, reject) => {
    const tooLong = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the service was not ready within ${startMsMax / 1000} s:\n${complaint}`));
    }, startMsMax);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const said = parse(line);
      if (!isReady(said)) return;
      clearTimeout(tooLong);
      resolve(said);
    });
    // On `close` rather than `exit`: by then its last words have been read.
    child.once("close", (code, signal) => {
      clearTimeout(tooLong);
      reject(new Error(`the service ended before it was ready (${signal ?? code}):\n${complaint}`));
    });
    child.once("error", reject);
  });

  return {
    ...ready,
    pid: child.pid!,
    ended,
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isReady(said: unknown): said is ReadyLine {
  return typeof said === "object" && said !== null && "ready" in said && said.ready === true && "endpoint" in said;
}

const startMsMax = 60_000;
const complaintLengthMax = 8192;
