import { isUtf8 } from "node:buffer";

/** An element of a request body. Namespace prefixes are left out: S3 looks at local names only. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside, references resolved. */
  readonly text: string;
}

export class XmlProblem extends Error {
  override readonly name = "XmlProblem";
}

const depthMax = 64;
/** DeleteObjects names 1,000 objects and CompleteMultipartUpload 10,000 parts of up to eight elements each. */
const elementsMax = 200_000;

/**
 * Reads one XML document. Strict where it matters: UTF-8, balanced, no document type (so no entities of the sender's
 * own making), nothing but the five named references and numeric ones, bounded depth and number of elements.
 *
 * @throws XmlProblem
 */
export function parseXml(body: Uint8Array): XmlElement {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!isUtf8(bytes)) throw new XmlProblem("not UTF-8");
  return new XmlReader(bytes.toString("utf8").replace(/^\uFEFF/, "")).document();
}

interface OpenElement {
  readonly qualifiedName: string;
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

class XmlReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  document(): XmlElement {
    const open: OpenElement[] = [];
    let root: XmlElement | undefined;
    let elements = 0;
    while (this.#at < this.#source.length) {
      const tagAt = this.#source.indexOf("<", this.#at);
      this.#takeText(tagAt === -1 ? this.#source.length : tagAt, open.at(-1));
      if (tagAt === -1) break;
      if (this.#startsWith("<?")) this.#skipPast("?>");
      else if (this.#startsWith("<!--")) this.#skipPast("-->");
      else if (this.#startsWith("<![CDATA[")) this.#takeCharacterData(open.at(-1));
      else if (this.#startsWith("<!")) throw new XmlProblem("document types are not allowed");
      else if (this.#startsWith("</")) {
        const closed = this.#closeTag(open);
        if (open.length === 0) root = closed;
        else open.at(-1)?.children.push(closed);
      } else {
        if (root !== undefined) throw new XmlProblem("more than one root");
        if (++elements > elementsMax || open.length >= depthMax) throw new XmlProblem("too large");
        const { element, empty } = this.#openTag();
        if (!empty) open.push(element);
        else if (open.length === 0) root = element;
        else open.at(-1)?.children.push(element);
      }
    }
    if (root === undefined || open.length > 0) throw new XmlProblem("ends early");
    return root;
  }

  #startsWith(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #skipPast(text: string): string {
    const end = this.#source.indexOf(text, this.#at);
    if (end === -1) throw new XmlProblem(`'${text}' expected`);
    const skipped = this.#source.slice(this.#at, end);
    this.#at = end + text.length;
    return skipped;
  }

  #takeText(end: number, into: OpenElement | undefined): void {
    const text = this.#source.slice(this.#at, end);
    this.#at = end;
    if (into !== undefined) into.text += resolveReferences(text);
    else if (text.trim() !== "") throw new XmlProblem("text outside the root");
  }

  #takeCharacterData(into: OpenElement | undefined): void {
    if (into === undefined) throw new XmlProblem("text outside the root");
    this.#at += "<![CDATA[".length;
    into.text += this.#skipPast("]]>");
  }

  #openTag(): { element: OpenElement; empty: boolean } {
    this.#at += 1;
    const qualifiedName = this.#match(namePattern);
    const attributes: Record<string, string> = Object.create(null);
    for (;;) {
      const spaced = this.#match(spacePattern) !== "";
      if (this.#startsWith(">") || this.#startsWith("/>")) break;
      const name = this.#match(namePattern);
      if (!spaced || name in attributes) throw new XmlProblem("bad attribute");
      this.#match(equalsPattern);
      const quoted = this.#match(quotedPattern);
      if (quoted.includes("<")) throw new XmlProblem("bad attribute");
      attributes[name] = resolveReferences(quoted.slice(1, -1));
    }
    const empty = this.#startsWith("/>");
    this.#at += empty ? 2 : 1;
    return { element: { qualifiedName, name: localName(qualifiedName), attributes, children: [], text: "" }, empty };
  }

  #closeTag(open: OpenElement[]): XmlElement {
    this.#at += 2;
    const name = this.#match(namePattern);
    this.#match(spacePattern);
    const element = open.pop();
    if (!this.#startsWith(">") || element?.qualifiedName !== name) throw new XmlProblem("tags do not match");
    this.#at += 1;
    return element;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) throw new XmlProblem("not well-formed");
    this.#at += found.length;
    return found;
  }
}

const namePattern = /[A-Za-z_:][\w:.-]*/y;
const spacePattern = /[ \t\r\n]*/y;
const equalsPattern = /[ \t\r\n]*=[ \t\r\n]*/y;
const quotedPattern = /"[^"]*"|'[^']*'/y;

function localName(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

function resolveReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]{0,10});?/g, (whole, name: string) => {
    const character = whole.endsWith(";") ? characterOf(name) : undefined;
    if (character === undefined) throw new XmlProblem("unknown reference");
    return character;
  });
}

function characterOf(name: string): string | undefined {
  const number = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
  if (number === null) return namedCharacters.get(name);
  const code = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return String.fromCodePoint(code);
}

const namedCharacters = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["apos", "'"],
]);

/** Text and attribute values as they may stand in a document. Control characters become references, as S3 sends them. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not reach the document raw.
  return text.replace(/[&<>"\u0000-\u0008\u000b-\u001f]/g, (character) => {
    switch (character) {
      case "&":
        return "&amp;";
      case "<":
        return "&lt;";
      case ">":
        return "&gt;";
      case '"':
        return "&quot;";
      default:
        return `&#x${character.charCodeAt(0).toString(16)};`;
    }
  });
}
