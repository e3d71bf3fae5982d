/** A character of UTF-16 has at most so many bytes of UTF-8. */
const bytesPerUnitMax = 3;
/**
 * Writes rows as the engine takes them (`TabSeparated`): fields divided by tabs, a row to a line, and in texts a
 * backslash before a backslash, a tab, a line feed or a carriage return. Almost no text has one of these, so a text is
 * mostly copied once and never rewritten, which no other text format of the engine allows.
 *
 * Half surrogate pairs, which JavaScript knows and UTF-8 does not, become U+FFFD.
 */
export class RowWriter {
  #bytes: Buffer;
  #length = 0;
  #rowBegun = false;

  /** @param expectedBytes saves copying if it is about right. */
  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
  }

  text(value: string): this {
    return this.fields(escapedField(value));
  }

  /** Several fields at once, already divided and escaped (`escapedField`): one copy instead of one a field. */
  fields(fields: string): this {
    this.#separate();
    return this.#append(fields);
  }

  /** An array of texts. */
  texts(values: readonly string[]): this {
    return this.textsOf(values, (value) => value);
  }

  /** An array of texts, one of each item. */
  textsOf<Item>(items: readonly Item[], textOf: (item: Item) => string): this {
    let field = "[";
    for (const item of items) {
      if (field.length > 1) field += ",";
      field += quoted(textOf(item));
    }
    return this.fields(`${field}]`);
  }

  /** @throws RangeError for what is not a whole number. */
  integer(value: number): this {
    return this.fields(String(wholeNumber(value)));
  }

  flag(value: boolean): this {
    return this.fields(value ? "1" : "0");
  }

  endRow(): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = lineFeed;
    this.#rowBegun = false;
    return this;
  }

  /** What was written. The writer is not used after this. */
  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #append(text: string): this {
    // Counting the bytes takes half as long as writing them, so it is done only where they might not fit.
    const fits = this.#length + text.length * bytesPerUnitMax <= this.#bytes.length;
    if (!fits) this.#reserve(Buffer.byteLength(text));
    this.#length += this.#bytes.write(text, this.#length);
    return this;
  }

  #separate(): void {
    if (this.#rowBegun) {
      this.#reserve(1);
      this.#bytes[this.#length++] = tab;
    }
    this.#rowBegun = true;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** @throws RangeError for what is not a whole number: one bad row must not make a whole group fail in the engine. */
export function wholeNumber(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number of a fact`);
  return value;
}

export function escapedField(text: string): string {
  return isPlain(text) ? text : escaped(text);
}

/** An array of texts as a field. */
export function escapedArray(values: readonly string[]): string {
  return `[${values.map(quoted).join(",")}]`;
}

const tab = 0x09;
const lineFeed = 0x0a;

/** Four searches for a character are eight times as fast as one regular expression. */
function isPlain(text: string): boolean {
  return !(text.includes("\\") || text.includes("\n") || text.includes("\t") || text.includes("\r"));
}

/** A member of an array. */
function quoted(text: string): string {
  if (text === "") return "''";
  const plain = isPlain(text) && !text.includes("'");
  return plain ? `'${text}'` : `'${escaped(text).replaceAll("'", "\\'")}'`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
}
