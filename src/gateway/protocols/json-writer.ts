import { WrittenJson } from "../../services/written-json.js";
import { formatTimestamp } from "./scalar-text.js";
import type { Member, Shape, StructureShape } from "./shape.js";

/** Turns a typed output into what `JSON.stringify` may write. Absent members stay absent; null is absent. */
type Writer = (value: unknown) => unknown;

/** Compiles the writer of a structure. @param members those the body carries; all of them where absent. */
export function compileJsonWriter(shape: StructureShape, members: readonly Member[] = shape.members) {
  const writers = members.map(({ name, shape }) => ({ name, label: JSON.stringify(name), write: writerOf(shape) }));
  return (value: unknown): string => {
    const source = (value ?? {}) as Record<string, unknown>;
    const written: string[] = [];
    for (const { name, label, write } of writers) {
      const member = source[name];
      if (!present(member)) continue;
      written.push(`${label}:${member instanceof WrittenJson ? member.text : JSON.stringify(write(member))}`);
    }
    return `{${written.join(",")}}`;
  };
}

const compiled = new WeakMap<StructureShape, Writer>();

function writerOf(shape: Shape): Writer {
  switch (shape.kind) {
    case "structure": {
      const known = compiled.get(shape);
      if (known !== undefined) return known;
      let writer: Writer | undefined;
      const lazy: Writer = (value) => {
        writer ??= structureWriter(shape.members);
        return writer(value);
      };
      compiled.set(shape, lazy);
      return lazy;
    }
    case "list": {
      const item = writerOf(shape.item.shape);
      return (value) => (value as readonly unknown[]).filter(present).map(item);
    }
    case "map": {
      const item = writerOf(shape.value.shape);
      return (value) =>
        Object.fromEntries(
          Object.entries(value as object)
            .filter(([, entry]) => present(entry))
            .map(([key, entry]) => [key, item(entry)]),
        );
    }
    case "timestamp": {
      const { format } = shape;
      if (format === "date-time" || format === "http-date") return (value) => formatTimestamp(value as Date, format);
      return (value) => (value as Date).getTime() / 1000;
    }
    case "blob":
      return (value) => Buffer.from(value as Uint8Array).toString("base64");
    case "integer":
      return (value) => Number(value);
    default:
      return (value) => value;
  }
}

function structureWriter(members: readonly Member[]): Writer {
  const writers = members.map(({ name, shape }) => ({ name, write: writerOf(shape) }));
  return (value) => {
    const source = value as Record<string, unknown>;
    const result: Record<string, unknown> = {};
    for (const { name, write } of writers) {
      const member = source[name];
      if (present(member)) result[name] = write(member);
    }
    return result;
  };
}

function present(value: unknown): boolean {
  return value !== undefined && value !== null;
}
