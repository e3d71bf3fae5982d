/** What a node must be; an absent member may be anything. */
export interface NodePattern {
  readonly name?: string;
  readonly type?: string;
  readonly accountId?: string;
}

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "CONTAINS" | "BEGINSWITH" | "ENDSWITH";

/** A filter expression that was parsed and checked. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly terms: readonly Filter[] }
  | { readonly kind: "not"; readonly term: Filter }
  /** `keyword` in its canonical spelling; without `comparison` it stands alone (`fault`, `http.url`). */
  | { readonly kind: "keyword"; readonly keyword: string; readonly comparison?: Comparison; readonly value?: Value }
  | { readonly kind: "annotation"; readonly key: string; readonly comparison?: Comparison; readonly value?: Value }
  | { readonly kind: "service"; readonly node: NodePattern; readonly where?: Filter }
  | { readonly kind: "edge"; readonly source: NodePattern; readonly target: NodePattern; readonly where?: Filter }
  | { readonly kind: "group"; readonly by: "name" | "arn"; readonly comparison: "=" | "!="; readonly value: string }
  | {
      readonly kind: "rootcause";
      readonly of: "fault" | "error" | "responsetime";
      readonly element: "service" | "entity" | "exception";
      readonly where?: Filter;
    }
  /** `json`: parsed; members that are left out may be anything. */
  | { readonly kind: "rootcause-json"; readonly json: readonly unknown[] };

export type Value = string | number | boolean;
