import type { CreateDashboardCommandInput, CreateDashboardResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { dashboardArn, nextRefreshMs } from "../../../audit/lake/dashboards.js";
import { highlightsName } from "../../../audit/lake/managed-dashboards.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { validationError } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { accessToStores } from "../queries/prepare-statement.js";
import { checkTags, putTags, requestTagConditions } from "../tags/tag-rules.js";
import {
  checkHighlights,
  checkWidgets,
  namePattern,
  preparedWidgets,
  scheduleOf,
  scheduleView,
} from "./dashboard-input.js";
import { dashboardArnOf, dashboardResources, widgetView } from "./find-dashboard.js";
import { putAliases } from "./stored-widgets.js";

/** AWS's quota, an account and region. */
const dashboardsMax = 100;

/** Who makes a dashboard must be allowed to query what it shows. */
export const createDashboard = (deps: CloudTrailDeps) =>
  operation<CreateDashboardCommandInput, CreateDashboardResponse>({
    name: "CreateDashboard",
    readOnly: false,
    event: management,

    access: (input, call) => [
      {
        action: "cloudtrail:CreateDashboard",
        resource: dashboardArnOf(input.Name, call),
        conditions: requestTagConditions(input.TagsList),
      },
    ],

    async execute(input, call) {
      const name = input.Name as string;
      new Constraints().length("name", name, { min: 3, max: 128 }).pattern("name", name, namePattern).check();
      if (name.startsWith("AWSCloudTrail-") && name !== highlightsName)
        throw validationError("Names that begin with AWSCloudTrail- are kept for dashboards of CloudTrail's.");
      const schedule = input.RefreshSchedule && scheduleOf(input.RefreshSchedule);
      checkHighlights(name, input.Widgets, schedule);
      const tags = input.TagsList ?? [];
      checkTags(tags);
      checkWidgets(input.Widgets ?? []);
      const newAlias = () => `AWSCloudTrail-${deps.environment.ids.uuid()}`;
      const { widgets, storeIds } = await preparedWidgets(deps.settings.read, input.Widgets ?? [], [], newAlias, call);
      for (const access of await accessToStores(deps.settings.read, "StartQuery", storeIds, call))
        await call.demand(access);
      const { accountId, region } = call;
      const arn = dashboardArn(region, accountId, name);
      const TerminationProtectionEnabled = input.TerminationProtectionEnabled ?? false;
      return call.commit(async (tx) => {
        const others = await tx
          .selectFrom("lake_dashboards")
          .select(["name", "arn"])
          .where("account_id", "=", accountId)
          .where("region", "=", region)
          .where((of) => of.or([of("name", "=", highlightsName), of("name", "not like", "AWSCloudTrail-%")]))
          .execute();
        if (others.some((other) => other.arn === arn))
          throw cloudTrailError("Conflict", `A dashboard with the name ${name} exists already.`);
        if (name !== highlightsName && others.filter((other) => other.name !== highlightsName).length >= dashboardsMax)
          throw cloudTrailError(
            "ServiceQuotaExceeded",
            `A region can have at most ${dashboardsMax} custom dashboards.`,
          );
        await tx
          .insertInto("lake_dashboards")
          .values({
            arn,
            account_id: accountId,
            region,
            name,
            status: "CREATED",
            widgets: JSON.stringify(widgets),
            schedule: schedule === undefined ? null : JSON.stringify(schedule),
            termination_protection: TerminationProtectionEnabled ? 1 : 0,
            created_ms: call.nowMs,
            updated_ms: call.nowMs,
            next_refresh_ms: nextRefreshMs(schedule, call.nowMs) ?? null,
            last_refresh_id: null,
            last_refresh_failure: null,
          })
          .execute();
        await putAliases(tx, arn, widgets, call);
        await putTags(tx, arn, tags);
        return {
          DashboardArn: arn,
          Name: name,
          Type: "CUSTOM" as const,
          Widgets: widgets.map(widgetView),
          ...(tags.length > 0 && { TagsList: tags }),
          ...(schedule && { RefreshSchedule: scheduleView(schedule) }),
          TerminationProtectionEnabled,
        };
      });
    },

    resources: (input, call) => dashboardResources(input.Name, call),
  });
