import type { ServiceId } from "@aws-sdk/client-xray";
import type { Entity } from "./entity.js";
import type { NodeId } from "./trace-facts.js";

/** How a call ended, one (sub)segment's view. */
export interface Outcome {
  readonly fault: boolean;
  readonly error: boolean;
  readonly throttle: boolean;
}

/** The flags as sent; where none was, what the HTTP status says (429 error and throttle, 4xx error, 5xx fault). */
export function outcomeOf(entity: Entity): Outcome {
  const { fault, error, throttle } = entity;
  if (fault !== undefined || error !== undefined || throttle !== undefined)
    return { fault: fault === true, error: error === true, throttle: throttle === true };
  const status = entity.http?.response?.status ?? 0;
  return { fault: status >= 500, error: status >= 400 && status < 500, throttle: status === 429 };
}

/** Type of the node that stands for whoever called a root segment. */
export const clientType = "client";

/** Types whose node is the resource, not the service that holds it: the table, not `DynamoDB`. */
const resourceTypes = new Set(["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"]);

/** The node of the service graph that a segment, sent or inferred, belongs to. */
export function nodeOf(segment: Entity): NodeId {
  const type = segment.origin ?? (segment.inferred ? "remote" : "");
  const resource: unknown = resourceTypes.has(type) ? segment.aws?.resource_names?.[0] : undefined;
  const accountId: unknown = segment.aws?.account_id;
  return {
    name: typeof resource === "string" && resource !== "" ? resource : segment.name,
    type,
    accountId: typeof accountId === "string" ? accountId : "",
  };
}

/** The pseudo service that stands for whoever called a root segment. */
export function clientOf(root: NodeId): NodeId {
  return { name: root.name, type: clientType, accountId: "" };
}

/** A node as AWS words it: what is not known is left out. */
export function serviceIdOf({ name, type, accountId }: NodeId): ServiceId {
  const service: ServiceId = { Name: name, Names: [name] };
  if (accountId !== "") service.AccountId = accountId;
  if (type !== "") service.Type = type;
  return service;
}
