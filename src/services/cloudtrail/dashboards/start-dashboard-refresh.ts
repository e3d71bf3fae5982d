import type { StartDashboardRefreshCommandInput, StartDashboardRefreshResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { type DashboardWidget, nextRefreshMs, refreshValues } from "../../../audit/lake/dashboards.js";
import { highlightsName, storePlace } from "../../../audit/lake/managed-dashboards.js";
import { queueQuery } from "../../../audit/lake/queries.js";
import type { TranslatedQuery } from "../../../audit/lake-sql/translate.js";
import type { ServiceCaller } from "../../../identity/caller.js";
import type { SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import { ServiceError, validationError } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireActiveStore } from "../queries/find-query.js";
import { accessToStores, prepareStatement } from "../queries/prepare-statement.js";
import {
  dashboardAccess,
  dashboardResources,
  type FoundDashboard,
  requireDashboard,
  scheduleOfRow,
} from "./find-dashboard.js";

const service = "cloudtrail.amazonaws.com";
const failureCharsMax = 1000;

/**
 * Runs the queries of all widgets. They run as the service, on behalf of the dashboard: each store's policy must let it.
 * A schedule makes this call, too, as the service, which the dashboard's own policy must let.
 */
export const startDashboardRefresh = (deps: CloudTrailDeps) =>
  operation<StartDashboardRefreshCommandInput, StartDashboardRefreshResponse>({
    name: "StartDashboardRefresh",
    readOnly: false,
    event: management,

    async access(input, call) {
      const [access] = await dashboardAccess(deps, "StartDashboardRefresh", input.DashboardId, call);
      if (call.caller.kind !== "service") return [access];
      return [{ ...access, resourcePolicy: { ...access.resourcePolicy, required: true } }];
    },

    async execute(input, call) {
      const given = input.QueryParameterValues ?? {};
      checkValues(given);
      const dashboard = await requireDashboard(deps.settings.read, input.DashboardId, call);
      const values = refreshValues(given, call.nowMs);
      if (values === undefined)
        throw validationError("The values of $StartTime$, $EndTime$ and $Period$ do not make a span of time.");
      const widgets = await widgetsToRun(deps, dashboard, given[storePlace], call);
      const { queries, failure } = await prepared(deps, dashboard, widgets, values, call);
      // As AWS's: digits alone.
      const refreshId = `${call.nowMs}${deps.environment.ids.bytes(4).readUInt32BE() % 1000}`.padEnd(16, "0");
      return call.commit(async (tx) => {
        const { row } = await requireDashboard(tx, input.DashboardId, call);
        if (row?.last_refresh_id != null && (await isRefreshing(tx, row.last_refresh_id, call)))
          throw cloudTrailError("ServiceQuotaExceeded", `The dashboard ${dashboard.name} is being refreshed already.`);
        for (const { widget, translated } of queries)
          await queueQuery(tx, {
            queryId: deps.environment.ids.uuid(),
            scope: call,
            statement: widget.statement,
            translated,
            createdMs: call.nowMs,
            alias: widget.alias,
            refreshId,
          });
        await noteRefresh(tx, dashboard, { refreshId, failure }, call);
        return { RefreshId: refreshId };
      });
    },

    resources: (input, call) => dashboardResources(input.DashboardId, call),
  });

/** @throws ValidationException */
function checkValues(given: Readonly<Record<string, string>>): void {
  const constraints = new Constraints();
  for (const [key, value] of Object.entries(given))
    constraints
      .oneOf("queryParameterValues", key, ["$StartTime$", "$EndTime$", "$Period$", storePlace])
      .length(`queryParameterValues.${key}`, value, { min: 1, max: 128 })
      .pattern(`queryParameterValues.${key}`, value, /^[a-zA-Z0-9._/\-:]+$/);
  constraints.check();
}

/** What is the service's own is written for a store that is known only now. @throws EventDataStoreNotFound … */
async function widgetsToRun(
  deps: CloudTrailDeps,
  dashboard: FoundDashboard,
  storeArnOrId: string | undefined,
  call: Call,
): Promise<readonly DashboardWidget[]> {
  const forStore = (widgets: readonly DashboardWidget[], storeId: string) =>
    widgets.map((widget) => ({ ...widget, statement: widget.statement.replaceAll(storePlace, storeId) }));
  if (dashboard.managed) {
    if (storeArnOrId === undefined) throw validationError(`A managed dashboard needs a value for ${storePlace}.`);
    const store = await requireActiveStore(deps.settings.read, storeArnOrId, call);
    return forStore(dashboard.widgets, store.store_id);
  }
  if (storeArnOrId !== undefined) throw validationError(`${storePlace} is a parameter of managed dashboards.`);
  if (dashboard.name !== highlightsName) return dashboard.widgets;
  // The oldest store of CloudTrail events: the one that knows most.
  const store = await deps.settings.read
    .selectFrom("event_data_stores")
    .select("store_id")
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("kind", "=", "CloudTrail")
    .where("status", "!=", "PENDING_DELETION")
    .orderBy("created_ms")
    .orderBy("store_id")
    .executeTakeFirst();
  return store === undefined ? [] : forStore(dashboard.widgets, store.store_id);
}

interface WidgetQuery {
  readonly widget: DashboardWidget;
  readonly translated: TranslatedQuery;
}

/** The queries that can be run, and why the others cannot. */
async function prepared(
  deps: CloudTrailDeps,
  dashboard: FoundDashboard,
  widgets: readonly DashboardWidget[],
  values: Readonly<Record<string, string>>,
  call: Call,
): Promise<{ readonly queries: WidgetQuery[]; readonly failure: string | null }> {
  const queries: WidgetQuery[] = [];
  const failures = new Set<string>();
  if (widgets.length === 0) failures.add("There is no event data store to query.");
  for (const widget of widgets) {
    try {
      const bound = widget.parameters.map((name) => values[name]!);
      const translated = await prepareStatement(deps.settings.read, widget.statement, bound, call);
      const refused = await refusal(deps, dashboard.arn, translated, call);
      if (refused === undefined) queries.push({ widget, translated });
      else failures.add(refused);
    } catch (reason) {
      // A store that went since the widget was made.
      if (!(reason instanceof ServiceError)) throw reason;
      failures.add(`${reason.code}: ${reason.message}`);
    }
  }
  return { queries, failure: failures.size === 0 ? null : [...failures].join(" ").slice(0, failureCharsMax) };
}

/** Why the service may not query for the dashboard; undefined if it may. */
async function refusal(
  deps: CloudTrailDeps,
  sourceArn: string,
  translated: TranslatedQuery,
  call: Call,
): Promise<string | undefined> {
  const caller: ServiceCaller = { kind: "service", accountId: call.accountId, accessKeyId: "", service, sourceArn };
  const context = { nowMs: call.nowMs, region: call.region, sourceIpAddress: service, secureTransport: true };
  for (const access of await accessToStores(deps.settings.read, "StartQuery", translated.storeIds, call)) {
    const required = { ...access, resourcePolicy: { ...access.resourcePolicy, required: true } };
    const decision = await deps.authorizer.decide(caller, required, context);
    if (!decision.allowed) return decision.message;
  }
  return undefined;
}

async function isRefreshing(tx: SettingsTransaction, refreshId: string, call: Call): Promise<boolean> {
  const query = await tx
    .selectFrom("lake_queries")
    .select("query_id")
    .where("account_id", "=", call.accountId)
    .where("refresh_id", "=", refreshId)
    .where("status", "in", ["QUEUED", "RUNNING"])
    .limit(1)
    .executeTakeFirst();
  return query !== undefined;
}

/** A managed dashboard gets its row with its first refresh. */
async function noteRefresh(
  tx: SettingsTransaction,
  { arn, name, row }: FoundDashboard,
  { refreshId, failure }: { readonly refreshId: string; readonly failure: string | null },
  call: Call,
): Promise<void> {
  const facts = { last_refresh_id: refreshId, last_refresh_failure: failure };
  if (row === undefined)
    await tx
      .insertInto("lake_dashboards")
      .values({
        arn,
        account_id: call.accountId,
        region: call.region,
        name,
        status: "CREATED",
        widgets: "[]",
        schedule: null,
        termination_protection: 1,
        created_ms: call.nowMs,
        updated_ms: call.nowMs,
        next_refresh_ms: null,
        ...facts,
      })
      .onConflict((conflict) => conflict.column("arn").doUpdateSet(facts))
      .execute();
  else
    await tx
      .updateTable("lake_dashboards")
      .set({ ...facts, next_refresh_ms: nextRefreshMs(scheduleOfRow(row), call.nowMs) ?? null })
      .where("arn", "=", arn)
      .execute();
}
