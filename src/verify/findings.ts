/** What was found of a bucket. */
export type Finding = ObjectFinding | ChainFinding | GapFinding | HoleFinding | EndFinding | NoteFinding;

/** Of one object: a digest, a log file, the signature of a query's results, or one of these results. */
export interface ObjectFinding {
  readonly kind: "digest" | "log" | "signature" | "result";
  readonly bucket: string;
  readonly key: string;
  readonly verdict: Verdict;
  readonly detail?: string;
}

/**
 * `intact`: hash and signature hold. `altered`: they do not. `missing`: named, but not there. `moved`: a digest that
 * says it belongs elsewhere. `unreadable`: not gzip, not JSON, or not a digest. `unlisted`: a log file that no digest
 * of a region names although digests of later times exist. `unsigned`: a digest whose signature was not kept, so that
 * nothing vouches for it.
 */
export type Verdict = "intact" | "altered" | "missing" | "moved" | "unreadable" | "unlisted" | "unsigned";

/** The time that a trail's digests of one region cover. */
export interface ChainFinding {
  readonly kind: "chain";
  readonly chain: string;
  readonly from: string;
  readonly until: string;
}

/** A digest names no predecessor, yet older digests exist: the chain was ended and begun anew between these times. */
export interface GapFinding {
  readonly kind: "gap";
  readonly chain: string;
  readonly from: string;
  readonly until: string;
}

/** Digests must have been there that covered this time: those on both sides say so, by their times or by their names. */
export interface HoleFinding {
  readonly kind: "hole";
  readonly chain: string;
  readonly from: string;
  readonly until: string;
  readonly detail: string;
}

/** The newest digest is older than it should be. `proven` if something else shows that newer ones were there. */
export interface EndFinding {
  readonly kind: "end";
  readonly chain: string;
  readonly at: string;
  readonly proven: boolean;
  readonly detail: string;
}

/** Worth knowing, but vouched for by a signature: an event that is there twice, or whose time lies far from its file's. */
export interface NoteFinding {
  readonly kind: "note";
  readonly bucket: string;
  readonly key: string;
  readonly detail: string;
}

/** Whether it shows that something was changed or taken away. */
export function isBad(finding: Finding): boolean {
  switch (finding.kind) {
    case "chain":
    case "gap":
    case "note":
      return false;
    case "hole":
      return true;
    case "end":
      return finding.proven;
    default:
      return finding.verdict !== "intact";
  }
}
