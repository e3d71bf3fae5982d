import type { SpanAttributes } from "./span-attributes.js";

/** Where a segment ran. Source: X-Ray exporter of the OpenTelemetry Collector, `segment.go`, `determineAwsOrigin`. */
export function originOf(resource: SpanAttributes): string | undefined {
  if (isElsewhere(resource)) return undefined;
  switch (resource.peek("cloud.platform")) {
    case "aws_app_runner":
      return "AWS::AppRunner::Service";
    case "aws_eks":
      return "AWS::EKS::Container";
    case "aws_elastic_beanstalk":
      return "AWS::ElasticBeanstalk::Environment";
    case "aws_ecs":
      return ecsOrigins[resource.peek("aws.ecs.launchtype") ?? ""] ?? "AWS::ECS::Container";
    case "aws_ec2":
      return "AWS::EC2::Instance";
    default:
      return undefined;
  }
}

const ecsOrigins: Readonly<Record<string, string>> = { ec2: "AWS::ECS::EC2", fargate: "AWS::ECS::Fargate" };

function isElsewhere(resource: SpanAttributes): boolean {
  const provider = resource.peek("cloud.provider");
  return provider !== undefined && provider !== "aws";
}

/** The `aws` member; `call`: whether it may tell of a call to an AWS service. Source: X-Ray exporter, `aws.go`. */
export function awsOf(
  attributes: SpanAttributes,
  resource: SpanAttributes,
  call: boolean,
): Record<string, unknown> | undefined {
  if (isElsewhere(resource)) return undefined;
  const aws: Record<string, unknown> = {};
  const set = (member: string, value: unknown) => {
    if (value !== undefined) aws[member] = value;
  };
  if (call) {
    set("account_id", attributes.text("aws.account_id") ?? resource.peek("cloud.account.id"));
    set("operation", attributes.text("aws.operation") ?? attributes.peek("rpc.method"));
    set("region", attributes.text("aws.region"));
    set("request_id", attributes.text("aws.request_id", "aws.requestId"));
    set("queue_url", attributes.text("messaging.url", "aws.queue_url", "aws.queue.url"));
    const tables = attributes.texts("aws.dynamodb.table_names");
    if (tables.length > 1) aws["table_names"] = tables;
    else set("table_name", tables[0] ?? attributes.text("aws.table_name", "aws.table.name"));
  }
  addPlace(aws, resource);
  aws["xray"] = sdkOf(resource);
  return aws;
}

function addPlace(aws: Record<string, unknown>, resource: SpanAttributes): void {
  const platform = resource.peek("cloud.platform");
  if (platform === "aws_ec2" || resource.has("host.id"))
    aws["ec2"] = named(resource, {
      instance_id: "host.id",
      availability_zone: "cloud.availability_zone",
      instance_size: "host.type",
      ami_id: "host.image.id",
    });
  if (platform === "aws_ecs")
    aws["ecs"] = named(resource, {
      container: "container.name",
      container_id: "container.id",
      container_arn: "aws.ecs.container.arn",
      cluster_arn: "aws.ecs.cluster.arn",
      task_arn: "aws.ecs.task.arn",
      task_family: "aws.ecs.task.family",
      launch_type: "aws.ecs.launchtype",
      availability_zone: "cloud.availability_zone",
    });
  if (platform === "aws_eks" || resource.has("k8s.cluster.name"))
    aws["eks"] = named(resource, {
      cluster_name: "k8s.cluster.name",
      pod: "k8s.pod.name",
      container_id: "container.id",
    });
  const deployment = Number(resource.peek("service.instance.id") ?? Number.NaN);
  if (platform === "aws_elastic_beanstalk" && Number.isSafeInteger(deployment))
    aws["elastic_beanstalk"] = {
      ...named(resource, { environment: "service.namespace", version_label: "service.version" }),
      deployment_id: deployment,
    };
  const logs = logGroups(resource);
  if (logs.length > 0) aws["cloudwatch_logs"] = logs;
}

function named(resource: SpanAttributes, members: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [member, key] of Object.entries(members)) {
    const value = resource.peek(key);
    if (value !== undefined) found[member] = value;
  }
  return found;
}

function logGroups(resource: SpanAttributes): Record<string, string>[] {
  const split = (key: string) => resource.texts(key).flatMap((text) => text.split("&"));
  const arns = split("aws.log.group.arns").map((arn) => ({ log_group: arn.split(":")[6] ?? "", arn }));
  return arns.length > 0 ? arns : split("aws.log.group.names").map((log_group) => ({ log_group }));
}

function sdkOf(resource: SpanAttributes): Record<string, unknown> {
  const xray: Record<string, unknown> = {};
  const name = resource.peek("telemetry.sdk.name");
  const language = resource.peek("telemetry.sdk.language");
  if (name !== undefined)
    xray["sdk"] = language === undefined || name.endsWith(` for ${language}`) ? name : `${name} for ${language}`;
  const version = resource.peek("telemetry.sdk.version");
  if (version !== undefined) xray["sdk_version"] = version;
  xray["auto_instrumentation"] = resource.has("telemetry.auto.version");
  return xray;
}

const sqlSystems = new Set([
  "db2",
  "derby",
  "hive",
  "mariadb",
  "mssql",
  "mysql",
  "oracle",
  "postgresql",
  "sqlite",
  "teradata",
  "other_sql",
]);

/** The `sql` member of a query. Source: X-Ray exporter, `sql.go`. */
export function sqlOf(spanName: string, attributes: SpanAttributes): Record<string, string> | undefined {
  const system = attributes.peek("db.system");
  if (system === undefined || !sqlSystems.has(system)) return undefined;
  attributes.text("db.system");
  const sql: Record<string, string> = {
    url: spanName,
    connection_string: `${attributes.text("db.connection_string") ?? "localhost"}/${attributes.text("db.name") ?? ""}`,
    database_type: system,
  };
  const user = attributes.text("db.user");
  if (user !== undefined) sql["user"] = user;
  const statement = attributes.text("db.statement");
  if (statement !== undefined) sql["sanitized_query"] = statement;
  return sql;
}
