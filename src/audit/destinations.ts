import type { Agent } from "node:https";
import { CloudTrailClient, StartDashboardRefreshCommand } from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, CreateLogStreamCommand, PutLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  GetBucketAclCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandOutput,
  S3Client,
} from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";

/** Temporary credentials of a service principal or of a role. */
export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** How credentials are had: `cloudtrail.amazonaws.com` never has a key of its own. */
export interface CredentialSource {
  issueServiceCredentials(request: {
    readonly service: string;
    readonly accountId: string;
    readonly sourceArn: string;
    readonly lifetimeSeconds: number;
  }): TemporaryCredentials;
}

/** On whose behalf something is sent. */
export interface TrailIdentity {
  readonly accountId: string;
  /** Region its calls are made in. */
  readonly homeRegion: string;
  readonly arn: string;
  /** The service that sends, if that is not CloudTrail. */
  readonly service?: string;
}

export interface ObjectToPut {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  /** Of bytes that are not JSON in gzip. */
  readonly contentType?: string;
  readonly kmsKeyArn?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A bucket with log files to be imported, and the role that may read it. */
export interface SourceBucket {
  readonly bucket: string;
  readonly region: string;
  readonly roleArn: string;
}

/** A part of what stands in one folder, in the order of its keys. */
export interface FolderPage {
  readonly folders: readonly string[];
  readonly files: readonly { readonly key: string; readonly bytes: number }[];
  readonly isLast: boolean;
}

/** The log stream of a trail's log group, and the role that may write to it. */
export interface LogStreamPlace {
  readonly groupName: string;
  readonly streamName: string;
  readonly roleArn: string;
}

const servicePrincipal = "cloudtrail.amazonaws.com";

/** An AssumeRole an hour, not a minute: each is recorded. */
const lifetimeSeconds = 3600;
/** Credentials are replaced this long before they expire. */
const refreshMarginMs = 5 * 60 * 1000;
const requestTimeouts = { requestTimeout: 30_000, connectionTimeout: 30_000 };
/** Clients kept for trails and their roles; the oldest makes room. */
const clientsMax = 200;

/**
 * The way out to a trail's destinations: AWS's own clients, against one endpoint. Buckets and topics see the service
 * principal with the trail as `aws:SourceArn`; CloudWatch Logs sees the trail's role. Every failure is the SDK's error;
 * `errorCodeOf` names it.
 */
export function createDestinations(deps: {
  readonly endpoint: () => string;
  /** Where buckets are, if not here: an S3-compatible store, with its own key or the service's credentials. */
  readonly objects?: {
    readonly endpoint: string;
    readonly key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** For connections to `endpoint`, where not any will do. */
  readonly agent?: Agent;
  readonly credentials: CredentialSource;
  readonly nowMs: () => number;
}) {
  const clients = new Map<string, { destroy(): void }>();

  function kept<Client extends { destroy(): void }>(key: string, make: () => Client): Client {
    const known = clients.get(key);
    if (known) return known as Client;
    const [oldest] = clients;
    if (oldest && clients.size >= clientsMax) {
      clients.delete(oldest[0]);
      oldest[1].destroy();
    }
    const client = make();
    clients.set(key, client);
    return client;
  }

  /** One set of credentials, renewed near its end; simultaneous calls share one request. */
  function renewed(fetch: () => Promise<TemporaryCredentials>): () => Promise<TemporaryCredentials> {
    let current: Promise<TemporaryCredentials> | undefined;
    let untilMs = 0;
    return async () => {
      if (current === undefined || deps.nowMs() > untilMs) {
        untilMs = Number.POSITIVE_INFINITY;
        current = fetch().then(
          (credentials) => {
            untilMs = credentials.expiration.getTime() - refreshMarginMs;
            return credentials;
          },
          (reason: unknown) => {
            current = undefined;
            throw reason;
          },
        );
      }
      return current;
    };
  }

  const settingsOf = (region: string, fetch: () => Promise<TemporaryCredentials>) => ({
    region,
    endpoint: deps.endpoint(),
    credentials: renewed(fetch),
    // Our jobs try again at their own pace and keep what failed; one quick second try hides a closed connection.
    maxAttempts: 2,
    requestHandler: { ...requestTimeouts, ...(deps.agent && { httpsAgent: deps.agent }) },
  });

  const asService = (trail: TrailIdentity) => async () =>
    deps.credentials.issueServiceCredentials({
      service: trail.service ?? servicePrincipal,
      accountId: trail.accountId,
      sourceArn: trail.arn,
      lifetimeSeconds,
    });

  const s3 = (trail: TrailIdentity) =>
    kept(
      `s3 ${trail.arn}`,
      () =>
        new S3Client({
          ...settingsOf(trail.homeRegion, asService(trail)),
          forcePathStyle: true,
          ...(deps.objects && { endpoint: deps.objects.endpoint, requestHandler: requestTimeouts }),
          ...(deps.objects?.key && { credentials: deps.objects.key }),
        }),
    );
  const sns = (trail: TrailIdentity, region: string) =>
    kept(`sns ${region} ${trail.arn}`, () => new SNSClient(settingsOf(region, asService(trail))));
  const kms = (trail: TrailIdentity) =>
    kept(`kms ${trail.arn}`, () => new KMSClient(settingsOf(trail.homeRegion, asService(trail))));
  const cloudtrail = (of: TrailIdentity) =>
    kept(`cloudtrail ${of.arn}`, () => new CloudTrailClient(settingsOf(of.homeRegion, asService(of))));
  const logs = (trail: TrailIdentity, roleArn: string) =>
    kept(`logs ${roleArn} ${trail.arn}`, () => {
      const role = () => assumeRole(trail, roleArn, "CLOUDWATCHLOGS_DELIVERY_SESSION");
      return new CloudWatchLogsClient(settingsOf(trail.homeRegion, role));
    });
  const sourceKey = (store: TrailIdentity, { roleArn, region }: SourceBucket) =>
    `import ${region} ${roleArn} ${store.arn}`;
  const source = (store: TrailIdentity, from: SourceBucket) =>
    kept(sourceKey(store, from), () => {
      const settings = settingsOf(from.region, () => assumeRole(store, from.roleArn, "CLOUDTRAIL_IMPORT_SESSION"));
      const { credentials } = settings;
      return new S3Client({
        ...settings,
        forcePathStyle: true,
        ...(deps.objects && { endpoint: deps.objects.endpoint, requestHandler: requestTimeouts }),
        // The role must be there in any case; elsewhere it is the key that opens buckets.
        ...(deps.objects?.key && { credentials: () => credentials().then(() => deps.objects!.key!) }),
      });
    });
  const sts = (trail: TrailIdentity) =>
    kept(`sts ${trail.arn}`, () => new STSClient(settingsOf(trail.homeRegion, asService(trail))));

  /** A call like any other, so that the record shows who acts in the role and why. */
  async function assumeRole(trail: TrailIdentity, roleArn: string, sessionName: string): Promise<TemporaryCredentials> {
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      DurationSeconds: lifetimeSeconds,
    });
    const { Credentials } = await sts(trail)
      .send(command)
      .catch((cause: unknown) => {
        if (errorCodeOf(cause) !== "AccessDenied") throw cause;
        throw new RoleNotAssumed(`${roleArn} could not be assumed by ${servicePrincipal}`, { cause });
      });
    return {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
      expiration: Credentials!.Expiration!,
    };
  }

  return {
    async readBucketAcl(trail: TrailIdentity, bucket: string): Promise<void> {
      await s3(trail).send(new GetBucketAclCommand({ Bucket: bucket }));
    },

    async putObject(trail: TrailIdentity, object: ObjectToPut): Promise<PutObjectCommandOutput> {
      return s3(trail).send(
        new PutObjectCommand({
          Bucket: object.bucket,
          Key: object.key,
          Body: object.body,
          ContentType: object.contentType ?? "application/json",
          ...(object.contentType === undefined && { ContentEncoding: "gzip" }),
          ACL: "bucket-owner-full-control",
          Metadata: object.metadata && { ...object.metadata },
          ...(object.kmsKeyArn && {
            ServerSideEncryption: "aws:kms",
            SSEKMSKeyId: object.kmsKeyArn,
            SSEKMSEncryptionContext: encryptionContext(trail.arn),
          }),
        }),
      );
    },

    async publish(trail: TrailIdentity, topicArn: string, message: string, subject?: string): Promise<void> {
      const region = topicArn.split(":")[3] || trail.homeRegion;
      await sns(trail, region).send(new PublishCommand({ TopicArn: topicArn, Message: message, Subject: subject }));
    },

    /** A stream that exists already is fine. */
    async createLogStream(trail: TrailIdentity, place: LogStreamPlace): Promise<void> {
      try {
        await logs(trail, place.roleArn).send(
          new CreateLogStreamCommand({ logGroupName: place.groupName, logStreamName: place.streamName }),
        );
      } catch (reason) {
        if (errorCodeOf(reason) !== "ResourceAlreadyExistsException") throw reason;
      }
    },

    async putLogEvents(
      trail: TrailIdentity,
      place: LogStreamPlace,
      events: readonly { readonly timestamp: number; readonly message: string }[],
    ): Promise<void> {
      await logs(trail, place.roleArn).send(
        new PutLogEventsCommand({
          logGroupName: place.groupName,
          logStreamName: place.streamName,
          logEvents: [...events],
        }),
      );
    },

    /**
     * What stands in a folder behind `after`, in parts of `max`.
     *
     * @param store the event data store on whose behalf is read.
     */
    async listFolder(
      store: TrailIdentity,
      from: SourceBucket,
      { folder, after, max }: { readonly folder: string; readonly after: string; readonly max: number },
    ): Promise<FolderPage> {
      const { CommonPrefixes, Contents, IsTruncated, EncodingType } = await source(store, from).send(
        new ListObjectsV2Command({
          Bucket: from.bucket,
          Prefix: folder,
          Delimiter: "/",
          MaxKeys: max,
          // A key may hold what XML cannot.
          EncodingType: "url",
          ...(after !== "" && { StartAfter: after }),
        }),
      );
      // Not every store knows the parameter.
      const decodedKey = (key: string) => (EncodingType === "url" ? decodeURIComponent(key.replaceAll("+", " ")) : key);
      return {
        folders: (CommonPrefixes ?? []).map(({ Prefix = "" }) => decodedKey(Prefix)),
        files: (Contents ?? []).map(({ Key = "", Size = 0 }) => ({ key: decodedKey(Key), bytes: Size })),
        isLast: IsTruncated !== true,
      };
    },

    /** The bytes of an object as they come. Whoever stops reading must destroy what they got. */
    async readObject(store: TrailIdentity, from: SourceBucket, key: string): Promise<AsyncIterable<Uint8Array>> {
      const { Body } = await source(store, from).send(new GetObjectCommand({ Bucket: from.bucket, Key: key }));
      return Body as unknown as AsyncIterable<Uint8Array>;
    },

    /** The role or its permissions may have changed: what was cached of it is dropped. */
    forgetSource(store: TrailIdentity, from: SourceBucket): void {
      const key = sourceKey(store, from);
      clients.get(key)?.destroy();
      clients.delete(key);
    },

    /** Whether buckets are at an endpoint of their own, where keys of our KMS mean nothing. */
    elsewhere: deps.objects !== undefined,

    /** @returns the key's ARN and whether it can be used now. */
    async describeKey(trail: TrailIdentity, keyId: string): Promise<{ arn: string; enabled: boolean }> {
      const { KeyMetadata } = await kms(trail).send(new DescribeKeyCommand({ KeyId: keyId }));
      if (KeyMetadata?.Arn === undefined) throw new Error("DescribeKey answered without the key's ARN");
      return { arn: KeyMetadata.Arn, enabled: KeyMetadata.Enabled === true };
    },

    async startDashboardRefresh(dashboard: TrailIdentity): Promise<void> {
      await cloudtrail(dashboard).send(new StartDashboardRefreshCommand({ DashboardId: dashboard.arn }));
    },

    /** A role or its permissions have changed: what was cached of it is dropped. */
    forgetRole(trail: TrailIdentity, roleArn: string): void {
      const key = `logs ${roleArn} ${trail.arn}`;
      clients.get(key)?.destroy();
      clients.delete(key);
    },

    close(): void {
      for (const client of clients.values()) client.destroy();
      clients.clear();
    },
  };
}

export type Destinations = ReturnType<typeof createDestinations>;

/** The role of a trail's log group or of an import's bucket is missing or does not trust the service. */
export class RoleNotAssumed extends Error {
  override readonly name = "RoleNotAssumed";
}

/**
 * The code of a destination's answer (`NoSuchBucket`, `AccessDenied`), as GetTrailStatus shows it; undefined where no
 * answer came (timeout, connection refused), which AWS does not show either.
 */
export function errorCodeOf(reason: unknown): string | undefined {
  if (reason instanceof RoleNotAssumed) return "AccessDenied";
  if (!(reason instanceof Error)) return undefined;
  const { $metadata, Error: wire } = reason as {
    $metadata?: { httpStatusCode?: number };
    Error?: { Code?: unknown };
  };
  if ($metadata?.httpStatusCode === undefined) return undefined;
  // SNS's class names differ from its codes: `AuthorizationErrorException`, `AuthorizationError`.
  return typeof wire?.Code === "string" ? wire.Code : reason.name;
}

/** As the header of S3 takes it; S3 adds the object's ARN. */
function encryptionContext(trailArn: string): string {
  return Buffer.from(JSON.stringify({ "aws:cloudtrail:arn": trailArn })).toString("base64");
}
