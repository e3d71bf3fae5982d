import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const mark = path.join(root, "dist/console/.built-from");
const inputs = ["console", "src/tracing", "src/audit", "licences.mjs", "package-lock.json"];

/** Builds the console, unless what it is built from is as it was: `npm start` should take seconds. */
export async function buildConsole() {
  const builtFrom = hashOfInputs();
  if (existsSync(mark) && readFileSync(mark, "utf8") === builtFrom) return;
  const { build } = await import("vite");
  await build({ configFile: path.join(root, "console/vite.config.ts"), logLevel: "warn" });
  writeFileSync(mark, builtFrom);
}

function hashOfInputs() {
  const hash = createHash("sha256");
  for (const input of inputs) {
    const absolute = path.join(root, input);
    const files = input.includes(".") ? [""] : readdirSync(absolute, { recursive: true, encoding: "utf8" }).sort();
    for (const file of files.filter((name) => name === "" || /\.\w+$/.test(name)))
      hash.update(`${input}/${file}\0`).update(readFileSync(path.join(absolute, file)));
  }
  return hash.digest("hex");
}
