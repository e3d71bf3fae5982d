// The tests that `npm test` skipped for want of something: first their files, a line each, then an empty line, then a pattern
// for `vitest -t` that finds them again. What a skipped test lacks stands in brackets behind its name or its suite's, and is
// gone from the name once it is there; so a name counts up to its first bracket.
import { readFileSync } from "node:fs";

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const files = new Set();
const names = new Set();
for (const { name: file, assertionResults } of testResults)
  for (const { status, fullName } of assertionResults)
    if (status !== "passed" && status !== "failed") {
      files.add(file);
      names.add(fullName.split(" (", 1)[0].trim());
    }
const escaped = [...names].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
console.log([...files, "", escaped.map((name) => `^\\s*${name}`).join("|")].join("\n"));
