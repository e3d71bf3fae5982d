/** The tree of a statement: all that the grammar knows. What is not here cannot be asked. */

/** A part of the tree; `at` is where it begins in the statement. */
interface Node {
  readonly at: number;
}

export interface Query extends Node {
  readonly with: readonly CommonTable[];
  readonly body: Body;
  readonly orderBy: readonly SortItem[];
  readonly offset?: number;
  readonly limit?: number;
}

export interface CommonTable extends Node {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
}

export type Body =
  | Select
  | (Node & { readonly kind: "values"; readonly rows: readonly (readonly Expression[])[] })
  | (Node & { readonly kind: "nested"; readonly query: Query })
  | (Node & {
      readonly kind: "set";
      readonly operation: "union" | "intersect" | "except";
      readonly all: boolean;
      readonly left: Body;
      readonly right: Body;
    });

export interface Select extends Node {
  readonly kind: "select";
  readonly distinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from?: FromItem;
  readonly where?: Expression;
  /** Sets of keys; a plain GROUP BY is one set. */
  readonly groupBy?: readonly (readonly Expression[])[];
  readonly having?: Expression;
  readonly windows: readonly { readonly name: string; readonly window: Window }[];
}

export type SelectItem =
  | (Node & { readonly kind: "star"; readonly of?: string })
  | (Node & { readonly kind: "expression"; readonly value: Expression; readonly alias?: string });

export type JoinKind = "inner" | "left" | "right" | "full" | "cross";

export type FromItem = Node &
  (
    | { readonly kind: "table"; readonly name: string }
    | { readonly kind: "subquery"; readonly query: Query }
    | { readonly kind: "unnest"; readonly values: readonly Expression[]; readonly ordinality: boolean }
    | {
        readonly kind: "join";
        readonly join: JoinKind;
        readonly left: FromItem;
        readonly right: FromItem;
        readonly on?: Expression;
        readonly using?: readonly string[];
      }
    | { readonly kind: "alias"; readonly of: FromItem; readonly alias: string; readonly columns?: readonly string[] }
  );

export interface SortItem extends Node {
  readonly value: Expression;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface Window extends Node {
  readonly base?: string;
  readonly partitionBy: readonly Expression[];
  readonly orderBy: readonly SortItem[];
  readonly frame?: Frame;
}

export interface Frame {
  readonly unit: "rows" | "range";
  readonly from: FrameBound;
  readonly to: FrameBound;
}

export type FrameBound =
  | "unbounded preceding"
  | "unbounded following"
  | "current row"
  | { readonly rows: number; readonly side: "preceding" | "following" };

export type BinaryOperator =
  | "and"
  | "or"
  | "="
  | "<>"
  | "<"
  | "<="
  | ">"
  | ">="
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "||"
  | "is distinct from"
  | "is not distinct from";

export type Expression = Node &
  (
    | { readonly kind: "null" }
    | { readonly kind: "boolean"; readonly value: boolean }
    | { readonly kind: "number"; readonly text: string }
    /** With `index` it is a quoted `?`, which is a parameter where values are given. */
    | { readonly kind: "string"; readonly text: string; readonly index?: number }
    /** DATE '…', TIMESTAMP '…' */
    | { readonly kind: "moment"; readonly type: "date" | "timestamp"; readonly text: string }
    | { readonly kind: "interval"; readonly text: string; readonly unit: string }
    /** A `?`, by its place among those of the statement. */
    | { readonly kind: "parameter"; readonly index: number }
    | { readonly kind: "name"; readonly name: string }
    | { readonly kind: "field"; readonly of: Expression; readonly name: string }
    | { readonly kind: "subscript"; readonly of: Expression; readonly index: Expression }
    | Call
    | { readonly kind: "lambda"; readonly parameters: readonly string[]; readonly body: Expression }
    | { readonly kind: "negate"; readonly of: Expression }
    | { readonly kind: "not"; readonly of: Expression }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly kind: "is null"; readonly of: Expression }
    | { readonly kind: "between"; readonly of: Expression; readonly low: Expression; readonly high: Expression }
    | { readonly kind: "in list"; readonly of: Expression; readonly list: readonly Expression[] }
    | { readonly kind: "in query"; readonly of: Expression; readonly query: Query }
    | {
        readonly kind: "like";
        readonly of: Expression;
        readonly pattern: Expression;
        readonly escape?: Expression;
      }
    | { readonly kind: "exists"; readonly query: Query }
    | { readonly kind: "scalar"; readonly query: Query }
    | {
        readonly kind: "case";
        readonly of?: Expression;
        readonly branches: readonly { readonly when: Expression; readonly result: Expression }[];
        readonly otherwise?: Expression;
      }
    | { readonly kind: "cast"; readonly of: Expression; readonly to: TypeName; readonly orNull: boolean }
    | { readonly kind: "array"; readonly values: readonly Expression[] }
    | { readonly kind: "row"; readonly values: readonly Expression[] }
    | { readonly kind: "at time zone"; readonly of: Expression; readonly zone: Expression }
  );

export interface Call extends Node {
  readonly kind: "call";
  /** In lower case. */
  readonly name: string;
  readonly values: readonly Expression[];
  /** `count(*)` */
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly SortItem[];
  readonly filter?: Expression;
  readonly ignoreNulls: boolean;
  readonly over?: Window;
}

export interface TypeName extends Node {
  /** In lower case: `varchar`, `decimal`, `timestamp with time zone`, `array`, `map`, `row`. */
  readonly name: string;
  readonly numbers: readonly number[];
  readonly of: readonly { readonly name?: string; readonly type: TypeName }[];
}
