import { Readable } from "node:stream";
import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as s3 from "@aws-sdk/client-s3";
import * as sns from "@aws-sdk/client-sns";
import * as sts from "@aws-sdk/client-sts";
import * as xray from "@aws-sdk/client-xray";
import { management } from "../../audit/event.js";
import { type AnyOperation, operation, type Service } from "../../services/operation.js";
import { ServiceError } from "../../services/service-error.js";
import { readWhole } from "../body.js";
import { serviceWith } from "./gateway-fixture.js";

/** What an operation of a test was given. */
export interface Seen {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

/** An operation that answers with `answer` and remembers its input. */
export function answering(
  name: string,
  answer: (input: never) => unknown,
  options: Partial<AnyOperation> & { readonly seen?: Seen[] } = {},
): AnyOperation {
  const { seen, ...overrides } = options;
  return operation<Record<string, unknown>, unknown>({
    name,
    readOnly: /^(Get|List|Describe|Head|BatchGet)/.test(name),
    event: management,
    access: () => [{ action: `test:${name}`, resource: "*" }],
    execute: async (input) => {
      seen?.push({ operation: name, input });
      return answer(input as never);
    },
    ...overrides,
  });
}

export function xrayService(operations: readonly AnyOperation[]): Service {
  return serviceWith(
    {
      signingName: "xray",
      eventSource: "xray.amazonaws.com",
      apiVersion: "2016-04-12",
      protocol: "rest-json",
      sdk: { ...xray },
      throttled: { code: "ThrottledException", httpStatus: 429 },
    },
    operations,
  );
}

export function cloudtrailService(operations: readonly AnyOperation[]): Service {
  return serviceWith(
    {
      signingName: "cloudtrail",
      eventSource: "cloudtrail.amazonaws.com",
      apiVersion: "2013-11-01",
      protocol: "json-1.1",
      targetPrefix: "CloudTrail_20131101",
      sdk: { ...cloudtrail },
    },
    operations,
  );
}

export function stsService(operations: readonly AnyOperation[]): Service {
  return serviceWith(
    {
      signingName: "sts",
      eventSource: "sts.amazonaws.com",
      apiVersion: "2011-06-15",
      protocol: "query",
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
      sdk: { ...sts },
    },
    operations,
  );
}

export function snsService(operations: readonly AnyOperation[]): Service {
  return serviceWith(
    {
      signingName: "sns",
      eventSource: "sns.amazonaws.com",
      apiVersion: "2010-03-31",
      protocol: "query",
      xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
      sdk: { ...sns },
    },
    operations,
  );
}

export function s3Service(operations: readonly AnyOperation[]): Service {
  return serviceWith(
    {
      signingName: "s3",
      eventSource: "s3.amazonaws.com",
      apiVersion: "2006-03-01",
      protocol: "rest-xml",
      sdk: { ...s3 },
      throttled: { code: "SlowDown", httpStatus: 503 },
    },
    operations,
  );
}

/** PutObject and GetObject over a map: an object is kept only once its body has ended well. */
export function objectOperations(objects: Map<string, Buffer>, seen?: Seen[]): AnyOperation[] {
  const put = async ({ Bucket, Key, Body }: { Bucket: string; Key: string; Body: Readable }) => {
    const bytes = await readWhole(Body, 64 * 1024 * 1024);
    objects.set(`${Bucket}/${Key}`, bytes);
    return { ETag: '"etag"' };
  };
  const keep = seen === undefined ? {} : { seen };
  return [
    answering("PutObject", put, { ...keep, recordedRequest: ({ Bucket, Key }) => ({ bucketName: Bucket, key: Key }) }),
    answering("UploadPart", put, keep),
    answering(
      "GetObject",
      ({ Bucket, Key, Range }: { Bucket: string; Key: string; Range?: string }) => {
        const bytes = objects.get(`${Bucket}/${Key}`);
        if (bytes === undefined)
          throw new ServiceError("NoSuchKey", "The specified key does not exist.", { httpStatus: 404 });
        const body = Range === undefined ? bytes : bytes.subarray(0, 4);
        return {
          Body: Readable.from([body]),
          ContentLength: body.length,
          ContentType: "text/plain",
          LastModified: new Date(0),
          Metadata: { colour: "blue" },
          ...(Range === undefined ? {} : { ContentRange: `bytes 0-3/${bytes.length}` }),
        };
      },
      keep,
    ),
  ];
}
