/**
 * The query as the service understands it: percent-encoding resolved, `+` a space. The signature is checked over these
 * same names and values, so nothing can be honoured that was not signed.
 */
export class QueryParameters {
  /** In the order sent. */
  readonly entries: readonly (readonly [name: string, value: string])[];

  private constructor(entries: readonly (readonly [string, string])[]) {
    this.entries = entries;
  }

  /** @returns undefined if some part is not valid percent-encoded UTF-8. */
  static parse(rawQuery: string): QueryParameters | undefined {
    if (rawQuery === "") return QueryParameters.#none;
    const entries: [string, string][] = [];
    for (const part of rawQuery.split("&")) {
      if (part === "") continue;
      const equals = part.indexOf("=");
      const name = decodeComponent(equals === -1 ? part : part.slice(0, equals));
      const value = equals === -1 ? "" : decodeComponent(part.slice(equals + 1));
      if (name === undefined || value === undefined) return undefined;
      entries.push([name, value]);
    }
    return new QueryParameters(entries);
  }

  static readonly #none = new QueryParameters([]);

  static get none(): QueryParameters {
    return QueryParameters.#none;
  }

  /** The first value of that name. */
  get(name: string): string | undefined {
    for (const [key, value] of this.entries) if (key === name) return value;
    return undefined;
  }

  all(name: string): string[] {
    return this.entries.filter(([key]) => key === name).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

function decodeComponent(text: string): string | undefined {
  return decodePercent(text.includes("+") ? text.replaceAll("+", " ") : text);
}

/**
 * Resolves percent-encoding. Node hands raw bytes of the request line over as Latin-1, so raw UTF-8 is read as such.
 *
 * @returns undefined for a broken escape or bytes that are not UTF-8.
 */
export function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(escapeRawBytes(text));
  } catch {
    return undefined;
  }
}

function escapeRawBytes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside ASCII is meant.
  return text.replace(/[^\u0000-\u007f]/g, (character) =>
    character.charCodeAt(0) <= 0xff
      ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
      : encodeURIComponent(character),
  );
}

/** Percent-encodes as RFC 3986 and SigV4 want it: everything but letters, digits and `-._~`. */
export function encodeStrictly(text: string): string {
  return plain.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

const plain = /^[\w.~-]*$/;
