import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { RunningDosimeter, TestCredentials } from "./start-dosimeter.js";

/** Calls an operation of our own beside an AWS API with curl, as the guides show it; gives also an error's body. */
export async function callExtension(
  { endpoint, region, root }: RunningDosimeter,
  service: string,
  name: string,
  input: object,
  { accessKeyId, secretAccessKey, sessionToken }: TestCredentials = root,
  // biome-ignore lint/suspicious/noExplicitAny: answers of operations that no SDK types.
): Promise<any> {
  const { stdout } = await promisify(execFile)("curl", [
    ...["-s", "--aws-sigv4", `aws:amz:${region}:${service}`, "--user", `${accessKeyId}:${secretAccessKey}`],
    ...(sessionToken === undefined ? [] : ["-H", `x-amz-security-token: ${sessionToken}`]),
    ...["-H", "content-type: application/json", "--data", JSON.stringify(input)],
    `${endpoint}/dosimeter/${name}`,
  ]);
  return JSON.parse(stdout);
}
