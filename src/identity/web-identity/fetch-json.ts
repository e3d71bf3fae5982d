import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { AddressRefused, type OutboundNetwork } from "../outbound-network.js";

/** An issuer's documents are some kilobytes. */
const bodyBytesMax = 512 * 1024;
/** For the whole answer: somebody waits for it. */
const answerMsMax = 5_000;

/**
 * Gets a JSON document as an issuer publishes it. Redirects are not followed, and nothing of ours is sent along.
 *
 * @param network which addresses may be connected to; undefined for a host that a setting names.
 * @throws Error if the answer is not 200, too long, too slow or not JSON.
 */
export async function fetchJson(url: URL, network: OutboundNetwork | undefined): Promise<unknown> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A literal address is connected to without a look-up, so it is judged here.
  if (network && isIP(host) !== 0 && !network.permits(host)) throw new AddressRefused(host);
  const body = await new Promise<Buffer>((resolve, reject) => {
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = send(url, {
      agent: false,
      ...(network && { lookup: network.lookup }),
      headers: { accept: "application/json", "user-agent": "Dosimeter" },
      signal: AbortSignal.timeout(answerMsMax),
    });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const fail = (problem: Error) => {
        response.destroy();
        reject(problem);
      };
      if (response.statusCode !== 200) return fail(new Error(`the issuer answered ${response.statusCode}`));
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bodyBytesMax) fail(new Error(`the issuer's answer is longer than ${bodyBytesMax} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => resolve(Buffer.concat(chunks)));
    });
    request.end();
  });
  return JSON.parse(body.toString("utf8"));
}
