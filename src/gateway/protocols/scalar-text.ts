import type { TimestampFormat } from "./shape.js";

/** Times as wire formats spell them. Milliseconds are kept where the format has room for them. */
export function formatTimestamp(value: Date, format: TimestampFormat): string {
  switch (format) {
    case "date-time":
      return value.getUTCMilliseconds() === 0 ? `${value.toISOString().slice(0, 19)}Z` : value.toISOString();
    case "http-date":
      return value.toUTCString();
    case "epoch-seconds":
      return String(value.getTime() / 1000);
  }
}

/** @returns undefined if `text` is not a time. All three spellings are understood, as AWS's front ends do. */
export function parseTimestamp(text: string): Date | undefined {
  if (epochSeconds.test(text)) return dateOfSeconds(Number(text));
  if (!dateTime.test(text) && !httpDate.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : new Date(milliseconds);
}

export function dateOfSeconds(seconds: number): Date | undefined {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const epochSeconds = /^-?\d{1,16}(\.\d{1,9})?([eE][+-]?\d{1,3})?$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** @returns undefined if `text` is not a finite number. */
export function parseNumber(text: string): number | undefined {
  if (!decimalNumber.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const decimalNumber = /^[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,4})?$/;

/** @returns undefined if `text` is not base64 (padding may be absent). */
export function parseBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  const stripped = text.endsWith("=") ? text.replace(/={1,2}$/, "") : text;
  return bytes.toString("base64").replace(/=+$/, "").length === stripped.length && base64.test(stripped)
    ? bytes
    : undefined;
}

const base64 = /^[A-Za-z0-9+/]*$/;
