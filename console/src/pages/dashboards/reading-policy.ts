interface Policy {
  readonly Version: string;
  readonly Statement: readonly object[];
}

/** A store's policy with a statement more: the service may query the store for one dashboard. */
export function withReading(before: string | undefined, storeArn: string, dashboardArn: string): Policy {
  const statement = {
    Effect: "Allow",
    Principal: { Service: "cloudtrail.amazonaws.com" },
    Action: "cloudtrail:StartQuery",
    Resource: storeArn,
    Condition: { StringEquals: { "AWS:SourceArn": dashboardArn } },
  };
  if (before === undefined) return { Version: "2012-10-17", Statement: [statement] };
  const { Statement = [], ...rest } = JSON.parse(before) as { Version: string; Statement?: object | object[] };
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  return { ...rest, Statement: [...statements, statement] };
}
