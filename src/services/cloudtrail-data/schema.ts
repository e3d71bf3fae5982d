/**
 * The one API without an SDK package for JavaScript. Its operation table is written by hand, in the form in which the SDK
 * packages have theirs: `[kind, namespace, name, traits, member names, member schemas, count of required members]`.
 * Kinds: 9 operation, 3 structure, 1 list, -3 error; as a member, 0 is a string.
 *
 * Source: AWS's model of cloudtrail-data, 2021-08-11; `tests/conformance` holds this table against it.
 */
const namespace = "com.amazonaws.cloudtraildata";

/** What applications say about their users: it goes to event data stores, and is hidden in the record of the call. */
const sensitive = { sensitive: 1 };

const AuditEvent$ = [
  3,
  namespace,
  "AuditEvent",
  0,
  ["id", "eventData", "eventDataChecksum"],
  [0, [0, sensitive], 0],
  2,
] as const;

const AuditEventResultEntry$ = [3, namespace, "AuditEventResultEntry", 0, ["id", "eventID"], [0, 0], 2] as const;

const ResultErrorEntry$ = [
  3,
  namespace,
  "ResultErrorEntry",
  0,
  ["id", "errorCode", "errorMessage"],
  [0, 0, 0],
  3,
] as const;

const AuditEvents$ = [1, namespace, "AuditEvents", 0, () => AuditEvent$] as const;
const AuditEventResultEntries$ = [1, namespace, "AuditEventResultEntries", 0, () => AuditEventResultEntry$] as const;
const ResultErrorEntries$ = [1, namespace, "ResultErrorEntries", 0, () => ResultErrorEntry$] as const;

const PutAuditEventsRequest$ = [
  3,
  namespace,
  "PutAuditEventsRequest",
  0,
  ["auditEvents", "channelArn", "externalId"],
  [() => AuditEvents$, [0, { httpQuery: "channelArn" }], [0, { httpQuery: "externalId" }]],
  2,
] as const;

const PutAuditEventsResponse$ = [
  3,
  namespace,
  "PutAuditEventsResponse",
  0,
  ["successful", "failed"],
  [() => AuditEventResultEntries$, () => ResultErrorEntries$],
  2,
] as const;

const errors = [
  "ChannelInsufficientPermission",
  "ChannelNotFound",
  "ChannelUnsupportedSchema",
  "DuplicatedAuditEventId",
  "InvalidChannelARN",
  "UnsupportedOperationException",
];

/** The module namespace of an SDK package, as far as the gateway reads one. */
export const sdk: Readonly<Record<string, unknown>> = {
  PutAuditEvents$: [
    9,
    namespace,
    "PutAuditEvents",
    { http: ["POST", "/PutAuditEvents", 200] },
    () => PutAuditEventsRequest$,
    () => PutAuditEventsResponse$,
  ],
  ...Object.fromEntries(
    errors.map((name) => [`${name}$`, [-3, namespace, name, { error: "client" }, ["message"], [0]]]),
  ),
};

export interface AuditEvent {
  /** The sender's, to tell what became of which event; unique within the request. */
  readonly id: string;
  /** JSON text. */
  readonly eventData: string;
  /** Base64 of SHA-256 of `eventData`. */
  readonly eventDataChecksum?: string;
}

export interface PutAuditEventsRequest {
  readonly auditEvents: readonly AuditEvent[];
  readonly channelArn: string;
  readonly externalId?: string;
}

export interface PutAuditEventsResponse {
  readonly successful: readonly { readonly id: string; readonly eventID: string }[];
  readonly failed: readonly { readonly id: string; readonly errorCode: string; readonly errorMessage: string }[];
}
