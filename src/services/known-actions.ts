import type { Service } from "./operation.js";

/** An API as policies know it. */
export interface KnownService {
  /** `xray` */
  readonly namespace: string;
  /** `AWS X-Ray` */
  readonly name: string;
  /** `xray:PutTraceSegments`, sorted. */
  readonly actions: readonly string[];
}

const names: Readonly<Record<string, string>> = {
  cloudtrail: "AWS CloudTrail",
  "cloudtrail-data": "AWS CloudTrail Data",
  iam: "AWS Identity and Access Management",
  kms: "AWS Key Management Service",
  logs: "Amazon CloudWatch Logs",
  s3: "Amazon S3",
  sns: "Amazon SNS",
  sts: "AWS Security Token Service",
  xray: "AWS X-Ray",
};

/** The actions of all APIs, our extensions' too: their operations, unless an API says otherwise. */
export function knownServices(services: readonly Service[]): KnownService[] {
  return services
    .map(({ signingName, operations, foreignRoutes = [], actions }) => {
      const offered = [...operations, ...foreignRoutes.map((route) => route.operation)].map(({ name }) => name);
      const known = new Set(actions?.(offered) ?? offered);
      return {
        namespace: signingName,
        name: names[signingName] ?? signingName,
        actions: [...known].sort().map((action) => `${signingName}:${action}`),
      };
    })
    .sort((one, other) => (one.namespace < other.namespace ? -1 : 1));
}
