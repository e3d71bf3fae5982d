import { QueryRefused } from "../query-refused.js";
import type { Type } from "../types.js";
import { type Value, value } from "../value.js";
import { type FunctionCall, literalText } from "./rules.js";

export const utc: Type = { kind: "timestamp with time zone", zone: "UTC" };

const zones = new Set(Intl.supportedValuesOf("timeZone"));

/** The name of a zone of the time zone database. It becomes part of a type, so it must be one. */
export function zoneOf(call: FunctionCall, given: Value | undefined): string {
  const name = literalText(call, given, "time zone");
  if (name.toUpperCase() === "UTC") return "UTC";
  if (!zones.has(name))
    throw new QueryRefused(`'${name.slice(0, 60)}' is not a valid time zone name such as Europe/Berlin`);
  return name;
}

/** The same instant, as clocks in the zone show it. A time without zone is one of UTC. */
export function inZone(moment: Value, zone: string): Value {
  const exact = moment.type.kind === "date" ? `toDateTime64(${moment.sql}, 3, 'UTC')` : moment.sql;
  return value({ kind: "timestamp with time zone", zone }, `toTimeZone(${exact}, '${zone}')`, moment);
}

/** The instant at which clocks in the zone show this time. */
export function withZone(moment: Value, zone: string): Value {
  return value(
    { kind: "timestamp with time zone", zone },
    `toDateTime64(toString(${moment.sql}), 3, '${zone}')`,
    moment,
  );
}
