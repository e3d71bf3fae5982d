import type { ServiceId } from "@aws-sdk/client-xray";
import type { Entity } from "./entity.js";

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

/** Types whose node is the resource, not the service that holds it: the table, not `DynamoDB`. */
const resourceTypes = new Set(["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"]);

/** The node of the service graph that a real or inferred segment belongs to. */
export function serviceIdOf(segment: Entity): ServiceId {
  const type = segment.origin ?? (segment.inferred ? "remote" : undefined);
  const resource = type !== undefined && resourceTypes.has(type) ? segment.aws?.resource_names?.[0] : undefined;
  const name = typeof resource === "string" ? resource : segment.name;
  const service: ServiceId = { Name: name, Names: [name] };
  if (typeof segment.aws?.account_id === "string") service.AccountId = segment.aws.account_id;
  if (type !== undefined) service.Type = type;
  return service;
}

/** The pseudo service that stands for whoever called a root segment. */
export function clientIdOf(root: Entity): ServiceId {
  return { Name: root.name, Names: [root.name], Type: "client" };
}

/** Equal for equal nodes. */
export function serviceKeyOf(service: ServiceId): string {
  return JSON.stringify([service.Name, service.Type, service.AccountId]);
}
