import type { Config } from "./config.js";

/** What a person sees at the first start: where it is, with which keys, and how to point clients at it. */
export function banner(facts: {
  readonly config: Config;
  readonly endpoint: string;
  readonly consoleUrl?: string;
  readonly daemonAddress?: string;
  readonly otlpHttp?: string;
  readonly otlpGrpc?: string;
  readonly root: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly createdNow: boolean };
}): string {
  const { config, endpoint, consoleUrl, daemonAddress, otlpHttp, otlpGrpc, root } = facts;
  const secret = root.createdNow ? root.secretAccessKey : "(in root-credentials.json of the data folder)";
  const lines = [
    "",
    "  Dosimeter is ready: traces in, and a record of who wrote, read or was refused what.",
    "",
    `    endpoint         ${endpoint}        every AWS API`,
    `    console          ${consoleUrl ?? "not built"}`,
    `    X-Ray daemon     ${daemonAddress ?? "off"}        UDP and TCP`,
    `    OpenTelemetry    ${otlpHttp ?? "off"} (HTTP), ${otlpGrpc ?? "off"} (gRPC)`,
    `    data folder      ${config.data}`,
    `    account, region  ${config.account}, ${config.region}`,
    "",
    root.createdNow ? "  The root user's key, printed this once:" : "  The root user's key:",
    "",
    `    export AWS_ACCESS_KEY_ID=${root.accessKeyId}`,
    `    export AWS_SECRET_ACCESS_KEY=${secret}`,
    `    export AWS_REGION=${config.region} AWS_DEFAULT_REGION=${config.region} AWS_ENDPOINT_URL=${endpoint}`,
    "",
    "  The AWS CLI and every AWS SDK take it from there:",
    "",
    "    aws xray get-sampling-rules",
    "    aws cloudtrail lookup-events --max-results 5",
    "",
    "  An application with an X-Ray SDK:",
    "",
    `    export AWS_XRAY_DAEMON_ADDRESS=${daemonAddress ?? "127.0.0.1:2000"}`,
    "",
    "  An application with an OpenTelemetry SDK:",
    "",
    `    export OTEL_EXPORTER_OTLP_ENDPOINT=${otlpHttp ?? "http://127.0.0.1:4318"}`,
    "",
    "",
  ];
  return lines.join("\n");
}
