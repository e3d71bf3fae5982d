import { ServiceError } from "../../services/service-error.js";
import { defineEntry, lowerFirst } from "../strict-shape.js";
import type { ReadableRequest } from "./codec.js";
import { formatTimestamp } from "./scalar-text.js";
import type { Member, Shape, StructureShape } from "./shape.js";
import { readText } from "./text-reader.js";

/** Reads one member from the request's path, query or headers; undefined if it was not sent. */
type Binding = (from: ReadableRequest) => unknown;

export interface RequestBindings {
  /** Reads everything but the body into `input`; names what is missing. */
  read(from: ReadableRequest, input: Record<string, unknown>, missing: string[]): void;
  /** Members that the body carries together, where no member is the whole body. */
  readonly bodyMembers: readonly Member[];
  /** The member that is the whole body. */
  readonly payload: Member | undefined;
}

/** Compiles the REST protocols' bindings of members to parts of a request. */
export function compileRequestBindings(shape: StructureShape): RequestBindings {
  const bound: { member: Member; read: Binding }[] = [];
  const bodyMembers: Member[] = [];
  let payload: Member | undefined;
  for (const member of shape.members) {
    const read = bindingOf(member);
    if (read !== undefined) bound.push({ member, read });
    else if (member.traits.httpPayload || member.traits.streaming) payload = member;
    else bodyMembers.push(member);
  }
  return {
    bodyMembers,
    payload,
    read(from, input, missing) {
      for (const { member, read } of bound) {
        const value = read(from);
        if (value !== undefined) input[member.name] = value;
        else if (member.required) missing.push(lowerFirst(member.name));
      }
    },
  };
}

function bindingOf(member: Member): Binding | undefined {
  const { name, shape, traits } = member;
  if (traits.httpLabel) return ({ labels }) => labels[name];
  if (traits.httpQuery !== undefined) {
    const parameter = traits.httpQuery;
    if (shape.kind === "list")
      return ({ query }) => {
        const values = query.all(parameter).map((text) => readBound(shape.item.shape, text, parameter));
        return values.length === 0 ? undefined : values;
      };
    return ({ query }) => {
      const text = query.get(parameter);
      return text === undefined ? undefined : readBound(shape, text, parameter);
    };
  }
  if (traits.httpHeader !== undefined) {
    const header = traits.httpHeader.toLowerCase();
    return ({ request }) => {
      const text = request.headers[header]?.join(",");
      if (text === undefined) return undefined;
      // RFC 9110 13.1: a condition whose date cannot be read is left out of account.
      if (shape.kind === "timestamp") return readText(shape, text);
      if (shape.kind === "list") return text.split(",").map((part) => readBound(shape.item.shape, part.trim(), header));
      return readBound(shape, text, header);
    };
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = traits.httpPrefixHeaders.toLowerCase();
    return ({ request }) => {
      const map: Record<string, unknown> = {};
      for (const [header, values] of Object.entries(request.headers))
        if (header.startsWith(prefix) && values !== undefined)
          defineEntry(map, header.slice(prefix.length), values.join(","));
      return map;
    };
  }
  return undefined;
}

function readBound(shape: Shape, text: string, from: string): unknown {
  const value = readText(shape, text);
  if (value === undefined)
    throw new ServiceError("ValidationException", `'${from}' has a value that is not a ${shape.kind}.`);
  return value;
}

export interface ResponseBindings {
  /** Writes what goes into headers and tells the status, where the output decides it. */
  write(output: Readonly<Record<string, unknown>>, headers: Record<string, string>): void;
  readonly bodyMembers: readonly Member[];
  readonly payload: Member | undefined;
}

export function compileResponseBindings(shape: StructureShape): ResponseBindings {
  const headerMembers = shape.members.filter(({ traits }) => traits.httpHeader !== undefined);
  const prefixMembers = shape.members.filter(({ traits }) => traits.httpPrefixHeaders !== undefined);
  const payload = shape.members.find(({ traits }) => traits.httpPayload || traits.streaming);
  return {
    payload,
    bodyMembers: shape.members.filter(
      (member) => member !== payload && !headerMembers.includes(member) && !prefixMembers.includes(member),
    ),
    write(output, headers) {
      for (const { name, shape: memberShape, traits } of headerMembers) {
        const value = output[name];
        if (value !== undefined && value !== null)
          headers[(traits.httpHeader as string).toLowerCase()] = headerText(memberShape, value);
      }
      for (const { name, traits } of prefixMembers)
        for (const [key, value] of Object.entries((output[name] ?? {}) as Record<string, string>))
          headers[`${traits.httpPrefixHeaders}${key}`.toLowerCase()] = safeHeader(value);
    },
  };
}

function headerText(shape: Shape, value: unknown): string {
  if (shape.kind === "timestamp") return formatTimestamp(value as Date, shape.format ?? "http-date");
  if (shape.kind === "list")
    return (value as readonly unknown[]).map((item) => headerText(shape.item.shape, item)).join(",");
  return safeHeader(String(value));
}

/** A line break inside a header would end it and begin another. */
function safeHeader(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not reach a header.
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/g, "?");
}
