import { compileJsonReader } from "../strict-shape.js";
import { reply, type WireProtocol } from "./codec.js";
import { parseJson } from "./json-text.js";
import { compileJsonWriter } from "./json-writer.js";

const contentType = "application/x-amz-json-1.1";

/** AWS JSON 1.1: `POST /`, the operation in `X-Amz-Target`, all members in one JSON body. */
export const jsonProtocol: WireProtocol = {
  compile({ input, output }, { inputNumbers }) {
    const read = compileJsonReader(input, undefined, inputNumbers);
    const write = compileJsonWriter(output);
    return {
      streamsBody: false,
      parse: ({ body }) => read(body.length === 0 ? {} : parseJson(body)),
      answer: (value, { requestId }) =>
        reply(200, { "content-type": contentType, "x-amzn-requestid": requestId }, write(value)),
    };
  },

  /**
   * Client faults are 400 whatever the model says, as the real services were seen to answer; clients go by `__type`.
   * A body too large is told by its status as well, since the front end refuses it before any service sees it.
   */
  refuse(error, _service, { requestId }) {
    const status = error.fault === "server" || error.httpStatus === 413 ? error.httpStatus : 400;
    const body = JSON.stringify({ ...error.members, __type: error.code, message: error.message });
    return reply(
      status,
      { "content-type": contentType, "x-amzn-requestid": requestId, "x-amzn-errortype": error.code },
      body,
    );
  },
};
