import { ServiceError } from "../../services/service-error.js";
import { QueryParameters } from "../query-parameters.js";
import { defineEntry, lowerFirst, refuseMissing } from "../strict-shape.js";
import { reply, type WireProtocol } from "./codec.js";
import { modelledError } from "./modelled-errors.js";
import type { Member, Shape } from "./shape.js";
import { readText } from "./text-reader.js";
import { escapeXml } from "./xml-text.js";
import { writeMembers } from "./xml-writer.js";

const fieldsMax = 20_000;
const depthMax = 20;

/** AWS Query: a form with `Action` and `Version` in, XML out. IAM, STS and SNS. */
export const queryProtocol: WireProtocol = {
  compile({ name, input, output }, service) {
    const hasResult = output.name !== "Unit";
    return {
      streamsBody: false,
      parse({ body, query }) {
        const form = body.length === 0 ? QueryParameters.none : QueryParameters.parse(body.toString("latin1"));
        if (form === undefined) throw malformed("The request body is not a valid form.");
        const missing: string[] = [];
        const fields = fieldTree([...query.entries, ...form.entries]);
        const value = readFields(input.members, fields, "", missing);
        refuseMissing(missing);
        return value;
      },
      answer(value, { requestId }) {
        const result = hasResult
          ? `<${name}Result>${writeMembers(output.members, (value ?? {}) as Record<string, unknown>)}</${name}Result>`
          : "";
        const xmlns = service.xmlNamespace === undefined ? "" : ` xmlns="${escapeXml(service.xmlNamespace)}"`;
        return reply(
          200,
          { "content-type": "text/xml", "x-amzn-requestid": requestId },
          `<${name}Response${xmlns}>${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>\n`,
        );
      },
    };
  },

  refuse(error, service, { requestId }) {
    const modelled = modelledError(service, error.code)?.traits;
    const [code, modelledStatus] = modelled?.awsQueryError ?? [error.code, modelled?.httpError];
    const status = error.httpStatus === 400 ? (modelledStatus ?? 400) : error.httpStatus;
    const xmlns = service.xmlNamespace === undefined ? "" : ` xmlns="${escapeXml(service.xmlNamespace)}"`;
    return reply(
      status,
      { "content-type": "text/xml", "x-amzn-requestid": requestId },
      `<ErrorResponse${xmlns}><Error><Type>${status >= 500 ? "Receiver" : "Sender"}</Type><Code>${escapeXml(code)}</Code>` +
        `<Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>\n`,
    );
  },
};

/** `Tags.member.1.Key=a` as a tree: Tags -> member -> 1 -> Key. */
interface Field {
  text?: string;
  readonly children: Map<string, Field>;
}

function fieldTree(entries: readonly (readonly [string, string])[]): Field {
  if (entries.length > fieldsMax) throw malformed(`The request has more than ${fieldsMax} parameters.`);
  const root: Field = { children: new Map() };
  for (const [name, value] of entries) {
    const parts = name.split(".");
    if (parts.length > depthMax) throw malformed("A parameter name is nested too deeply.");
    let field = root;
    for (const part of parts) {
      let child = field.children.get(part);
      if (child === undefined) {
        child = { children: new Map() };
        field.children.set(part, child);
      }
      field = child;
    }
    field.text ??= value;
  }
  return root;
}

function readFields(members: readonly Member[], from: Field, path: string, missing: string[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, shape, traits, required } of members) {
    const field = from.children.get(traits.xmlName ?? name);
    const at = path === "" ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const value = field === undefined ? undefined : readField(shape, field, at, missing, traits.xmlFlattened === 1);
    if (value !== undefined) result[name] = value;
    else if (required) missing.push(at);
  }
  return result;
}

function readField(shape: Shape, field: Field, at: string, missing: string[], flattened: boolean): unknown {
  switch (shape.kind) {
    case "structure":
      return readFields(shape.members, field, at, missing);
    case "list": {
      const items = flattened ? field : field.children.get(shape.item.traits.xmlName ?? "member");
      // `Tags=` alone is how an empty list is sent.
      if (items === undefined) return field.text === undefined ? undefined : [];
      return numbered(items).map(([index, item]) => {
        const value = readField(shape.item.shape, item, `${at}.${index}.member`, missing, false);
        if (value === undefined) throw malformed(`The parameter '${at}.${index}' has no value.`);
        return value;
      });
    }
    case "map": {
      const entries = flattened ? field : field.children.get("entry");
      if (entries === undefined) return field.text === undefined ? undefined : {};
      const map: Record<string, unknown> = {};
      for (const [index, entry] of numbered(entries)) {
        const key = entry.children.get(shape.key.traits.xmlName ?? "key")?.text;
        const item = entry.children.get(shape.value.traits.xmlName ?? "value");
        if (key === undefined || item === undefined)
          throw malformed(`The parameter '${at}.entry.${index}' wants a key and a value.`);
        defineEntry(map, key, readField(shape.value.shape, item, `${at}.${index}.value`, missing, false));
      }
      return map;
    }
    default: {
      if (field.text === undefined) return undefined;
      const value = readText(shape, field.text);
      if (value === undefined) throw malformed(`The value of '${at}' is not a valid ${shape.kind}.`);
      return value;
    }
  }
}

/** Items in the order of their numbers; gaps are allowed, as AWS allows them. */
function numbered(field: Field): [number, Field][] {
  return [...field.children]
    .map(([index, item]): [number, Field] => {
      if (!/^\d{1,9}$/.test(index)) throw malformed(`'${index.slice(0, 64)}' is not the number of an item.`);
      return [Number(index), item];
    })
    .sort(([left], [right]) => left - right);
}

function malformed(message: string): ServiceError {
  return new ServiceError("MalformedInput", message);
}
