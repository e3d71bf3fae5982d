import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { settings } from "../src/config.js";
import type { Service } from "../src/services/operation.js";
import { eventually, startDosimeter } from "./start-dosimeter.js";

/** An API's table of operations. Its operations only keep what they are made with, so anything will do. */
const apis: readonly { name: string; load: () => Promise<Service> }[] = [
  { name: "xray", load: async () => (await import("../src/services/xray/service.js")).xrayService(anything) },
  {
    name: "cloudtrail",
    load: async () => (await import("../src/services/cloudtrail/service.js")).cloudtrailService(anything),
  },
  {
    name: "cloudtrail-data",
    load: async () => (await import("../src/services/cloudtrail-data/service.js")).cloudtrailDataService(anything),
  },
  { name: "logs", load: async () => (await import("../src/services/logs/service.js")).logsService(anything) },
  { name: "s3", load: async () => (await import("../src/services/s3/service.js")).s3Service(anything) },
  { name: "iam", load: async () => (await import("../src/services/iam/service.js")).iamService(anything) },
  { name: "sts", load: async () => (await import("../src/services/sts/service.js")).stsService(anything) },
  { name: "kms", load: async () => (await import("../src/services/kms/service.js")).kmsService(anything) },
  { name: "sns", load: async () => (await import("../src/services/sns/service.js")).snsService(anything) },
];

// biome-ignore lint/suspicious/noExplicitAny: stands for every dependency of every service.
const anything: any = new Proxy(() => anything, { get: () => anything });

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("README.md", () => {
  it("names only npm scripts that exist, and starts and tests the project on its first screen", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const firstScreen = read("README.md").split("\n").slice(0, 25).join("\n");
    expect(firstScreen).toContain("npm ci && npm start");
    expect(firstScreen).toContain("npm ci && npm test");
    const named = [...read("README.md").matchAll(/\bnpm run ([\w:-]+)/g)].map((match) => match[1]!);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "test", ...named]));
  });
});

describe("documentation", () => {
  it("links only to files that are there", () => {
    const pages = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md", ...markdownIn("docs")];
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#\s]+)/g)]
        .map((match) => match[1]!)
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !exists(path.join(path.dirname(page), target)))
        .map((target) => `${page} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("lists every setting with its variable, flag, key and default", () => {
    const rows = read("docs/guide/settings.md")
      .split("\n")
      .filter((line) => line.startsWith("| `DOSIMETER_"));
    const expected = Object.entries(settings).map(([key, setting]) => {
      const flag = "flag" in setting ? `\`--${setting.flag}\`` : "";
      const fallback = setting.fallback === undefined ? "" : `\`${setting.fallback}\``;
      return `| \`${setting.variable}\` | ${flag} | \`${key}\` | ${fallback} | ${setting.meaning} |`;
    });
    expect(rows).toEqual(expected);
  });
});

describe("docs/errors.md", () => {
  it("has a heading for every error code of the code, and for no other", () => {
    const headings = [...read("docs/errors.md").matchAll(/^### ([\w.]+)$/gm)].map((match) => match[1]!);
    expect(errorCodes().size).toBeGreaterThan(50);
    expect(headings).toEqual([...errorCodes()].sort());
  });
});

describe("docs/compatibility", () => {
  it.each(apis)("has a row for every operation of $name, and says which are not offered", async ({ name, load }) => {
    const service = await load();
    const rows = new Map(
      [...read(`docs/compatibility/${name}.md`).matchAll(/^\| *`?(\w+)`? *\|(.*)$/gm)].map((match) => [
        match[1]!,
        match[2]!,
      ]),
    );
    const offered = service.operations.map((operation) => operation.name);
    const refused = Object.keys(service.notOffered);
    expect([...offered, ...refused].filter((operation) => !rows.has(operation))).toEqual([]);
    expect(offered.filter((operation) => /not offered/i.test(rows.get(operation)!))).toEqual([]);
    expect(refused.filter((operation) => !/not offered/i.test(rows.get(operation)!))).toEqual([]);
  });
});

/** The commands of the guide are run as they stand there, by a shell, with the AWS CLI. */
describe("the five steps", async () => {
  const cli = await promisify(execFile)("aws", ["--version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );

  it.skipIf(cli === undefined)(
    cli === undefined ? "work as they are written (the AWS CLI is not installed)" : "work as they are written",
    async () => {
      const service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "5" } });
      const folder = await mkdtemp(path.join(tmpdir(), "dosimeter-steps-"));
      const env = service.cliEnvironment();
      const run = (script: string) =>
        promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], { env, cwd: folder, timeout: 120_000 });
      try {
        const blocks = shellBlocks(read("docs/guide/five-steps.md")).filter(
          (block) => cli?.startsWith("aws-cli/2") || !block.includes("aws logs tail"),
        );
        // The variables of the first block are meant for the same shell as all that follow.
        const variables = blocks[0]!.split("\n\n")[0]!;
        const finding = blocks.findIndex((block) => block.includes("get-trail-status"));
        expect(finding).toBeGreaterThan(0);
        await run(blocks.slice(0, finding).join("\n"));

        const found = await eventually(
          async () => {
            const { stdout } = await run(`${variables}\n${blocks.slice(finding).join("\n")}`).catch(() => ({
              stdout: "",
            }));
            return /BatchGetTraces[\s\S]*CreateTrail/.test(stdout) ? stdout : undefined;
          },
          "the calls in S3, in the log group and in event history",
          120_000,
        );
        expect(found).toMatch(/\d+ "eventName":"BatchGetTraces"/);
        expect(found).toMatch(/\d+ "eventName":"PutTraceSegments"/);
        expect(found).toMatch(/\d+ "eventName":"GetTraceSummaries"/);
        expect(found).toMatch(/"IsLogging": true/);

        const trail = `arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/who-read-what`;
        const verdict = await eventually(
          async () => {
            const { stdout } = await run(
              `aws cloudtrail validate-logs --trail-arn ${trail} --start-time $(date -u -d '-1 hour' +%Y-%m-%dT%H:%M:%SZ)`,
            ).catch((problem: Error) => {
              // There is a key once there is a digest.
              if (/No public keys found/.test(problem.message)) return { stdout: "" };
              throw problem;
            });
            return /\d+\/\d+ log files valid/.test(stdout) ? stdout : undefined;
          },
          "a digest that lists log files",
          120_000,
        );
        expect(verdict).not.toMatch(/INVALID/);

        // Debian's version 2 is older than AWS_ENDPOINT_URL and wants the endpoint said.
        const second = process.env["DOSIMETER_TEST_AWS_CLI_2"];
        if (second !== undefined) {
          const { stdout } = await run(`${second} --endpoint-url ${service.endpoint} logs tail audit-logs --since 10m`);
          expect(stdout).toMatch(/"eventName":"BatchGetTraces"/);
        }
      } finally {
        await service.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    300_000,
  );
});

/** Codes as they stand in the code: with `new ServiceError`, or with a function that takes a `code` (or a `name`) first. */
function errorCodes(): Set<string> {
  const files = readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.(spec|contract)\.ts$/.test(name))
    .map((name) => read(path.join("src", name)));
  const makers = [{ name: "new ServiceError", suffix: "" }];
  for (const file of files.filter((text) => text.includes("new ServiceError(")))
    for (const match of file.matchAll(/(?:function (\w+)|const (\w+) = )\(\s*(?:code|name): (?:string|")/g)) {
      const made = /new ServiceError\(\s*(code|`\$\{name\}Exception`)/.exec(file.slice(match.index, match.index + 500));
      if (made !== null) makers.push({ name: (match[1] ?? match[2])!, suffix: made[1] === "code" ? "" : "Exception" });
    }
  const text = files.join("\n");
  // The same function under another name.
  for (const { name, suffix } of [...makers])
    for (const [, alias] of text.matchAll(new RegExp(`const (\\w+) = ${name};`, "g")))
      makers.push({ name: alias!, suffix });
  const found = makers.flatMap(({ name, suffix }) =>
    [...text.matchAll(new RegExp(`\\b${name}\\(\\s*"([A-Z][\\w.]+)"`, "g"))].map((match) => match[1] + suffix),
  );
  // The gateway's names of one error in different protocols, and each API's name for throttling.
  for (const pattern of [/\b(?:query|s3): \["(\w+)"/g, /\bthrottled: \{ code: "(\w+)"/g])
    found.push(...[...text.matchAll(pattern)].map((match) => match[1]!));
  return new Set(found);
}

function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
}

function markdownIn(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name));
}

function exists(file: string): boolean {
  try {
    readFileSync(path.join(root, file));
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === "EISDIR";
  }
}
