import { Readable } from "node:stream";
import { ServiceError, validationError } from "../../services/service-error.js";
import { reply, type WireProtocol } from "./codec.js";
import { compileRequestBindings, compileResponseBindings } from "./http-bindings.js";
import { modelledError } from "./modelled-errors.js";
import type { Member } from "./shape.js";
import { readXml } from "./xml-reader.js";
import { escapeXml, parseXml, XmlProblem } from "./xml-text.js";
import { writeElement, writeMembers } from "./xml-writer.js";

const xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** REST-XML as S3 speaks it. */
export const restXmlProtocol: WireProtocol = {
  compile({ name, input, output, traits }) {
    const request = compileRequestBindings(input);
    const response = compileResponseBindings(output);
    const status = traits.http?.[2] ?? 200;
    const streamsBody = request.payload?.shape.kind === "blob" && request.payload.shape.streaming;
    const rootName = output.traits.xmlName ?? output.name;
    return {
      streamsBody,
      parse(from) {
        const value: Record<string, unknown> = {};
        const missing: string[] = [];
        request.read(from, value, missing);
        if (missing.length > 0) throw validationError(`Missing required parameter: ${missing.join(", ")}`);
        if (streamsBody) {
          value[(request.payload as Member).name] = from.stream ?? Readable.from([]);
          if (from.streamLength !== undefined) value["ContentLength"] = from.streamLength;
        } else if (request.payload !== undefined) {
          const payload = readPayload(request.payload, from.body);
          if (payload !== undefined) value[request.payload.name] = payload;
        }
        removeTransferCoding(value);
        return value;
      },
      answer(outputValue, { requestId }) {
        const value = (outputValue ?? {}) as Record<string, unknown>;
        const headers: Record<string, string> = { "x-amz-request-id": requestId, "x-amzn-requestid": requestId };
        response.write(value, headers);
        const partial = value["ContentRange"] !== undefined && (name === "GetObject" || name === "HeadObject");
        const answered = partial ? 206 : status;
        if (traits.http?.[0] === "HEAD") return { status: answered, headers, body: "" };
        if (response.payload !== undefined)
          return answerPayload(answered, headers, response.payload, value[response.payload.name]);
        if (response.bodyMembers.length === 0) return reply(answered, headers, "");
        headers["content-type"] = "application/xml";
        // S3 puts the region straight into the root, unlike everything else it says.
        const body =
          name === "GetBucketLocation"
            ? `<${rootName} xmlns="${xmlns}">${escapeXml(String(value["LocationConstraint"] ?? ""))}</${rootName}>`
            : `<${rootName} xmlns="${xmlns}">${writeMembers(response.bodyMembers, value)}</${rootName}>`;
        return reply(answered, headers, declaration + body);
      },
    };
  },

  refuse(error, service, { requestId, rawPath }) {
    const modelled = modelledError(service, error.code);
    const status = error.httpStatus === 400 ? (modelled?.traits.httpError ?? 400) : error.httpStatus;
    const headers: Record<string, string> = { "x-amz-request-id": requestId, "x-amzn-requestid": requestId };
    if (status === 304) return { status, headers, body: "" };
    headers["content-type"] = "application/xml";
    const members = Object.entries(error.members)
      .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
      .join("");
    return reply(
      status,
      headers,
      `${declaration}<Error><Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>${members}` +
        `<Resource>${escapeXml(rawPath)}</Resource><RequestId>${requestId}</RequestId></Error>`,
    );
  },
};

function readPayload({ shape, required }: Member, body: Buffer): unknown {
  if (body.length === 0) {
    if (required) throw new ServiceError("MissingRequestBodyError", "Request Body is empty");
    return undefined;
  }
  if (shape.kind === "blob") return body;
  if (shape.kind === "string") return body.toString("utf8");
  try {
    return readXml(shape, parseXml(body));
  } catch (problem) {
    if (!(problem instanceof XmlProblem)) throw problem;
    throw new ServiceError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
      { cause: problem },
    );
  }
}

/** `aws-chunked` is how the bytes travelled, not how the object is encoded. */
function removeTransferCoding(value: Record<string, unknown>): void {
  const encoding = value["ContentEncoding"];
  if (typeof encoding !== "string" || !encoding.includes("aws-chunked")) return;
  const rest = encoding
    .split(",")
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "aws-chunked" && coding !== "");
  if (rest.length > 0) value["ContentEncoding"] = rest.join(",");
  else delete value["ContentEncoding"];
}

function answerPayload(status: number, headers: Record<string, string>, payload: Member, value: unknown) {
  const { shape } = payload;
  if (value === undefined || value === null) return reply(status, headers, "");
  if (value instanceof Readable) return { status, headers, body: value };
  if (shape.kind === "structure") {
    headers["content-type"] = "application/xml";
    const name = payload.traits.xmlName ?? shape.traits.xmlName ?? shape.name;
    return reply(status, headers, declaration + writeElement(name, shape, value, xmlns));
  }
  if (shape.kind === "string") headers["content-type"] ??= "application/json";
  return reply(status, headers, value as string | Uint8Array);
}
