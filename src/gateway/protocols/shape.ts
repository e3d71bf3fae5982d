import { NormalizedSchema } from "@smithy/core/schema";
import type { $SchemaRef } from "@smithy/types";

/**
 * A schema of an SDK package as a plain tree, made once when the process starts, so that readers and writers can be
 * compiled from it without asking for traits again. Shapes may contain themselves: the same schema is the same object.
 */
export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "integer" | "decimal" | "document" }
  | { readonly kind: "timestamp"; readonly format: TimestampFormat | undefined }
  | { readonly kind: "blob"; readonly streaming: boolean }
  | { readonly kind: "list"; readonly item: Member }
  | { readonly kind: "map"; readonly key: Member; readonly value: Member }
  | StructureShape;

export interface StructureShape {
  readonly kind: "structure";
  readonly name: string;
  readonly traits: Traits;
  /** Filled after construction, since a structure may contain itself. */
  readonly members: Member[];
}

export type TimestampFormat = "date-time" | "http-date" | "epoch-seconds";

export interface Member {
  /** As in the SDK's types, which is the name in JSON too. */
  readonly name: string;
  readonly shape: Shape;
  readonly traits: Traits;
  readonly required: boolean;
}

/** The traits that wire formats look at, as the SDK packages spell them. */
export interface Traits {
  readonly httpLabel?: 1;
  readonly httpPayload?: 1;
  readonly httpHeader?: string;
  readonly httpQuery?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpResponseCode?: 1;
  readonly httpQueryParams?: 1;
  readonly httpChecksum?: string;
  readonly http?: readonly [method: string, path: string, status: number];
  readonly httpError?: number;
  readonly awsQueryError?: readonly [code: string, status: number];
  readonly error?: "client" | "server";
  readonly streaming?: 1;
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly xmlAttribute?: 1;
  readonly xmlNamespace?: readonly [prefix: string | undefined, uri: string];
}

export interface OperationShape {
  readonly name: string;
  readonly traits: Traits;
  readonly input: StructureShape;
  readonly output: StructureShape;
  /** The schemas themselves, for `toEventParameters`. */
  readonly inputSchema: unknown;
  readonly outputSchema: unknown;
}

/** An operation's schema in an SDK package: `[9, namespace, name, traits, input, output]`. */
export function isOperationSchema(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value[0] === 9 && typeof value[2] === "string";
}

export function operationShape(schema: readonly unknown[]): OperationShape {
  return {
    name: schema[2] as string,
    traits: NormalizedSchema.of([
      3,
      "",
      "",
      schema[3] ?? 0,
      [],
      [],
    ] as unknown as $SchemaRef).getMergedTraits() as Traits,
    input: structureOf(schema[4]),
    output: structureOf(schema[5]),
    inputSchema: schema[4],
    outputSchema: schema[5],
  };
}

const unit: StructureShape = { kind: "structure", name: "Unit", traits: {}, members: [] };

export function structureOf(schema: unknown): StructureShape {
  const normalized = NormalizedSchema.of(schema as $SchemaRef);
  if (normalized.isUnitSchema()) return unit;
  const shape = shapeOf(normalized);
  if (shape.kind !== "structure") throw new Error(`${normalized.getName(true)} is not a structure`);
  return shape;
}

const structures = new WeakMap<object, StructureShape>();

function shapeOf(schema: NormalizedSchema): Shape {
  if (schema.isUnitSchema()) return unit;
  if (schema.isStructSchema()) return structureShapeOf(schema);
  if (schema.isListSchema()) return { kind: "list", item: memberOf("member", schema.getValueSchema(), false) };
  if (schema.isMapSchema())
    return {
      kind: "map",
      key: memberOf("key", schema.getKeySchema(), false),
      value: memberOf("value", schema.getValueSchema(), false),
    };
  if (schema.isBlobSchema()) return { kind: "blob", streaming: schema.isStreaming() };
  if (schema.isTimestampSchema())
    return { kind: "timestamp", format: timestampFormats[(schema.getSchema() as number) - timestampDefault] };
  if (schema.isBooleanSchema()) return { kind: "boolean" };
  if (schema.isNumericSchema()) return { kind: "number" };
  if (schema.isBigIntegerSchema()) return { kind: "integer" };
  if (schema.isBigDecimalSchema()) return { kind: "decimal" };
  if (schema.isDocumentSchema()) return { kind: "document" };
  return { kind: "string" };
}

/** Schema number 4 leaves the format to the protocol; 5, 6 and 7 name one. */
const timestampDefault = 4;
const timestampFormats = [undefined, "date-time", "http-date", "epoch-seconds"] as const;

function structureShapeOf(schema: NormalizedSchema): StructureShape {
  const key = schema.getSchema() as unknown as readonly unknown[] & object;
  const known = structures.get(key);
  if (known !== undefined) return known;
  const shape: StructureShape = {
    kind: "structure",
    name: schema.getName() ?? "",
    traits: schema.getOwnTraits() as Traits,
    members: [],
  };
  structures.set(key, shape);
  // `[3, namespace, name, traits, names, schemas, count of required members, which stand first]`
  const requiredCount = typeof key[6] === "number" ? key[6] : 0;
  let index = 0;
  for (const [name, member] of schema.structIterator())
    shape.members.push(memberOf(name, member, index++ < requiredCount));
  return shape;
}

function memberOf(name: string, schema: NormalizedSchema, required: boolean): Member {
  return { name, shape: shapeOf(schema), traits: schema.getMergedTraits() as Traits, required };
}
