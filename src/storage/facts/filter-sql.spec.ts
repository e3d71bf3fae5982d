import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import { FactDatabase } from "./fact-database.js";
import { filterSqlContract } from "./filter-sql.contract.js";

const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-filter-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

filterSqlContract("the embedded engine", () => FactDatabase.embedded(folder, "filters"));
