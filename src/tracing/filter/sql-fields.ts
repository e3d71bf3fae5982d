import type { RootCauseTerm } from "./filter.js";
import type { KeywordOf } from "./keywords.js";

/** Bits of `segments.flags` and `calls.flags`, as in `flagBits` of the table (`storage/facts/sql/create-traces.sql.ts`). */
const bits = { fault: 0, error: 1, throttle: 2, inProgress: 3, root: 4, inferred: 5, link: 6 } as const;
const mask = (...names: (keyof typeof bits)[]) => names.reduce((sum, name) => sum + 2 ** bits[name], 0);

/** What a keyword reads: `value`, which is set if `isSet` holds. `each`: an array of values, any of which may do. */
export interface Field {
  readonly kind: "boolean" | "number" | "text";
  readonly value: string;
  /** Absent: always. Texts are set unless they are empty. */
  readonly isSet?: string;
  readonly each?: string;
}

/** How a column of the place is written: bare for the trace's own, else as a parameter of the walk over a nested table. */
type ColumnSql = (name: string) => string;
/** The fields of a place. */
type Fields<Keyword extends string> = Readonly<Record<Keyword, (column: ColumnSql) => Field>>;
export type AnyFields = Fields<string>;

const boolean = (value: string): Field => ({ kind: "boolean", value });
const number = (value: string, isSet?: string): Field => ({ kind: "number", value, isSet });
const text = (value: string): Field => ({ kind: "text", value });
const each = (column: string) => (): Field => ({ kind: "text", value: "value", each: column });

export const traceFields: Fields<KeywordOf<"trace">> = {
  ok: (column) => boolean(column("ok")),
  error: (column) => boolean(column("error")),
  fault: (column) => boolean(column("fault")),
  throttle: (column) => boolean(column("throttle")),
  partial: (column) => boolean(column("partial")),
  inferred: () => boolean(`arrayExists(value -> bitTest(value, ${bits.inferred}), segments.flags)`),
  responsetime: (column) => number(`${column("response_ms")} / 1000`, `${column("response_ms")} >= 0`),
  duration: (column) => number(`${column("duration_ms")} / 1000`),
  "http.status": (column) => number(column("http_status"), `${column("http_status")} != 0`),
  "http.url": (column) => text(column("http_url")),
  "http.method": (column) => text(column("http_method")),
  "http.useragent": (column) => text(column("http_user_agent")),
  "http.clientip": (column) => text(column("http_client_ip")),
  user: each("segments.user"),
  availabilityzone: each("segments.availability_zone"),
  "instance.id": each("segments.instance_id"),
  "resource.arn": each("segments.resource_arn"),
  "account.id": each("segments.account_id"),
};

/** Of a call. */
export const notALink = { column: "flags", isSo: (flags: string) => `bitTest(${flags}, ${bits.link}) = 0` };

const flag = (name: keyof typeof bits) => (column: ColumnSql) => boolean(`bitTest(${column("flags")}, ${bits[name]})`);
const lengthUnless = (lacking: number) => (column: ColumnSql) =>
  number(`(${column("end_us")} - ${column("start_us")}) / 1000000`, `bitAnd(${column("flags")}, ${lacking}) = 0`);

const requestFields = {
  ok: (column: ColumnSql) => boolean(`bitAnd(${column("flags")}, ${mask("fault", "error", "throttle")}) = 0`),
  error: flag("error"),
  fault: flag("fault"),
  throttle: flag("throttle"),
  "http.status": (column: ColumnSql) => number(column("http_status"), `${column("http_status")} != 0`),
  "http.url": (column: ColumnSql) => text(column("http_url")),
  "http.method": (column: ColumnSql) => text(column("http_method")),
};

export const serviceFields: Fields<KeywordOf<"service">> = {
  ...requestFields,
  responsetime: lengthUnless(mask("inProgress")),
  duration: lengthUnless(mask("inProgress")),
  inferred: flag("inferred"),
  root: flag("root"),
  "http.useragent": (column) => text(column("http_user_agent")),
  "http.clientip": (column) => text(column("http_client_ip")),
  user: (column) => text(column("user")),
  availabilityzone: (column) => text(column("availability_zone")),
  "instance.id": (column) => text(column("instance_id")),
  "resource.arn": (column) => text(column("resource_arn")),
  name: (column) => text(column("name")),
  type: (column) => text(column("type")),
  "account.id": (column) => text(column("account_id")),
};

const absent = () => text("''");

export const edgeFields: Fields<KeywordOf<"edge">> = {
  ...requestFields,
  responsetime: lengthUnless(mask("inProgress", "link")),
  duration: lengthUnless(mask("inProgress", "link")),
  "http.useragent": absent,
  "http.clientip": absent,
  user: absent,
  availabilityzone: absent,
  "instance.id": absent,
  "resource.arn": absent,
};

type CauseKeyword = KeywordOf<"causeService" | "causeEntity" | "slowEntity" | "causeException">;

/** Of `element`, the JSON of what stands at `position` (from 1) in `list`. */
export const causeFields: Fields<CauseKeyword> = {
  first: () => boolean("position = 1"),
  last: () => boolean("position = length(list)"),
  index: () => number("(position - 1)"),
  name: () => text("JSONExtractString(element, 'Name')"),
  type: () => text("JSONExtractString(element, 'Type')"),
  message: () => text("JSONExtractString(element, 'Message')"),
  inferred: () => boolean("JSONExtractBool(element, 'Inferred')"),
  remote: () => boolean("JSONExtractBool(element, 'Remote')"),
  coverage: () => number("JSONExtractFloat(element, 'Coverage')", "JSONHas(element, 'Coverage')"),
};

export const causeColumns: Readonly<Record<RootCauseTerm["of"], string>> = {
  fault: "fault_causes",
  error: "error_causes",
  responsetime: "response_time_causes",
};
