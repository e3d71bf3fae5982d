import type { UpdateIndexingRuleCommandInput, UpdateIndexingRuleCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";
import { invalidRequest } from "../errors.js";
import { accessToAll } from "../trace-event.js";
import { beginPeriod, latestPeriod } from "./destination-rules.js";
import { indexingRuleName, indexingRuleView } from "./indexing-rule.js";

/** Sets which share of the traces is indexed while they go to CloudWatch Logs. It counts from now on. */
export const updateIndexingRule = (_deps: XrayDeps) =>
  operation<UpdateIndexingRuleCommandInput, Omit<UpdateIndexingRuleCommandOutput, "$metadata">>({
    name: "UpdateIndexingRule",
    readOnly: false,
    event: management,
    access: accessToAll("UpdateIndexingRule"),

    async execute(input, call) {
      if (input.Name !== indexingRuleName)
        throw new ServiceError(
          "ResourceNotFoundException",
          `There is no such indexing rule: the only one is ${indexingRuleName}`,
          { httpStatus: 404, members: { ResourceName: input.Name?.slice(0, 256) } },
        );
      const percentage = input.Rule?.Probabilistic?.DesiredSamplingPercentage;
      if (percentage === undefined || !(percentage >= 0 && percentage <= 100))
        throw invalidRequest("Rule must hold Probabilistic with a DesiredSamplingPercentage from 0 to 100");
      return call.commit(async (tx) => {
        const changed = { desired_percentage: String(percentage), modified_ms: call.nowMs };
        await tx
          .insertInto("xray_indexing_rules")
          .values({ account_id: call.accountId, region: call.region, ...changed })
          .onConflict((conflict) => conflict.columns(["account_id", "region"]).doUpdateSet(changed))
          .execute();
        const latest = await latestPeriod(tx, call);
        if (latest.destination === "CloudWatchLogs")
          await beginPeriod(
            tx,
            call,
            { ...latest, fromMs: Math.max(latest.fromMs, call.nowMs), indexedPercentage: percentage },
            call.nowMs,
          );
        return { IndexingRule: indexingRuleView({ percentage, modifiedMs: call.nowMs }) };
      });
    },
  });
