import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * The licences of all packages that these files are from, as they must go along with what is built from them.
 *
 * @param files paths; those that are in no package are ours.
 */
export function licencesOf(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${"=".repeat(80)}\n\n`);
}

function licenceOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(path.join(folder, file), "utf8").trim());
  const title = `${name} ${version} (${license})`;
  return `${[title, ...(texts.length > 0 ? texts : [`Copyright ${author?.name ?? author ?? name}`])].join("\n\n")}\n`;
}
