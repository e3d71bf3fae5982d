import type { GenerateQueryCommandInput, GenerateQueryResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { queryOfPrompt } from "../../../audit/lake/prompt/query-of-prompt.js";
import { PromptNotUnderstood } from "../../../audit/lake/prompt/read-prompt.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { resourceAccess } from "../resource-access.js";
import { requireActiveStore } from "./find-query.js";
import { prepareStatement } from "./prepare-statement.js";
import { storeResources } from "./query-input.js";

/** Makes a statement of a prompt, by rules: see docs/guide/queries.md. It is kept by its alias, for StartQuery. */
export const generateQuery = (deps: CloudTrailDeps) =>
  operation<GenerateQueryCommandInput, GenerateQueryResponse>({
    name: "GenerateQuery",
    readOnly: true,
    event: management,
    access: (input, call) =>
      resourceAccess(deps.settings.read, "GenerateQuery", storeArnOf(input.EventDataStores?.[0] ?? "*", call)),

    async execute(input, call) {
      const prompt = input.Prompt as string;
      const [arnOrId] = input.EventDataStores ?? [];
      new Constraints()
        .length("eventDataStores", input.EventDataStores, { min: 1, max: 1 })
        .length("eventDataStores.1.member", arnOrId, { min: 3, max: 256 })
        .pattern("eventDataStores.1.member", arnOrId, /^[a-zA-Z0-9._/\-:]+$/)
        .length("prompt", prompt, { min: 3, max: 500 })
        .pattern("prompt", prompt, /^[ -~\n]*$/)
        .check();
      const store = await requireActiveStore(deps.settings.read, arnOrId as string, call);
      if (store.kind !== "CloudTrail")
        throw cloudTrailError("InvalidParameter", "Queries are generated for stores of CloudTrail events alone.");
      const QueryStatement = statementOf(prompt, store.store_id);
      // What is given out can be run.
      await prepareStatement(deps.settings.read, QueryStatement, [], call);
      const QueryAlias = `AWSCloudTrail-${deps.environment.ids.uuid()}`;
      return call.commit(async (tx) => {
        await tx
          .insertInto("lake_query_aliases")
          .values({
            account_id: call.accountId,
            region: call.region,
            alias: QueryAlias,
            statement: QueryStatement,
            prompt,
            parameters: "[]",
            dashboard_arn: null,
            created_ms: call.nowMs,
          })
          .execute();
        return { QueryStatement, QueryAlias };
      });
    },

    recordedResponse: (output) => ({ queryStatement: output.QueryStatement, queryAlias: output.QueryAlias }),
    resources: (input, call) => storeResources(input.EventDataStores?.[0], call),
  });

function statementOf(prompt: string, storeId: string): string {
  try {
    return queryOfPrompt(prompt, storeId);
  } catch (reason) {
    if (reason instanceof PromptNotUnderstood) throw cloudTrailError("GenerateResponse", reason.message, reason);
    throw reason;
  }
}
