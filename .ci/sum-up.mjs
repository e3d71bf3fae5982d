// What the reports of the test runs say together: each failed test by name, tests that no run had what it takes for, and as
// the last line `N passed, N failed`. Arguments: how many steps failed, then the reports.
import { existsSync, readFileSync } from "node:fs";

const [failedSteps, ...files] = process.argv.slice(2);
const skipped = new Set();
const run = new Set();
let passed = 0;
let failed = 0;
for (const { name: file, status, message, assertionResults } of files
  .filter(existsSync)
  .flatMap((report) => JSON.parse(readFileSync(report, "utf8")).testResults)) {
  for (const test of assertionResults) {
    const name = `${file} > ${test.fullName}`;
    if (test.status === "passed" || test.status === "failed") run.add(name.split(" (", 1)[0]);
    else skipped.add(name.split(" (", 1)[0]);
    if (test.status === "passed") passed += 1;
    if (test.status === "failed") {
      failed += 1;
      console.log(`FAILED ${name}\n${test.failureMessages.join("\n")}`);
    }
  }
  // A file that could not even be loaded.
  if (status === "failed" && message) {
    failed += 1;
    console.log(`FAILED ${file}: ${message}`);
  }
}
for (const name of skipped) if (![...run].some((other) => other.startsWith(name))) console.log(`never run: ${name}`);
// A step may fail without a failed test: the linter, the compiler, an installation.
if (failed === 0) failed += Number(failedSteps);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
