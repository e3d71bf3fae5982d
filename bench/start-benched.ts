import { type ServeProcess, startServe } from "../src/demo/serve-process.js";

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
