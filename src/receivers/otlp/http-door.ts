import type { WireRequest, WireResponse } from "../../gateway/wire.js";
import type { Serve, Vouched } from "../vouched-call.js";
import { inSomebodysName, type WithoutCredentials } from "./senders.js";

/** The one path of this door; the same path of the main port takes signed requests and tokens alone. */
export const tracesPath = "/v1/traces";

/** OTLP over HTTP: traces go on as calls of the X-Ray API. Anything else is no call and is answered here. */
export function otlpHttpDoor(options: {
  readonly serve: Serve;
  readonly vouched: Vouched;
  readonly withoutCredentials: WithoutCredentials;
}): Serve {
  const { serve, vouched, withoutCredentials } = options;
  return async (request: WireRequest): Promise<WireResponse> => {
    if (request.rawPath !== tracesPath)
      return refused(404, 5, `Only ${tracesPath} is here: metrics and logs are not taken.`);
    if (request.method !== "POST") return refused(405, 12, `${tracesPath} takes POST.`);
    return serve(inSomebodysName(request, withoutCredentials, vouched));
  };
}

/** `google.rpc.Status`, as OTLP words errors. */
function refused(status: number, code: number, message: string): WireResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ code, message }) };
}
