import type { AwsData, CauseData, Entity } from "./entity.js";

/** Makes the id of an inferred segment from the trace's and the subsegment's: the same at every reading. */
export type InferredIdOf = (traceId: string, subsegmentId: string) => string;

/** True for a call that leaves the service: the called side may have a segment of its own. */
export function isDownstreamCall(subsegment: Entity): boolean {
  return subsegment.namespace === "aws" || subsegment.namespace === "remote";
}

/**
 * True if the called service only hands on an event (a bucket, a topic, a queue), so that a segment under this
 * subsegment belongs to whoever received it and the called service still needs a segment of its own.
 */
export function isEventSource(subsegment: Entity): boolean {
  return subsegment.namespace === "aws" && ["s3", "sns", "sqs"].includes(subsegment.name.toLowerCase());
}

/** True if a segment under this topic's subsegment moves under the topic's inferred segment (seen for SNS alone). */
export function adoptsReceivers(subsegment: Entity): boolean {
  return subsegment.namespace === "aws" && subsegment.name.toLowerCase() === "sns";
}

/**
 * The called side of a downstream call, as far as the caller saw it. Expects `nameResources` to have run.
 * Source: inferred segments as seen in real output; origins and flags likewise.
 */
export function inferSegment(traceId: string, subsegment: Entity, id: string): Entity {
  const inferred: Entity = {
    id,
    name: subsegment.name,
    start_time: subsegment.start_time,
    trace_id: traceId,
  };
  if (subsegment.end_time !== undefined) inferred.end_time = subsegment.end_time;
  inferred.parent_id = subsegment.id;
  if (subsegment.end_time === undefined) inferred.in_progress = true;
  inferred.inferred = true;
  addFlags(inferred, subsegment);
  if (subsegment.http) inferred.http = subsegment.http;
  if (subsegment.aws) inferred.aws = subsegment.aws;
  if (subsegment.sql) inferred.sql = subsegment.sql;
  const origin = originOf(subsegment);
  if (origin !== undefined) inferred.origin = origin;
  const cause = causeOf(subsegment);
  if (cause) inferred.cause = cause;
  if (origin === "AWS::SQS::Queue") inferred.subsegments = [queueTime(inferred)];
  return inferred;
}

/** The called side answers for its status alone; the caller's own flags count only where there was no answer. */
function addFlags(inferred: Entity, subsegment: Entity): void {
  const status = subsegment.http?.response?.status;
  if (status === undefined) {
    if (subsegment.fault) inferred.fault = true;
    if (subsegment.error) inferred.error = true;
    if (subsegment.throttle) inferred.throttle = true;
    return;
  }
  if (status >= 500) inferred.fault = true;
  else if (status >= 400) inferred.error = true;
  if (status === 429) inferred.throttle = true;
}

function causeOf(subsegment: Entity): CauseData | undefined {
  const failed = subsegment.fault || subsegment.error || subsegment.throttle;
  if (!failed || typeof subsegment.cause !== "object") return undefined;
  const message = subsegment.cause.exceptions?.[0]?.message;
  return message === undefined ? undefined : { message };
}

function originOf(subsegment: Entity): string | undefined {
  if (subsegment.namespace === "remote") return subsegment.sql ? "Database::SQL" : undefined;
  const aws = subsegment.aws ?? {};
  switch (subsegment.name.toLowerCase()) {
    case "s3":
      return typeof aws["bucket_name"] === "string" ? "AWS::S3::Bucket" : "AWS::S3";
    case "dynamodb":
      return typeof aws["table_name"] === "string" ? "AWS::DynamoDB::Table" : `AWS::${subsegment.name}`;
    case "sqs":
      return typeof aws["queue_url"] === "string" ? "AWS::SQS::Queue" : `AWS::${subsegment.name}`;
    case "sns":
      return "AWS::SNS";
    default:
      return subsegment.name.includes(" ") ? "AWS::Unknown" : `AWS::${subsegment.name}`;
  }
}

function queueTime(queue: Entity): Entity {
  const { start_time, end_time } = queue;
  const id = `${queue.id.slice(0, -1)}${queue.id.endsWith("0") ? "1" : "0"}`; // beside its queue's, as stable as that
  return end_time === undefined
    ? { id, name: "QueueTime", start_time, in_progress: true }
    : { id, name: "QueueTime", start_time, end_time };
}

/** Members of `aws` that name the resource of a call, in the order in which they are looked for. */
const resourceMembers = ["table_name", "bucket_name", "queue_url", "topic_arn", "function_name"] as const;

const functionArn = /^arn:[\w-]+:lambda:[\w-]*:(\d{12}):function:([^:]+)/;

/**
 * Adds `aws.resource_names` to a call of an AWS service that names a resource, and to a Lambda function's segment, as
 * the service does: a function by its bare name, and its account where an ARN told it.
 */
export function nameResources(entity: Entity): void {
  const { aws } = entity;
  if (aws === undefined) return;
  if (entity.namespace === "aws") {
    const member = resourceMembers.find((name) => typeof aws[name] === "string" && aws[name] !== "");
    if (member === undefined) return;
    const named = aws[member] as string;
    setResource(aws, member === "function_name" ? functionArn.exec(named) : null, named);
  } else if (entity.origin === "AWS::Lambda::Function" && typeof aws["function_arn"] === "string") {
    const match = functionArn.exec(aws["function_arn"]);
    if (match) setResource(aws, match, aws["function_arn"]);
  }
}

function setResource(aws: AwsData, arn: RegExpExecArray | null, named: string): void {
  aws.resource_names = [arn?.[2] ?? named];
  if (arn?.[1] !== undefined && aws.account_id === undefined) aws.account_id = arn[1];
}
