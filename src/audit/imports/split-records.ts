import { LogFileRefused } from "./log-file-refused.js";

/** A record of AWS's has at most 256 KB, and 1 MB in an event data store of large events. */
const recordBytesMax = 1024 * 1024;
/** Deeper than any real record, and far from the end of the stack. */
const depthMax = 100;
const partsMax = 1024;

const beginning = Buffer.from('{"Records":[');
/** Within the quotes of it a space is not between parts. */
const inQuotes = { from: 2, until: 9 };
const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/**
 * Cuts `{"Records":[{…},{…}]}` into its records while it comes, so that a file is never parsed as a whole: what a hostile
 * one can make the engine build is bounded by one record. `Records` must be the first member and the only one.
 *
 * @param take gets the bytes of each record without the spaces between its parts. Its JSON is not checked further here.
 */
export function splitRecords(take: (record: Buffer) => void) {
  let state: "beginning" | "first" | "next" | "record" | "after" | "closing" | "end" = "beginning";
  let matched = 0;
  let depth = 0;
  let quoted = false;
  let escaped = false;
  /** Of the record that is being read: what came in former chunks. */
  let parts: Buffer[] = [];
  let length = 0;

  function add(part: Buffer): void {
    length += part.length;
    if (length > recordBytesMax)
      throw new LogFileRefused("InvalidLogFile", `The file holds a record of more than ${recordBytesMax} bytes.`);
    if (part.length > 0) parts.push(part);
    // Many spaces make many small parts.
    if (parts.length > partsMax) parts = [Buffer.concat(parts, length)];
  }

  /** Reads on in a record. @returns where to go on, behind the record or at the end of the chunk. */
  function record(chunk: Buffer, from: number): number {
    let start = from;
    for (let index = from; index < chunk.length; index++) {
      const byte = chunk[index] as number;
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) quoted = false;
      } else if (byte === quote) quoted = true;
      else if (byte === openBrace || byte === openBracket) {
        if (++depth > depthMax)
          throw new LogFileRefused("InvalidLogFile", `The file is nested deeper than ${depthMax} levels.`);
      } else if (byte === closeBrace || byte === closeBracket) {
        if (--depth === 0) {
          add(chunk.subarray(start, index + 1));
          take(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length));
          parts = [];
          length = 0;
          state = "after";
          return index + 1;
        }
      } else if (isSpace(byte)) {
        add(chunk.subarray(start, index));
        start = index + 1;
      }
    }
    add(chunk.subarray(start));
    return chunk.length;
  }

  function between(byte: number, chunk: Buffer, index: number): number {
    if (isSpace(byte) && !(matched >= inQuotes.from && matched <= inQuotes.until)) return index + 1;
    if (state === "beginning" && byte === beginning[matched]) {
      if (++matched === beginning.length) state = "first";
      return index + 1;
    }
    if ((state === "first" || state === "next") && byte === openBrace) {
      state = "record";
      return record(chunk, index);
    }
    if ((state === "first" || state === "after") && byte === closeBracket) state = "closing";
    else if (state === "after" && byte === comma) state = "next";
    else if (state === "closing" && byte === closeBrace) state = "end";
    else throw new LogFileRefused("InvalidLogFile", 'The file is not of the form {"Records":[{…},{…}]}.');
    return index + 1;
  }

  return {
    push(bytes: Uint8Array): void {
      const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let index = 0;
      while (index < chunk.length)
        index = state === "record" ? record(chunk, index) : between(chunk[index] as number, chunk, index);
    },

    /** @throws LogFileRefused if the file broke off. */
    end(): void {
      if (state !== "end") throw new LogFileRefused("InvalidLogFile", "The file is cut off.");
    },
  };
}
