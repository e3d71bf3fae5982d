import { compileJsonReader, refuseMissing } from "../strict-shape.js";
import { reply, type WireProtocol } from "./codec.js";
import { compileRequestBindings, compileResponseBindings } from "./http-bindings.js";
import { parseJson } from "./json-text.js";
import { compileJsonWriter } from "./json-writer.js";
import { modelledError } from "./modelled-errors.js";

/** REST-JSON: method and path name the operation, members are in path, query, headers and one JSON body. */
export const restJsonProtocol: WireProtocol = {
  compile({ input, output, traits }, _service, mendedBody) {
    const request = compileRequestBindings(input);
    const readBody = compileJsonReader(input, request.bodyMembers);
    const onlyBody = request.bodyMembers.length === input.members.length;
    const response = compileResponseBindings(output);
    const writeBody = compileJsonWriter(output, response.bodyMembers);
    const status = traits.http?.[2] ?? 200;
    return {
      streamsBody: false,
      parse(from) {
        // An operation whose members are all optional takes an empty body for an empty object.
        const body = from.body.length === 0 ? {} : parseJson(from.body);
        const fields = readBody(mendedBody?.(body, { vouched: from.request.vouched !== undefined }) ?? body);
        if (onlyBody) return fields;
        const missing: string[] = [];
        request.read(from, fields, missing);
        refuseMissing(missing);
        return fields;
      },
      answer(value, { requestId }) {
        const headers: Record<string, string> = { "content-type": "application/json", "x-amzn-requestid": requestId };
        response.write((value ?? {}) as Record<string, unknown>, headers);
        return reply(status, headers, writeBody(value));
      },
    };
  },

  /** Modelled errors say `Message` where their model does; those of the front end say `message`. */
  refuse(error, service, { requestId }) {
    const modelled = modelledError(service, error.code);
    const status = error.httpStatus === 400 ? (modelled?.traits.httpError ?? 400) : error.httpStatus;
    const body = JSON.stringify({
      ...error.members,
      __type: error.code,
      [modelled?.messageMember ?? "message"]: error.message,
    });
    return reply(
      status,
      { "content-type": "application/json", "x-amzn-requestid": requestId, "x-amzn-errortype": error.code },
      body,
    );
  },
};
