import { walk } from "./compile-trace.js";
import type { Entity } from "./entity.js";

/** AWS X-Ray quotas: indexed annotations a trace; surplus ones stay in the documents. The first ones win. */
const indexedAnnotationsMax = 50;

/** One value of one key. */
export interface IndexedAnnotation {
  readonly key: string;
  readonly value: string | number | boolean;
  /** Those that carried it, in themselves or in a subsegment; none if only subsegments without a parent did. */
  readonly segments: Set<Entity>;
}

/** Distinct pairs of key and value, in the order of the documents. */
export function indexedAnnotationsOf(segments: readonly Entity[]): IndexedAnnotation[] {
  const byKey = new Map<string, Map<string | number | boolean, IndexedAnnotation>>();
  const indexed: IndexedAnnotation[] = [];
  for (const segment of segments)
    walk(segment, ({ annotations }) => {
      if (annotations === undefined) return;
      for (const key of Object.keys(annotations)) {
        const value = annotations[key]!;
        const values = byKey.get(key);
        let annotation = values?.get(value);
        if (annotation === undefined) {
          if (indexed.length >= indexedAnnotationsMax) continue;
          annotation = { key, value, segments: new Set() };
          indexed.push(annotation);
          if (values) values.set(value, annotation);
          else byKey.set(key, new Map([[value, annotation]]));
        }
        if (segment.type === undefined) annotation.segments.add(segment);
      }
    });
  return indexed;
}
