/** What a node must be; an absent member may be anything. An empty text wants a node that has none. */
export interface NodePattern {
  readonly name?: string;
  readonly type?: string;
  readonly accountId?: string;
}

export const comparisons = ["=", "!=", "<=", "<", ">=", ">", "CONTAINS", "BEGINSWITH", "ENDSWITH"] as const;

export type Comparison = (typeof comparisons)[number];

export type Value = string | number | boolean;

export const causeKinds = ["fault", "error", "responsetime"] as const;
export const causeElements = ["service", "entity", "exception"] as const;

/** A comparison with a value, or neither: then the term asks whether there is anything (a boolean: whether it is true). */
interface Compared {
  readonly comparison?: Comparison;
  readonly value?: Value;
}

export interface KeywordTerm extends Compared {
  readonly kind: "keyword";
  /** In its canonical spelling, lower case (`http.url`). */
  readonly keyword: string;
}

export interface AnnotationTerm extends Compared {
  readonly kind: "annotation";
  readonly key: string;
}

/**
 * What a policy asks of the values that one annotation has in a trace; no expression says it. `some` value meets one of
 * the tests, or some is `outside`: it meets none.
 */
export interface AnnotationValuesTerm {
  readonly kind: "annotation-values";
  readonly key: string;
  readonly which: "some" | "outside";
  /** At least one. */
  readonly tests: readonly {
    readonly comparison: "=" | "CONTAINS" | "BEGINSWITH" | "ENDSWITH";
    readonly value: Value;
  }[];
}

export interface ServiceTerm {
  readonly kind: "service";
  readonly node: NodePattern;
  readonly where?: Filter;
}

export interface EdgeTerm {
  readonly kind: "edge";
  readonly source: NodePattern;
  readonly target: NodePattern;
  readonly where?: Filter;
  /** Never written: calls along links do not count, as they may lead to traces that the reader may not see. */
  readonly withoutLinks?: true;
}

export interface GroupTerm {
  readonly kind: "group";
  readonly by: "name" | "arn";
  readonly comparison: "=" | "!=";
  readonly value: string;
}

export interface RootCauseTerm {
  readonly kind: "rootcause";
  readonly of: (typeof causeKinds)[number];
  readonly element: (typeof causeElements)[number];
  readonly where?: Filter;
}

/** `json`: root causes, of which members that are left out may be anything; null: it is absent or empty. */
export interface RootCauseJsonTerm {
  readonly kind: "rootcause-json";
  readonly json: readonly unknown[];
}

export type Term =
  | KeywordTerm
  | AnnotationTerm
  | AnnotationValuesTerm
  | ServiceTerm
  | EdgeTerm
  | GroupTerm
  | RootCauseTerm
  | RootCauseJsonTerm;

/**
 * A filter expression that was parsed and checked. `and` of no terms is every trace (an empty expression), `or` of no
 * terms is none; apart from these two, which stand alone, `and` and `or` have at least two terms.
 */
export type Filter =
  | { readonly kind: "and" | "or"; readonly terms: readonly Filter[] }
  | { readonly kind: "not"; readonly term: Filter }
  | Term;

export const everything: Filter = { kind: "and", terms: [] };
export const nothing: Filter = { kind: "or", terms: [] };
