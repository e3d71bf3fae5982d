import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { getImport, listImportFailures, listImports, stopImport } from "./read-imports.js";
import { startImport } from "./start-import.js";

export const importOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  startImport(deps),
  stopImport(deps),
  getImport(deps),
  listImports(deps),
  listImportFailures(deps),
];
