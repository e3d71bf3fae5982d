import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { home } from "./home.js";
import { session } from "./session.js";

/** Signing names of the APIs that operations of our own stand beside. */
export type ExtendedApi = "xray" | "cloudtrail" | "iam" | "logs";

/** The service said no. Named as the SDK's errors are. */
export class CallRefused extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly $metadata: { readonly httpStatusCode: number },
  ) {
    super(message);
  }
}

/**
 * Calls an operation of our own beside an AWS API (`POST /dosimeter/<name>`), signed as the SDK signs.
 *
 * @throws CallRefused with the code of the refusal as its name
 */
export async function callExtension<Output>(
  api: ExtendedApi,
  name: string,
  input: object,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Output> {
  const { region } = session.get();
  const credentials = await session.credentials();
  const body = JSON.stringify(input);
  const { protocol, hostname, port } = new URL(home.endpoint);
  const signer = new SignatureV4({ service: api, region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "POST",
    protocol,
    hostname,
    ...(port !== "" && { port: Number(port) }),
    path: `/dosimeter/${name}`,
    headers: { host: location.host, "content-type": "application/json" },
    body,
    query: {},
  });
  const { host: _set, ...sent } = headers;
  return postJson<Output>(name, body, sent, signal);
}

/** Calls the one operation that nothing signs: signing in. */
export function callUnsigned<Output>(name: string, input: object): Promise<Output> {
  return postJson<Output>(name, JSON.stringify(input), { "content-type": "application/json" });
}

async function postJson<Output>(
  name: string,
  body: string,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Output> {
  const response = await fetch(`/dosimeter/${name}`, { method: "POST", headers, body, ...(signal && { signal }) });
  const answer = await response.json();
  if (response.ok) return answer as Output;
  throw new CallRefused(answer.__type ?? "Error", answer.message ?? "", { httpStatusCode: response.status });
}
