import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import type { XRayClient } from "@aws-sdk/client-xray";
import { HttpRequest } from "@smithy/core/protocols";

/** The service refused a call, in its own words. */
export class CallRefused extends Error {
  override readonly name = "CallRefused";
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Calls the service's own operations as the SDK's clients call AWS's: with whatever credentials they would find.
 *
 * @param Client of the API to which the operations belong.
 */
export function extensionClient(
  endpoint: string,
  region: string | undefined,
  Client: typeof CloudTrailClient | typeof XRayClient = CloudTrailClient,
) {
  const client = new Client({ endpoint, ...(region !== undefined && { region }) });
  return {
    async call<Output>(name: string, input: object): Promise<Output> {
      const url = new URL(`/dosimeter/${name}`, endpoint);
      const body = JSON.stringify(input);
      const request = new HttpRequest({
        method: "POST",
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port !== "" && { port: Number(url.port) }),
        path: url.pathname,
        headers: { host: url.host, "content-type": "application/json" },
        body,
      });
      const signer = await client.config.signer();
      const { host: _, ...headers } = (await signer.sign(request)).headers;
      const response = await fetch(url, { method: "POST", headers, body });
      const answer = (await response.json()) as Output & { __type?: string; message?: string };
      if (!response.ok) throw new CallRefused(answer.__type ?? String(response.status), answer.message ?? "");
      return answer;
    },
    close: () => client.destroy(),
  };
}

export type ExtensionClient = ReturnType<typeof extensionClient>;
