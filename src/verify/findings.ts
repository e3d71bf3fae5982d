/** What was found of one object of a trail. Only `intact` is good. */
export type Finding = DigestFinding | LogFinding | GapFinding;

export interface DigestFinding {
  readonly kind: "digest";
  readonly bucket: string;
  readonly key: string;
  readonly verdict: Verdict;
  readonly detail?: string;
}

export interface LogFinding {
  readonly kind: "log";
  readonly bucket: string;
  readonly key: string;
  readonly verdict: Verdict;
  readonly detail?: string;
}

/** A digest names no predecessor, yet older digests exist: the chain was ended and begun anew between these times. */
export interface GapFinding {
  readonly kind: "gap";
  readonly from: string;
  readonly until: string;
}

/**
 * `intact`: hash and signature hold. `altered`: they do not. `missing`: named, but not there. `moved`: a digest that
 * says it belongs elsewhere. `unreadable`: not gzip, not JSON, or not a digest. `unlisted`: a log file that no digest
 * of a region names although digests of later times exist. `unsigned`: a digest whose signature was not kept, so that
 * nothing vouches for it.
 */
export type Verdict = "intact" | "altered" | "missing" | "moved" | "unreadable" | "unlisted" | "unsigned";
