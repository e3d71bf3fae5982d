import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  DescribeQueryCommand,
  type DescribeQueryResponse,
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { eventually, type RunningDosimeter, type TestCredentials } from "./start-dosimeter.js";

/** An event data store of management events and of the data events of X-Ray. @returns its ARN and id */
export async function makeEventDataStore(service: RunningDosimeter, name: string) {
  const { EventDataStoreArn: arn = "" } = await service.client(CloudTrailClient).send(
    new CreateEventDataStoreCommand({
      Name: name,
      TerminationProtectionEnabled: false,
      AdvancedEventSelectors: [
        { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
        {
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Data"] },
            { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
          ],
        },
      ],
    }),
  );
  return { arn, storeId: arn.slice(arn.lastIndexOf("/") + 1) };
}

const ended = ["FINISHED", "FAILED", "CANCELLED", "TIMED_OUT"];

export async function queryEnd(
  service: RunningDosimeter,
  reference: {
    readonly QueryId?: string | undefined;
    readonly QueryAlias?: string;
    readonly RefreshId?: string | undefined;
  },
): Promise<DescribeQueryResponse> {
  const trails = service.client(CloudTrailClient);
  return eventually(async () => {
    const query = await trails.send(new DescribeQueryCommand(reference)).catch((reason: Error) => {
      if (reason.name === "QueryIdNotFoundException" && reference.QueryAlias !== undefined) return undefined;
      throw reason;
    });
    return query !== undefined && ended.includes(query.QueryStatus ?? "") && query;
  }, `the end of a query`);
}

/** Runs a statement to its end. @returns its rows, a record each, of one page */
export async function rowsOf(
  service: RunningDosimeter,
  input: string | StartQueryCommandInput,
  credentials?: TestCredentials,
): Promise<Record<string, string>[]> {
  const trails = service.client(CloudTrailClient, credentials);
  const started = await trails.send(
    new StartQueryCommand(typeof input === "string" ? { QueryStatement: input } : input),
  );
  const { QueryStatus, ErrorMessage } = await queryEnd(service, { QueryId: started.QueryId });
  if (QueryStatus !== "FINISHED") throw new Error(`${QueryStatus}: ${ErrorMessage}`);
  const { QueryResultRows = [] } = await trails.send(new GetQueryResultsCommand({ QueryId: started.QueryId }));
  return QueryResultRows.map((row) => Object.assign({}, ...row));
}
