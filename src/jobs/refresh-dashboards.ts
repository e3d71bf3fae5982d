import { type Destinations, errorCodeOf } from "../audit/destinations.js";
import { type DashboardRow, nextRefreshMs, type RefreshSchedule } from "../audit/lake/dashboards.js";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";

/**
 * Refreshes dashboards by their schedules: calls the operation that people call, as the service, so that policies are asked
 * and the call is recorded like any other. A process that ends between claiming and calling skips that one refresh.
 */
export function createDashboardRefreshing(deps: {
  readonly settings: SettingsStore;
  readonly destinations: Destinations;
  readonly environment: Environment;
  readonly reportFailure: ReportFailure;
}) {
  const { settings } = deps;
  const { clock } = deps.environment;

  const due = (queries: SettingsStore["read"]) =>
    queries
      .selectFrom("lake_dashboards")
      .selectAll()
      .where("next_refresh_ms", "<=", clock.nowMs())
      .orderBy("next_refresh_ms")
      .limit(1)
      .executeTakeFirst();

  /** One whose time has come; its next time is set, so that nobody else takes it. */
  async function claim(): Promise<DashboardRow | undefined> {
    if ((await due(settings.read)) === undefined) return undefined;
    return settings.transact(async (tx) => {
      const row = await due(tx);
      if (row === undefined) return undefined;
      const schedule = row.schedule === null ? undefined : (JSON.parse(row.schedule) as RefreshSchedule);
      await tx
        .updateTable("lake_dashboards")
        .set({ next_refresh_ms: nextRefreshMs(schedule, clock.nowMs()) ?? null })
        .where("arn", "=", row.arn)
        .execute();
      return row;
    });
  }

  return {
    async run(): Promise<void> {
      for (;;) {
        const row = await claim();
        if (row === undefined) return;
        const identity = { accountId: row.account_id, homeRegion: row.region, arn: row.arn };
        try {
          await deps.destinations.startDashboardRefresh(identity);
        } catch (reason) {
          deps.reportFailure(`refresh of ${row.arn}`, reason);
          const what =
            errorCodeOf(reason) === undefined ? "The service did not answer itself." : (reason as Error).message;
          await settings.transact(async (tx) => {
            await tx
              .updateTable("lake_dashboards")
              .set({ last_refresh_failure: what })
              .where("arn", "=", row.arn)
              .execute();
          });
        }
      }
    },
  };
}
