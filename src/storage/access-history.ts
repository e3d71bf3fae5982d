/** A fact of a call by which questions can be told apart, beside who asked and what. */
export type AccessFact =
  | "sourceIp"
  | "userAgent"
  | "secureTransport"
  | "region"
  | "sessionName"
  | "sessionIssued"
  | "multiFactor"
  | "sourceIdentity";

export interface AccessQuery {
  readonly accountId: string;
  /** `AIDA…`, `AROA…`. */
  readonly principalIds: readonly string[];
  /** Inclusive bounds, milliseconds. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Calls that differ in one of these are told apart. */
  readonly by: readonly AccessFact[];
  /** Moments between which calls are told apart, milliseconds. */
  readonly momentsMs?: readonly number[];
  /**
   * Networks (`192.0.2.0/24`) by which addresses are told apart, where `by` names them: calls from addresses that are in the
   * same ones, and of one family, are together, and the fact is one of these addresses.
   */
  readonly networks?: readonly string[];
  /** Of groups. */
  readonly limit: number;
}

/** Calls that asked the same. */
export interface AccessGroup {
  readonly principalId: string;
  /** As `AskedAccess` wrote it; empty for calls recorded without it. */
  readonly access: string;
  /** Those asked for, as the record has them; empty where it has none. */
  readonly facts: Readonly<Partial<Record<AccessFact, string>>>;
  /** A call that a crash made be written twice counts twice. */
  readonly calls: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lastRegion: string;
  /** Of the last call. */
  readonly lastEventId: string;
}

/** A period holds more than can be read in the time and memory of one query. */
export class TooMuchToRead extends Error {
  override readonly name = "TooMuchToRead";
}

/**
 * What users and roles asked of their policies, from the record of calls: grouped inside the store, so that who asks pays
 * for what is different and not for every call.
 */
export interface AccessHistory {
  /** Groups of management and data events, in no order: at most `limit` of them. @throws TooMuchToRead */
  asked(query: AccessQuery): Promise<AccessGroup[]>;

  /** When keys were last used within the bounds, by key; those never used are absent. */
  keysUsed(query: {
    readonly accountId: string;
    readonly accessKeyIds: readonly string[];
    readonly fromMs: number;
    readonly untilMs: number;
  }): Promise<ReadonlyMap<string, number>>;
}
