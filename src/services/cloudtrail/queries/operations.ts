import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cancelQuery } from "./cancel-query.js";
import { describeQuery } from "./describe-query.js";
import { generateQuery } from "./generate-query.js";
import { getQueryResults } from "./get-query-results.js";
import { listQueries } from "./list-queries.js";
import { searchSampleQueries } from "./search-sample-queries.js";
import { startQuery } from "./start-query.js";

export const queryOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  startQuery(deps),
  describeQuery(deps),
  getQueryResults(deps),
  cancelQuery(deps),
  listQueries(deps),
  searchSampleQueries(),
  generateQuery(deps),
];
