/** One setting: a flag, an environment variable and a key of the configuration file. */
interface Setting<Value> {
  readonly variable: string;
  readonly flag?: string;
  readonly fallback: Value;
  readonly meaning: string;
  readonly secret?: boolean;
  /** @throws Error with a message that says what is allowed. */
  readonly parse: (text: string) => Value;
}

const text = (value: string) => value;

function integer(min: number, max: number) {
  return (value: string) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`wants a whole number from ${min} to ${max}, not '${value}'`);
    return number;
  };
}

/** A port, 0 for any free one, or `off`. */
function portOrOff(value: string): number | undefined {
  return value === "off" ? undefined : integer(0, 65535)(value);
}

function matching(pattern: RegExp, what: string) {
  return (value: string) => {
    if (!pattern.test(value)) throw new Error(`wants ${what}, not '${value}'`);
    return value;
  };
}

function oneOf<Choice extends string>(choices: readonly Choice[]) {
  return (value: string): Choice => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) throw new Error(`wants one of ${choices.join(", ")}, not '${value}'`);
    return choice;
  };
}

function list(value: string): readonly string[] | undefined {
  const items = value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  return items.length > 0 ? items : undefined;
}

function setting<Value>(definition: Setting<Value>): Setting<Value> {
  return definition;
}

/** Every setting of the service. The names on the left are the keys of the configuration file. */
export const settings = {
  data: setting<string>({
    variable: "DOSIMETER_DATA",
    flag: "data",
    fallback: "./data",
    meaning: "folder of the embedded stores",
    parse: text,
  }),
  host: setting<string>({
    variable: "DOSIMETER_HOST",
    flag: "host",
    fallback: "127.0.0.1",
    meaning: "address to listen on",
    parse: text,
  }),
  port: setting<number>({
    variable: "DOSIMETER_PORT",
    flag: "port",
    fallback: 4566,
    meaning: "HTTP port (0: any free one, printed)",
    parse: integer(0, 65535),
  }),
  daemonPort: setting<number | undefined>({
    variable: "DOSIMETER_DAEMON_PORT",
    flag: "daemon-port",
    fallback: 2000,
    meaning: "UDP and TCP port of the X-Ray daemon protocol (0: any free one, `off`: none)",
    parse: portOrOff,
  }),
  otlpHttpPort: setting<number | undefined>({
    variable: "DOSIMETER_OTLP_HTTP_PORT",
    flag: "otlp-http-port",
    fallback: 4318,
    meaning: "port of OTLP over HTTP (0: any free one, `off`: none)",
    parse: portOrOff,
  }),
  otlpGrpcPort: setting<number | undefined>({
    variable: "DOSIMETER_OTLP_GRPC_PORT",
    flag: "otlp-grpc-port",
    fallback: 4317,
    meaning: "port of OTLP over gRPC (0: any free one, `off`: none)",
    parse: portOrOff,
  }),
  otlpWithoutCredentials: setting<"loopback" | "always" | "never">({
    variable: "DOSIMETER_OTLP_WITHOUT_CREDENTIALS",
    flag: "otlp-without-credentials",
    fallback: "loopback",
    meaning:
      "who may send to the OTLP ports without credentials: `loopback` (programs on this machine), `always`, `never`",
    parse: oneOf(["loopback", "always", "never"]),
  }),
  region: setting<string>({
    variable: "DOSIMETER_REGION",
    flag: "region",
    fallback: "us-east-1",
    meaning: "home region",
    parse: matching(/^[a-z]{2}(-[a-z]+)+-\d+$/, "a region such as eu-west-1"),
  }),
  regions: setting<readonly string[] | undefined>({
    variable: "DOSIMETER_REGIONS",
    flag: "regions",
    fallback: undefined,
    meaning: "regions that are accepted, separated by commas (default: any well-formed name)",
    parse: list,
  }),
  account: setting<string>({
    variable: "DOSIMETER_ACCOUNT",
    flag: "account",
    fallback: "000000000000",
    meaning: "first account",
    parse: matching(/^\d{12}$/, "12 digits"),
  }),
  rootAccessKeyId: setting<string | undefined>({
    variable: "DOSIMETER_ROOT_ACCESS_KEY_ID",
    fallback: undefined,
    meaning: "access key id of the root user (default: made at first start, kept in the data folder)",
    parse: matching(/^[A-Za-z0-9]{16,128}$/, "16 to 128 letters and digits"),
  }),
  rootSecretAccessKey: setting<string | undefined>({
    variable: "DOSIMETER_ROOT_SECRET_ACCESS_KEY",
    fallback: undefined,
    meaning: "secret access key of the root user",
    secret: true,
    parse: text,
  }),
  masterKey: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY",
    fallback: undefined,
    meaning: "key that seals secrets in the settings store, 32 bytes in base64 (default: a file of the data folder)",
    secret: true,
    parse: text,
  }),
  masterKeyFile: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY_FILE",
    flag: "master-key-file",
    fallback: undefined,
    meaning: "that file, made at first start (default: `master.key` of the data folder)",
    parse: text,
  }),
  masterKeyKmsUrl: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY_KMS_URL",
    flag: "master-key-kms-url",
    fallback: undefined,
    meaning: "URL of another KMS, which wraps that key instead; the next three go with it",
    parse: matching(/^https?:\/\/[^/\s@]+\/?$/, "a URL such as https://kms.eu-west-1.amazonaws.com"),
  }),
  masterKeyKmsKey: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY_KMS_KEY",
    flag: "master-key-kms-key",
    fallback: undefined,
    meaning: "ARN of the key there",
    parse: matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, "the ARN of a KMS key"),
  }),
  masterKeyKmsAccessKeyId: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY_KMS_ACCESS_KEY_ID",
    fallback: undefined,
    meaning: "access key that may use it: `kms:Encrypt` and `kms:Decrypt`",
    parse: text,
  }),
  masterKeyKmsSecretAccessKey: setting<string | undefined>({
    variable: "DOSIMETER_MASTER_KEY_KMS_SECRET_ACCESS_KEY",
    fallback: undefined,
    meaning: "its secret",
    secret: true,
    parse: text,
  }),
  formerMasterKey: setting<string | undefined>({
    variable: "DOSIMETER_FORMER_MASTER_KEY",
    fallback: undefined,
    meaning: "the key that sealed until now, where another one takes over: what it sealed is sealed anew at start",
    secret: true,
    parse: text,
  }),
  tlsCertificate: setting<string | undefined>({
    variable: "DOSIMETER_TLS_CERTIFICATE",
    flag: "tls-certificate",
    fallback: undefined,
    meaning:
      "file with the certificate (PEM, issuers behind it) with which every listener speaks TLS (default: none does)",
    parse: text,
  }),
  tlsKey: setting<string | undefined>({
    variable: "DOSIMETER_TLS_KEY",
    flag: "tls-key",
    fallback: undefined,
    meaning: "file with its private key (PEM); wanted with a certificate",
    parse: text,
  }),
  deliverySeconds: setting<number>({
    variable: "DOSIMETER_DELIVERY_SECONDS",
    flag: "delivery-seconds",
    fallback: 60,
    meaning: "how often a trail's log files are delivered",
    parse: integer(1, 3600),
  }),
  digestSeconds: setting<number>({
    variable: "DOSIMETER_DIGEST_SECONDS",
    flag: "digest-seconds",
    fallback: 3600,
    meaning: "how often digests are sealed",
    parse: integer(1, 86_400),
  }),
  checkpointSeconds: setting<number>({
    variable: "DOSIMETER_CHECKPOINT_SECONDS",
    flag: "checkpoint-seconds",
    fallback: 10,
    meaning: "how often the head of the tree of all records is signed, if it has grown",
    parse: integer(1, 86_400),
  }),
  checkpointsInBuckets: setting<"on" | "off">({
    variable: "DOSIMETER_CHECKPOINTS_IN_BUCKETS",
    flag: "checkpoints-in-buckets",
    fallback: "on",
    meaning: "whether trails with log file validation get that head into their buckets with each digest: `on`, `off`",
    parse: oneOf(["on", "off"]),
  }),
  clickhouseUrl: setting<string | undefined>({
    variable: "DOSIMETER_CLICKHOUSE_URL",
    flag: "clickhouse-url",
    fallback: undefined,
    meaning: "facts on a ClickHouse server (default: embedded)",
    secret: true,
    parse: text,
  }),
  postgresUrl: setting<string | undefined>({
    variable: "DOSIMETER_POSTGRES_URL",
    flag: "postgres-url",
    fallback: undefined,
    meaning: "settings on PostgreSQL (default: embedded)",
    secret: true,
    parse: text,
  }),
  s3Endpoint: setting<string | undefined>({
    variable: "DOSIMETER_S3_ENDPOINT",
    flag: "s3-endpoint",
    fallback: undefined,
    meaning: "objects on an S3-compatible store, or on another process of this service (default: embedded)",
    parse: matching(/^https?:\/\/[^/\s@]+\/?$/, "a URL such as https://s3.example.com"),
  }),
  s3AccessKeyId: setting<string | undefined>({
    variable: "DOSIMETER_S3_ACCESS_KEY_ID",
    fallback: undefined,
    meaning:
      "access key for that store (default: trails' own credentials, which another process of this service knows)",
    parse: text,
  }),
  s3SecretAccessKey: setting<string | undefined>({
    variable: "DOSIMETER_S3_SECRET_ACCESS_KEY",
    fallback: undefined,
    meaning: "secret access key for that store",
    secret: true,
    parse: text,
  }),
  bodyBytesMax: setting<number>({
    variable: "DOSIMETER_BODY_BYTES_MAX",
    flag: "body-bytes-max",
    fallback: 8 * 1024 * 1024,
    meaning: "largest request body, before and after decompression (S3 objects are not bodies in this sense)",
    parse: integer(1024, 256 * 1024 * 1024),
  }),
  callsPerSecondMax: setting<number>({
    variable: "DOSIMETER_CALLS_PER_SECOND_MAX",
    flag: "calls-per-second-max",
    fallback: 10_000,
    meaning: "calls a second of one caller above which it is throttled (bursts of twice that are let through)",
    parse: integer(1, 1_000_000),
  }),
  connectionsMax: setting<number>({
    variable: "DOSIMETER_CONNECTIONS_MAX",
    flag: "connections-max",
    fallback: 4096,
    meaning: "open HTTP connections",
    parse: integer(1, 65_535),
  }),
  unauthenticatedRecordsPerMinuteMax: setting<number>({
    variable: "DOSIMETER_UNAUTHENTICATED_RECORDS_PER_MINUTE_MAX",
    flag: "unauthenticated-records-per-minute-max",
    fallback: 600,
    meaning:
      "records of calls that failed authentication kept one by one; the rest of a minute is counted in one record",
    parse: integer(0, 1_000_000),
  }),
  notificationNetworks: setting<readonly string[] | undefined>({
    variable: "DOSIMETER_NOTIFICATION_NETWORKS",
    flag: "notification-networks",
    fallback: undefined,
    meaning: "networks such as 127.0.0.0/8 that notifications may be sent to although they are refused by default",
    parse: list,
  }),
  issuerOrigins: setting<readonly string[] | undefined>({
    variable: "DOSIMETER_ISSUER_ORIGINS",
    flag: "issuer-origins",
    fallback: undefined,
    meaning:
      "OpenID Connect issuers such as https://login.corp.example that may be at private addresses; one that begins " +
      "with http:// is asked without TLS",
    parse: (value) => list(value)?.map(matching(/^https?:\/\/[^/\s@]+$/, "URLs such as https://login.corp.example")),
  }),
  smtpUrl: setting<string | undefined>({
    variable: "DOSIMETER_SMTP_URL",
    fallback: undefined,
    meaning: "SMTP relay for e-mail subscriptions, such as smtp://user:password@mail.example.com:587 (default: none)",
    secret: true,
    parse: matching(/^smtps?:\/\/[^\s]+$/, "a URL such as smtp://mail.example.com:587"),
  }),
  smtpFrom: setting<string | undefined>({
    variable: "DOSIMETER_SMTP_FROM",
    flag: "smtp-from",
    fallback: undefined,
    meaning: "sender of e-mail, such as `Dosimeter <dosimeter@example.com>`; wanted with a relay",
    parse: matching(/^([\w .-]+ <[^\s<>,;"]+@[^\s<>,;"]+>|[^\s<>,;"]+@[^\s<>,;"]+)$/, "an e-mail address"),
  }),
  insightTopic: setting<string>({
    variable: "DOSIMETER_INSIGHT_TOPIC",
    flag: "insight-topic",
    fallback: "xray-insights",
    meaning: "name of the SNS topic, in a group's own account and region, that is sent the events of its insights",
    parse: matching(/^[A-Za-z0-9_-]{1,256}$/, "the name of an SNS topic"),
  }),
  lakeQuerySecondsMax: setting<number>({
    variable: "DOSIMETER_LAKE_QUERY_SECONDS_MAX",
    flag: "lake-query-seconds-max",
    fallback: 3600,
    meaning: "how long a query over event data stores may run",
    parse: integer(1, 86_400),
  }),
  eventRetentionDays: setting<number>({
    variable: "DOSIMETER_EVENT_RETENTION_DAYS",
    flag: "event-retention-days",
    fallback: 90,
    meaning: "how long the record of calls is kept in the fact store",
    parse: integer(1, 36_500),
  }),
  traceRetentionDays: setting<number>({
    variable: "DOSIMETER_TRACE_RETENTION_DAYS",
    flag: "trace-retention-days",
    fallback: 30,
    meaning: "how long traces are kept",
    parse: integer(1, 36_500),
  }),
} as const;

type Settings = typeof settings;
export type Config = { readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer Value> ? Value : never };

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/**
 * Flags win over environment variables, these over the configuration file, that over the defaults.
 *
 * @param flags by name without dashes; an unknown one is refused.
 * @param file  the parsed configuration file (JSON), keys as in `settings`.
 * @throws ConfigError that names every setting that is wrong.
 */
export function readConfig(sources: {
  flags: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string | undefined>>;
  file?: Readonly<Record<string, unknown>>;
}): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  const entries = Object.entries(settings) as [string, Setting<unknown>][];
  const knownFlags = new Set(entries.map(([, { flag }]) => flag));
  for (const flag of Object.keys(sources.flags))
    if (!knownFlags.has(flag)) problems.push(`--${flag} is not a setting; \`dosimeter help\` lists them`);
  for (const key of Object.keys(sources.file ?? {}))
    if (!(key in settings)) problems.push(`'${key}' in the configuration file is not a setting`);
  for (const [key, definition] of entries) {
    const given =
      (definition.flag === undefined ? undefined : sources.flags[definition.flag]) ??
      sources.environment[definition.variable] ??
      sources.file?.[key];
    if (given === undefined || given === "") {
      config[key] = definition.fallback;
      continue;
    }
    try {
      config[key] = definition.parse(Array.isArray(given) ? given.join(",") : String(given));
    } catch (problem) {
      const shown = definition.secret ? "has a value that is not allowed" : (problem as Error).message;
      problems.push(`${definition.variable} ${shown}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return config as unknown as Config;
}

/** The configuration as it may be printed: secrets are only said to be there. */
export function printableConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, definition]) => {
      const value = config[key as keyof Config];
      return [key, (definition as Setting<unknown>).secret && value !== undefined ? "(hidden)" : value];
    }),
  );
}
