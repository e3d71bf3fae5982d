import type { ForeignReply, ForeignRoute } from "../../services/foreign-route.js";
import { type Codec, type ReplyFacts, reply, type WireProtocol } from "./codec.js";

/** The protocol of a path that an API has beside its own. */
export function foreignProtocol(route: ForeignRoute): { readonly protocol: WireProtocol; readonly codec: Codec } {
  const toWire = ({ status, headers, body }: ForeignReply, { requestId }: ReplyFacts) =>
    reply(status, { ...headers, "x-amzn-requestid": requestId }, body);
  const codec: Codec = {
    streamsBody: false,
    parse: ({ body, request }) => route.read(body, request.headers["content-type"]?.[0]),
    answer: (output, facts) => toWire(route.answer(output, facts.contentType), facts),
  };
  return {
    codec,
    protocol: {
      compile: () => codec,
      refuse: (error, _service, facts) => toWire(route.refuse(error, facts.contentType), facts),
    },
  };
}
