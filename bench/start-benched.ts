import { type ServeProcess, startServe } from "../src/demo/serve-process.js";
import { signedRequest } from "./signed-request.js";

/** Whom every benchmark calls as. */
export const benchSigner = {
  accessKeyId: "AKIABENCHMARKROOT001",
  secretAccessKey: "benchmark-secret",
  region: "us-east-1",
};

/** A service of a benchmark: on free ports, with the folder given and the key above. */
export function startBenched(program: string, data: string): Promise<ServeProcess> {
  return startServe({
    program,
    environment: {
      // As bin/dosimeter.cjs sets it, which the programs of the benchmark do not go through.
      UV_THREADPOOL_SIZE: "16",
      DOSIMETER_DATA: data,
      DOSIMETER_PORT: "0",
      DOSIMETER_DAEMON_PORT: "0",
      DOSIMETER_OTLP_HTTP_PORT: "0",
      DOSIMETER_OTLP_GRPC_PORT: "0",
      DOSIMETER_ROOT_ACCESS_KEY_ID: benchSigner.accessKeyId,
      DOSIMETER_ROOT_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
    },
  });
}

/** Calls operations of an API by their paths. @param api its signing name. */
// biome-ignore lint/suspicious/noExplicitAny: answers of our own operations have no types.
export function callerOf(service: ServeProcess, api = "xray"): (name: string, input: object) => Promise<any> {
  const { host } = new URL(service.endpoint);
  return async (name, input) => {
    const request = signedRequest(
      { ...benchSigner, service: api },
      host,
      `/${name}`,
      JSON.stringify(input),
      Date.now(),
    );
    const [head = "", body = ""] = request.toString().split("\r\n\r\n");
    const headers = Object.fromEntries(
      head
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(/: ?(.*)/s).slice(0, 2)),
    );
    delete headers["content-length"];
    const response = await fetch(`${service.endpoint}/${name}`, { method: "POST", headers, body });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
}
