import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** Ports, and the tables that the settings port speaks of: types alone. */
const ports = ["storage/*", "storage/settings/tables.ts", "storage/settings/tables/*"];

const anywhere = new Set(["environment.ts", "program-folder.ts"]);

/**
 * The arrows of the house: what each folder of src/ may import, beside itself and what is `anywhere`. A folder inside a
 * folder has its own line where its rule is narrower. A `/*` means: the files directly in that folder, not its rooms.
 */
const arrows: readonly { from: string; to: readonly string[]; instead: string }[] = [
  {
    from: "main.ts",
    to: [
      "config.ts",
      "compose.ts",
      "banner.ts",
      "demo",
      "export",
      "verify",
      "commands",
      "last-resort.ts",
      "identity/bearer-token.ts",
    ],
    instead: "compose.ts",
  },
  { from: "banner.ts", to: ["config.ts"], instead: "config.ts" },
  { from: "compose.ts", to: ["**"], instead: "anywhere" },
  { from: "composing", to: ["**"], instead: "anywhere" },
  {
    // A thread is composed where it starts: it brings the forms of the fact store to the rules of the index.
    from: "indexing-thread.ts",
    to: ["jobs/indexing", "storage/facts/decode-reading.ts", "storage/facts/encode-traces.ts"],
    instead: "jobs/indexing/, or the codec of the fact store",
  },
  {
    from: "operator-pages.ts",
    to: ["gateway/wire.ts", "jobs", "receivers", "tracing", "storage/facts/open-facts.ts"],
    instead: "what compose.ts gives it",
  },
  { from: "console-files.ts", to: ["gateway/wire.ts"], instead: "gateway/wire.ts for the shape of an answer" },
  { from: "last-resort.ts", to: ["log.ts"], instead: "log.ts" },
  { from: "log.ts", to: [], instead: "environment.ts" },
  { from: "config.ts", to: [], instead: "nothing: the configuration knows no part" },
  { from: "environment.ts", to: [], instead: "nothing: everything stands on it" },
  { from: "gateway", to: ["services", "identity", "audit", ...ports], instead: "services/, identity/ or audit/" },
  {
    from: "receivers",
    to: ["services", "identity", "audit", "tracing/otel", "gateway/wire.ts", ...ports],
    instead: "services/, identity/ or audit/, and gateway/wire.ts for the shape of a request",
  },
  {
    from: "services",
    to: ["tracing", "audit", "identity", ...ports, "services/*"],
    instead: "a port in storage/, or a rule in tracing/, audit/ or identity/; never another service",
  },
  { from: "jobs", to: ["tracing", "audit", "identity", ...ports], instead: "tracing/, audit/, identity/ or a port" },
  { from: "tracing", to: [...ports], instead: "a port in storage/" },
  { from: "audit", to: [...ports, "identity/*"], instead: "a port in storage/, or the types of identity/" },
  { from: "identity", to: [...ports], instead: "a port in storage/" },
  {
    from: "storage/facts",
    to: [...ports, "tracing"],
    instead: "a port, or a rule of tracing/: one store never knows another",
  },
  {
    from: "storage",
    to: [...ports, "tracing"],
    instead: "a port: one store never knows another",
  },
  { from: "verify", to: [], instead: "nothing: the verifier shares no code with what writes the files" },
  { from: "export", to: [], instead: "nothing: it works on files alone" },
  {
    from: "commands",
    to: ["audit/scorecard.ts"],
    instead: "nothing but the shape of an answer: it asks the service like anybody else",
  },
  { from: "demo", to: [], instead: "the AWS SDK: the demonstration uses the public APIs like anybody else" },
];

const root = path.resolve(import.meta.dirname, "../src");

describe("imports", () => {
  it("follow the arrows of the house", () => {
    const wrong = importsOf(root).flatMap(({ file, imported }) => {
      const reason = forbidden(file, imported);
      return reason === undefined ? [] : [`src/${file} imports src/${imported}; import from ${reason}`];
    });
    expect(wrong).toEqual([]);
  });

  it("are told apart: a rule that never refuses would hold nothing", () => {
    expect(forbidden("services/xray/batch-get-traces.ts", "services/iam/create-user.ts")).toMatch(
      /never another service/,
    );
    expect(forbidden("services/xray/batch-get-traces.ts", "gateway/wire.ts")).toBeDefined();
    expect(forbidden("services/xray/batch-get-traces.ts", "storage/facts/clickhouse.ts")).toMatch(/a port/);
    expect(forbidden("storage/facts/writer.ts", "storage/settings/kysely.ts")).toMatch(/one store/);
    expect(forbidden("tracing/summary.ts", "services/xray/service.ts")).toBeDefined();
    expect(forbidden("services/xray/batch-get-traces.ts", "storage/trace-store.ts")).toBeUndefined();
    expect(forbidden("services/xray/batch-get-traces.ts", "services/operation.ts")).toBeUndefined();
  });
});

describe("imports of the console", () => {
  const folder = path.resolve(import.meta.dirname, "..");

  it("reach rules of the service and nothing else of it, and no page knows another", () => {
    const wrong = importsOf(path.join(folder, "console/src")).flatMap(({ file, imported }) =>
      forbiddenInConsole(file, imported) ? [`console/src/${file} imports ${imported}`] : [],
    );
    expect(wrong).toEqual([]);
  });

  it("are told apart, too", () => {
    expect(forbiddenInConsole("pages/traces/page.tsx", "pages/trails/words.ts")).toBe(true);
    expect(forbiddenInConsole("pages/traces/page.tsx", "../../src/gateway/wire.ts")).toBe(true);
    expect(forbiddenInConsole("parts/json-view.tsx", "pages/trails/words.ts")).toBe(true);
    expect(forbiddenInConsole("pages/traces/page.tsx", "../../src/tracing/filter/parse.ts")).toBe(false);
    expect(forbiddenInConsole("pages/traces/page.tsx", "parts/json-view.tsx")).toBe(false);
  });
});

/** Paths are below `console/src`. */
function forbiddenInConsole(file: string, imported: string): boolean {
  if (imported.startsWith("../")) return !/^\.\.\/\.\.\/src\/(?:tracing|audit|identity\/policy)\//.test(imported);
  if (!imported.startsWith("pages/") || file === "shell/routes.tsx") return false;
  return pageOf(file) !== pageOf(imported);
}

function pageOf(file: string): string | undefined {
  return /^pages\/([^/]+)\//.exec(file)?.[1];
}

/** @returns where to import from instead, or undefined if the import is allowed. */
function forbidden(file: string, imported: string): string | undefined {
  if (anywhere.has(imported) || roomOf(file) === roomOf(imported)) return undefined;
  const rule = arrows.find(({ from }) => file === from || file.startsWith(`${from}/`));
  if (rule === undefined) return "nowhere yet: this folder has no line in tests/import-directions.spec.ts";
  return rule.to.some((pattern) => matches(imported, pattern)) ? undefined : rule.instead;
}

/** Files of one room may import each other: a service, a store, or else a folder of src/. */
function roomOf(file: string): string {
  const parts = file.split("/");
  const divided = parts[0] === "services" || parts[0] === "storage";
  return parts.slice(0, divided ? Math.min(2, parts.length) : 1).join("/");
}

function matches(imported: string, pattern: string): boolean {
  if (pattern === "**" || imported === pattern) return true;
  if (pattern.endsWith("/*")) return path.posix.dirname(imported) === pattern.slice(0, -2);
  // A bare `services` means the rooms of it too.
  return imported.startsWith(`${pattern}/`);
}

/** Every relative import of the code (not of its tests), also dynamic and type-only ones. */
function importsOf(folder: string): { file: string; imported: string }[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => /\.tsx?$/.test(file) && !/\.(spec|contract|fixture)\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(30);
  return files.flatMap((file) => {
    const text = readFileSync(path.join(folder, file), "utf8");
    return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"(\.[^"]+)"/g)].map((match) => ({
      file,
      imported: path.posix.normalize(path.posix.join(path.posix.dirname(file), match[1]!)).replace(/\.js$/, ".ts"),
    }));
  });
}
