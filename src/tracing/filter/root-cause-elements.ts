import type { RootCauseTerm } from "./filter.js";

type Json = Readonly<Record<string, unknown>>;

/**
 * The lists of a kind of element in a root cause: its services; the entities of all its services in one list; the
 * exceptions of each entity, a list an entity.
 *
 * @param cause JSON of one root cause, as in a trace's summary.
 */
export function listsOf(element: RootCauseTerm["element"], cause: string): readonly (readonly Json[])[] {
  const services = objectsIn(objectOf(JSON.parse(cause)), "Services");
  if (element === "service") return [services];
  const entities = services.flatMap((service) => objectsIn(service, "EntityPath"));
  return element === "entity" ? [entities] : entities.map((entity) => objectsIn(entity, "Exceptions"));
}

/** Whether a root cause is as the pattern says: every member of it, lists element by element. Null: not there, or empty. */
export function fitsPattern(pattern: unknown, value: unknown): boolean {
  if (pattern === null) return value === undefined || value === null || value === "";
  if (Array.isArray(pattern))
    return (
      Array.isArray(value) &&
      value.length === pattern.length &&
      pattern.every((element, index) => fitsPattern(element, value[index]))
    );
  if (typeof pattern === "object") {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    return Object.entries(pattern).every(([name, member]) =>
      fitsPattern(member, Object.hasOwn(value, name) ? (value as Json)[name] : undefined),
    );
  }
  return pattern === value;
}

function objectsIn(value: Json, member: string): readonly Json[] {
  const list = Object.hasOwn(value, member) ? value[member] : undefined;
  return Array.isArray(list) ? list.map(objectOf) : [];
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
