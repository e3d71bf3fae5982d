import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { banner } from "./banner.js";
import { type Config, ConfigError, printableConfig, readConfig, settings } from "./config.js";
import { systemClock } from "./environment.js";
import { bearerToken } from "./identity/bearer-token.js";
import { catchTheRest } from "./last-resort.js";

const usage = `usage: dosimeter <command> [--setting value …]

  serve     start the service
  demo      start it with a small instrumented shop, people who read its traces, and a trail that records them
  export    log files as OCSF events, for other tools
  verify    check log files, digests and proofs offline
  prove     get the proof that a record is in the tree of all records, or that the tree has only grown
  erase     have traces erased before the end of their retention
  doctor    check an account against what auditors ask, and say how to mend it
  exposure  say who has seen a trace, what a caller has seen, or who has seen traces of a customer
  token     print the bearer token of OpenTelemetry's exporters for the access key in the environment
  config    print the settings in force, secrets hidden
  help      this text, and every setting
`;

/** The command line. Exit status: 0 done, 1 failed, 2 wrongly called. */
export async function main(argv: readonly string[]): Promise<void> {
  const [command = "help", ...rest] = argv;
  try {
    switch (command) {
      case "serve":
        return await serve(configFrom(rest));
      case "demo": {
        const { runDemo } = await import("./demo/run-demo.js");
        process.exitCode = await runDemo(rest);
        return;
      }
      case "verify": {
        const { runVerify } = await import("./verify/run-verify.js");
        process.exitCode = await runVerify(rest, undefined, systemClock.nowMs());
        return;
      }
      case "export": {
        const { runExport } = await import("./export/run-export.js");
        process.exitCode = await runExport(rest);
        return;
      }
      case "prove": {
        const { runProve } = await import("./commands/run-prove.js");
        process.exitCode = await runProve(rest);
        return;
      }
      case "erase": {
        const { runErase } = await import("./commands/run-erase.js");
        process.exitCode = await runErase(rest);
        return;
      }
      case "doctor": {
        const { runDoctor } = await import("./commands/run-doctor.js");
        process.exitCode = await runDoctor(rest);
        return;
      }
      case "exposure": {
        const { runExposure } = await import("./commands/run-exposure.js");
        process.exitCode = await runExposure(rest);
        return;
      }
      case "token":
        return printToken(process.env);
      case "config":
        console.log(JSON.stringify(printableConfig(configFrom(rest)), null, 2));
        return;
      case "help":
      case "--help":
        console.log(`${usage}\n${settingsHelp()}`);
        return;
      default:
        console.error(`'${command}' is not a command.\n\n${usage}`);
        process.exitCode = 2;
    }
  } catch (problem) {
    if (!(problem instanceof ConfigError)) throw problem;
    console.error(problem.message);
    process.exitCode = 2;
  }
}

/** @throws ConfigError if the environment has no long-lived access key. */
function printToken({
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: session,
}: NodeJS.ProcessEnv) {
  if (!id || !secret) throw new ConfigError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY name the access key");
  if (session) throw new ConfigError("temporary credentials have no token: use the access key of a user");
  console.log(bearerToken(id, secret));
}

/** Composes, listens, says so, and drains when told to stop. */
async function serve(config: Config): Promise<void> {
  const { compose } = await import("./compose.js");
  const service = await compose(config);
  const { endpoint, daemonAddress } = service;
  process.stdout.write(
    `${JSON.stringify({
      ready: true,
      endpoint,
      console: service.consoleUrl ?? null,
      daemon: daemonAddress ?? null,
      otlpHttp: service.otlpHttp ?? null,
      otlpGrpc: service.otlpGrpc ?? null,
      region: config.region,
      account: config.account,
      pid: process.pid,
    })}\n`,
  );
  if (process.stderr.isTTY || service.root.createdNow) process.stderr.write(banner({ config, ...service }));

  let stopping = false;
  const stop = (cause: string, status = 0) => {
    // The second signal is a person who does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    service.log("draining", { cause });
    service.close().then(
      () => process.exit(status),
      (problem) => {
        service.log("drain failed", { problem: String(problem) });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  catchTheRest(process, service.log, () => stop("an exception", 1));
}

/** `--config FILE` names the configuration file; every other flag is a setting. */
function configFrom(argv: readonly string[]): Config {
  const options = Object.fromEntries(
    Object.values(settings).flatMap((setting) =>
      "flag" in setting ? [[setting.flag, { type: "string" as const }]] : [],
    ),
  );
  let flags: Record<string, string>;
  try {
    const parsed = parseArgs({ args: [...argv], options: { ...options, config: { type: "string" } }, strict: true });
    flags = parsed.values as Record<string, string>;
  } catch (problem) {
    throw new ConfigError(`${(problem as Error).message}\n\`dosimeter help\` lists the settings`);
  }
  const { config: path, ...given } = flags;
  return readConfig({
    flags: given,
    environment: process.env,
    ...(path !== undefined && { file: readConfigFile(path) }),
  });
}

function readConfigFile(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(resolve(path), "utf8"));
  } catch (problem) {
    throw new ConfigError(`configuration file ${path}: ${(problem as Error).message}`);
  }
}

function settingsHelp(): string {
  const lines = Object.entries(settings).map(([key, setting]) => {
    const flag = "flag" in setting ? `--${setting.flag}` : "";
    const fallback = setting.fallback === undefined ? "" : ` (${setting.fallback})`;
    return `  ${flag.padEnd(40)} ${setting.variable}\n      ${key}: ${setting.meaning}${fallback}`;
  });
  return `Settings: flag, environment variable, key of the file given by --config FILE (JSON)\n\n${lines.join("\n")}`;
}
