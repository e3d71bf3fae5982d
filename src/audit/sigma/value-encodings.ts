import { SigmaError } from "./sigma-error.js";
import { TextPattern } from "./text-pattern.js";

/** Makes of a value the ones that are looked for in its place. */
export type Encoding = (key: string, pattern: TextPattern) => TextPattern[];

export function encodingOf(modifier: string): Encoding | undefined {
  return encodings.get(modifier);
}

const variantsMax = 400;

/** Bytes travel through chained modifiers as text of one character a byte. */
const bytesOf = (text: string) =>
  Buffer.from(text, /[\u0100-\uffff]/.test(text) ? "utf8" : bytesAreText(text) ? "utf8" : "latin1");
const bytesAreText = (text: string) => !/[\0\x80-\xff]/.test(text);
const literal = (text: string) => TextPattern.read(text.replace(/[\\*?]/g, "\\$&"));

function ofText(encode: (text: string) => string[]): Encoding {
  return (key, pattern) => {
    const { plain } = pattern;
    if (plain === undefined) throw new SigmaError(`'${key}': text with wildcards cannot be encoded`);
    return encode(plain).map(literal);
  };
}

const utf16le = (text: string) => Buffer.from(text, "utf16le").toString("latin1");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16().toString("latin1");

/** The parts that are the same wherever in a text of Base64 the value stands: at three offsets. */
function base64offsets(text: string): string[] {
  const bytes = bytesOf(text);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const from = [0, 2, 3][offset]!;
    const rest = (bytes.length + offset) % 3;
    return encoded.slice(from, rest === 0 ? undefined : -1);
  });
}

const dashes = ["-", "/", "–", "—", "―"];

/** Every dash or slash that begins a word, in all its forms. */
function windash(key: string, pattern: TextPattern): TextPattern[] {
  let patterns = [pattern];
  for (const dash of dashes) {
    const made = dashes.map((other) =>
      pattern.map((text) => text.replace(dashPattern, (found) => (found === dash ? other : found))),
    );
    patterns = [...patterns, ...made];
  }
  const all = dashes.map((other) => pattern.map((text) => text.replace(dashPattern, other)));
  patterns = [...patterns, ...all];
  if (patterns.length > variantsMax) throw new SigmaError(`'${key}' has too many dashes`);
  return patterns;
}
const dashPattern = /(?<=^|\s)[-/–—―](?=\w)/g;

const encodings = new Map<string, Encoding>([
  ["utf16le", ofText((text) => [utf16le(text)])],
  ["wide", ofText((text) => [utf16le(text)])],
  ["utf16be", ofText((text) => [utf16be(text)])],
  ["utf16", ofText((text) => [`\xff\xfe${utf16le(text)}`])],
  ["base64", ofText((text) => [bytesOf(text).toString("base64")])],
  ["base64offset", ofText(base64offsets)],
  ["windash", windash],
]);
