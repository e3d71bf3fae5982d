import type { Attributes, AttributeValue } from "./span.js";

/**
 * Attributes of one span or resource while they are mapped. What went into a field of the segment is `taken`; the rest
 * becomes annotations and metadata.
 */
export class SpanAttributes {
  readonly #values: Attributes;
  readonly #taken = new Set<string>();

  constructor(values: Attributes) {
    this.#values = values;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Looks without taking. */
  peek(key: string): string | undefined {
    const value = this.#values.get(key);
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  /** The first of the keys that holds a text that is not empty; it is taken. Numbers count as their digits. */
  text(...keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const value = this.#values.get(key);
      if ((typeof value === "string" && value !== "") || typeof value === "number") {
        this.#taken.add(key);
        return String(value);
      }
    }
    return undefined;
  }

  /** Likewise for a whole number, which may have been sent as text. */
  integer(...keys: readonly string[]): number | undefined {
    for (const key of keys) {
      const value = this.#values.get(key);
      const number = typeof value === "string" && value !== "" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isSafeInteger(number)) continue;
      this.#taken.add(key);
      return number;
    }
    return undefined;
  }

  /** A list of texts; one text is a list of one. */
  texts(key: string): readonly string[] {
    const value = this.#values.get(key);
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const texts = list.filter((item) => typeof item === "string" && item !== "") as string[];
    if (texts.length > 0) this.#taken.add(key);
    return texts;
  }

  /** Attributes that no field has taken. */
  *rest(): Generator<readonly [key: string, value: AttributeValue, taken: boolean]> {
    for (const [key, value] of this.#values) yield [key, value, this.#taken.has(key)];
  }
}
