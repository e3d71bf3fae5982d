import { NormalizedSchema } from "@smithy/core/schema";
import type { $SchemaRef } from "@smithy/types";

/** What a record shows in place of a secret or of somebody's data. AWS's own words. */
export const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

type Writer = (value: unknown) => unknown;

/**
 * Spells an input or an output as a record does: member names with their first letter lower-cased, at every depth;
 * map keys, order and values as they are; times as ISO 8601 with whole seconds. Members that the API's model marks
 * sensitive, and blobs, are hidden; streams are left out.
 *
 * @param schema the SDK package's schema of the structure, or undefined for an operation without one.
 * @returns null if there is nothing to show, as AWS records it.
 *
 * Source: AWS CloudTrail User Guide, "CloudTrail record contents".
 */
export function toEventParameters(schema: unknown, value: unknown): unknown {
  if (schema === undefined || schema === null || value === undefined || value === null) return null;
  const written = writerOf(NormalizedSchema.of(schema as $SchemaRef))(value) as Record<string, unknown>;
  return Object.keys(written).length === 0 ? null : written;
}

/** Compiled once a schema: the walk through traits costs more than the writing. */
const writers = new WeakMap<object, Writer>();

function writerOf(schema: NormalizedSchema): Writer {
  const traits = schema.getMergedTraits();
  if (traits.sensitive) return () => hidden;
  if (schema.isBlobSchema()) return traits.streaming ? () => undefined : () => hidden;
  if (schema.isTimestampSchema()) return (value) => (value instanceof Date ? isoSeconds(value.getTime()) : value);
  if (schema.isListSchema()) {
    const item = lazyWriter(schema.getValueSchema());
    return (value) => (Array.isArray(value) ? value.map((element) => item(element) ?? null) : undefined);
  }
  if (schema.isMapSchema()) {
    const item = lazyWriter(schema.getValueSchema());
    return (value) => mapEntries(value, (key, element) => [key, item(element)]);
  }
  if (schema.isStructSchema() || schema.isUnionSchema()) return structWriter(schema);
  return (value) => (typeof value === "bigint" ? value.toString() : value);
}

function structWriter(schema: NormalizedSchema): Writer {
  const key = schema.getSchema() as object;
  const known = writers.get(key);
  if (known) return known;
  const members: [name: string, shown: string, write: Writer][] = [];
  const write: Writer = (value) => {
    if (typeof value !== "object" || value === null) return undefined;
    const written: Record<string, unknown> = {};
    for (const [name, shown, writeMember] of members) {
      const member = (value as Record<string, unknown>)[name];
      if (member === undefined || member === null) continue;
      const writtenMember = writeMember(member);
      if (writtenMember !== undefined) written[shown] = writtenMember;
    }
    return written;
  };
  // Before the members are looked at: a structure may contain itself.
  writers.set(key, write);
  for (const [name, member] of schema.structIterator())
    members.push([name, name.charAt(0).toLowerCase() + name.slice(1), lazyWriter(member)]);
  return write;
}

/** Structures may be recursive, so a member's writer is made when it is first needed. */
function lazyWriter(schema: NormalizedSchema): Writer {
  let writer: Writer | undefined;
  return (value) => {
    writer ??= writerOf(schema);
    return writer(value);
  };
}

function mapEntries(value: unknown, entry: (key: string, element: unknown) => [string, unknown]): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => entry(key, element)));
}

/** `2026-08-01T12:00:00Z`: a record's times have no fraction, and log readers parse exactly this shape. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
