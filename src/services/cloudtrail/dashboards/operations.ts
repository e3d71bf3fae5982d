import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { createDashboard } from "./create-dashboard.js";
import { deleteDashboard } from "./delete-dashboard.js";
import { getDashboard, listDashboards } from "./read-dashboards.js";
import { startDashboardRefresh } from "./start-dashboard-refresh.js";
import { updateDashboard } from "./update-dashboard.js";

export const dashboardOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  createDashboard(deps),
  updateDashboard(deps),
  deleteDashboard(deps),
  getDashboard(deps),
  listDashboards(deps),
  startDashboardRefresh(deps),
];
