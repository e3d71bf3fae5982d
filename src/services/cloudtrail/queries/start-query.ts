import type { StartQueryCommandInput, StartQueryResponse } from "@aws-sdk/client-cloudtrail";
import { errorCodeOf } from "../../../audit/destinations.js";
import { management } from "../../../audit/event.js";
import { eventDataStoreArn } from "../../../audit/lake/event-data-stores.js";
import { queriesAtOnceMax, queriesUnderWay, queueQuery } from "../../../audit/lake/queries.js";
import { deliveryUriPattern, parseDeliveryUri } from "../../../audit/lake/result-files.js";
import type { TranslatedQuery } from "../../../audit/lake-sql/translate.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import { serviceUnavailable } from "../../service-error.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { findAlias } from "./find-alias.js";
import { accessToStores, prepareStatement } from "./prepare-statement.js";
import { aliasPattern, checkOwner } from "./query-input.js";

/** Puts a query into the queue. What it reads is known from its tree, and asked of policies store by store. */
export const startQuery = (deps: CloudTrailDeps) =>
  operation<StartQueryCommandInput, StartQueryResponse>({
    name: "StartQuery",
    readOnly: true,
    event: management,

    async access(input, call) {
      const { translated } = await wantedQuery(deps.settings.read, input, call);
      return accessToStores(deps.settings.read, "StartQuery", translated.storeIds, call);
    },

    async execute(input, call) {
      const { EventDataStoreOwnerAccountId, DeliveryS3Uri } = input;
      const wanted = await wantedQuery(deps.settings.read, input, call);
      if (DeliveryS3Uri !== undefined) await checkDelivery(deps, DeliveryS3Uri, wanted.translated, call);
      const queryId = deps.environment.ids.uuid();
      return call.commit(async (tx) => {
        if ((await queriesUnderWay(tx, call)) >= queriesAtOnceMax)
          throw cloudTrailError(
            "MaxConcurrentQueries",
            `At most ${queriesAtOnceMax} queries of an account can be queued or running in a region at once.`,
          );
        await queueQuery(tx, {
          queryId,
          scope: call,
          statement: wanted.statement,
          translated: wanted.translated,
          createdMs: call.nowMs,
          alias: input.QueryAlias,
          prompt: wanted.prompt,
          deliveryUri: DeliveryS3Uri,
        });
        return {
          QueryId: queryId,
          ...(EventDataStoreOwnerAccountId !== undefined && { EventDataStoreOwnerAccountId }),
        };
      });
    },

    recordedResponse: (output) => ({ queryId: output.QueryId }),
  });

interface WantedQuery {
  readonly statement: string;
  readonly prompt?: string;
  readonly translated: TranslatedQuery;
}

/** @throws InvalidParameter, InvalidQueryStatement, EventDataStoreNotFound, InactiveEventDataStore */
async function wantedQuery(queries: SettingsQueries, input: StartQueryCommandInput, call: Call): Promise<WantedQuery> {
  const { QueryStatement, QueryAlias, QueryParameters = [], DeliveryS3Uri } = input;
  const constraints = new Constraints()
    .length("queryStatement", QueryStatement, { min: 1, max: 10_000 })
    .length("deliveryS3Uri", DeliveryS3Uri, { max: 1024 })
    .pattern("deliveryS3Uri", DeliveryS3Uri, deliveryUriPattern)
    .length("queryAlias", QueryAlias, { min: 1, max: 256 })
    .pattern("queryAlias", QueryAlias, aliasPattern)
    .length("queryParameters", input.QueryParameters, { min: 1, max: 10 });
  for (const [index, value] of QueryParameters.entries())
    constraints.length(`queryParameters.${index + 1}.member`, value, { min: 1, max: 1024 });
  constraints.check();
  checkOwner(input, call);
  if ((QueryStatement === undefined) === (QueryAlias === undefined))
    throw cloudTrailError("InvalidParameter", "Give either QueryStatement or QueryAlias.");
  const saved = QueryAlias === undefined ? undefined : await findAlias(queries, call, QueryAlias);
  const statement = saved?.statement ?? QueryStatement!;
  return {
    statement,
    ...(saved?.prompt != null && { prompt: saved.prompt }),
    translated: await prepareStatement(queries, statement, QueryParameters, call),
  };
}

/** The bucket answers the service now; whether it takes the files is known when they are written. */
async function checkDelivery(
  deps: CloudTrailDeps,
  uri: string,
  translated: TranslatedQuery,
  call: Call,
): Promise<void> {
  const { bucket, prefix } = parseDeliveryUri(uri);
  if (/[^\x20-\x7e]/.test(prefix)) throw cloudTrailError("InvalidS3Prefix", "The S3 prefix is not valid.");
  if (/\.\.|\.-|-\./.test(bucket) || /^\d+\.\d+\.\d+\.\d+$/.test(bucket))
    throw cloudTrailError("InvalidS3BucketName", `The S3 bucket name is not valid: ${bucket}`);
  const { accountId, region } = call;
  const arn = eventDataStoreArn(region, accountId, translated.storeIds[0] ?? "*");
  try {
    await deps.destinations.readBucketAcl({ accountId, homeRegion: region, arn }, bucket);
  } catch (reason) {
    const code = errorCodeOf(reason);
    if (code === undefined) throw serviceUnavailable(`S3 bucket ${bucket} did not answer.`, reason);
    if (code === "NoSuchBucket")
      throw cloudTrailError("S3BucketDoesNotExist", `S3 bucket ${bucket} does not exist!`, reason);
    throw cloudTrailError(
      "InsufficientS3BucketPolicy",
      `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
      reason,
    );
  }
}
