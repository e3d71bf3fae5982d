/**
 * A string as the engine takes it: JSON, with half surrogate pairs replaced, which JavaScript allows, UTF-8 does not
 * know and the engine refuses.
 */
export function encodeText(text: string): string {
  return JSON.stringify((text as string & { toWellFormed(): string }).toWellFormed());
}

export function encodeTexts(texts: readonly string[]): string {
  return `[${texts.map(encodeText).join(",")}]`;
}

/** @throws RangeError for what is not a whole number: one bad row must not make a whole group fail in the engine. */
export function encodeInteger(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a whole number of a fact`);
  return String(value);
}

/** Seconds as whole microseconds. @throws RangeError beyond the year 2255, up to which they are exact. */
export function encodeMicroseconds(seconds: number): string {
  return encodeInteger(Math.round(seconds * 1_000_000));
}
