import { cp, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { buildConsole } from "./console/build.mjs";
import { licencesOf } from "./licences.mjs";

/**
 * `node build.mjs [part …]` builds the program into dist/src and the console into dist/console, or the parts that are
 * named; the third is `bench`. It checks no types: `npm run check` does. Modules, those of packages too, go into a few
 * files, as loading each by itself took most of the processor time of a start (decision 023).
 */

const root = import.meta.dirname;

const shared = {
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20",
  // Of packages the modules, of which what nobody imports can be left out.
  mainFields: ["module", "main"],
  // What brings libraries of its own, by platform, and what changes Node's modules while they load.
  external: ["chdb", "libsql", "aws-xray-sdk", "pg-native"],
  // Older packages ask for Node's modules with `require`.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  sourcemap: true,
  sourcesContent: false,
  logLevel: "warning",
};

/** Programs of processes and threads; all else is imported by these. */
const programs = ["main", "indexing-thread", "verify/inspection-thread", "demo/shop/main", "demo/shop/visitors"];

async function buildProgram() {
  const outdir = path.join(root, "dist/src");
  await rm(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: programs.map((program) => `src/${program}.ts`),
    outbase: "src",
    outdir,
    metafile: true,
  });
  await writeFile(path.join(outdir, "THIRD-PARTY-LICENSES.txt"), licencesOf(Object.keys(metafile.inputs)));
  const rules = "audit/detection/rules";
  await cp(path.join(root, "src", rules), path.join(outdir, rules), { recursive: true });
}

async function buildBench() {
  const outdir = path.join(root, "dist/bench");
  await rm(outdir, { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: (await readdir(path.join(root, "bench")))
      .filter((file) => /(?<!\.spec)\.ts$/.test(file))
      .map((file) => `bench/${file}`),
    outdir,
    packages: "external",
    plugins: [besideProgram],
  });
}

/** What a benchmark takes from src/ finds its files where the program has them. */
const besideProgram = {
  name: "beside the program",
  setup: ({ onLoad }) =>
    onLoad({ filter: /src\/program-folder\.ts$/ }, () => ({
      contents: `import path from "node:path"; export const programFolder = path.resolve(import.meta.dirname, "../src");`,
    })),
};

const parts = { program: buildProgram, console: buildConsole, bench: buildBench };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ["program", "console"];
await Promise.all(wanted.map((part) => parts[part]()));
