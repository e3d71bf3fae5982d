import type { OtelSpan } from "./span.js";
import type { SpanAttributes } from "./span-attributes.js";

const nameLengthMax = 200;

/** What a name of a segment may not hold. */
const forbidden = /[^\p{L}\p{N}\p{Z}_.:/%&#=+\-@]/gu;

/** Cuts and cleans as the X-Ray exporter of OpenTelemetry does. */
export function segmentName(text: string): string {
  const kept = [...text.replace(forbidden, "")].slice(0, nameLengthMax).join("");
  return kept === "" ? "span" : kept;
}

/** Names of AWS services without what SDKs put before them. */
export function withoutAwsPrefix(name: string): string {
  return name.replace(/^(?:AWS\.SDK\.|AWS::)/, "");
}

export interface NameAndNamespace {
  readonly name: string;
  readonly namespace: "aws" | "remote" | undefined;
}

/**
 * The first attribute that tells a name, and who was called: an AWS service or something else that is remote.
 * Source: X-Ray exporter of the OpenTelemetry Collector, `segment.go`.
 */
export function nameOf(
  span: OtelSpan,
  localRoot: boolean,
  attributes: SpanAttributes,
  resource: SpanAttributes,
): NameAndNamespace {
  const { kind } = span;
  const isAwsCall = attributes.peek("rpc.system") === "aws-api";
  const awsService = attributes.peek("aws.service");
  const found = (): string | undefined => {
    if (kind === "SERVER" || (kind === "INTERNAL" && localRoot)) {
      const local = attributes.peek("aws.local.service");
      if (local !== undefined) return local;
    }
    if (kind === "CLIENT" || kind === "PRODUCER" || kind === "CONSUMER") {
      const remote = attributes.peek("aws.remote.service");
      if (remote !== undefined) return isAwsCall ? withoutAwsPrefix(remote) : remote;
    }
    return (
      attributes.text("peer.service") ??
      attributes.text("aws.service") ??
      databaseName(attributes) ??
      (kind === "SERVER" ? resource.peek("service.name") : undefined) ??
      attributes.peek("rpc.service") ??
      attributes.peek("http.host") ??
      attributes.peek("net.peer.name")
    );
  };
  const namespace = isAwsCall || awsService !== undefined ? "aws" : kind === "CLIENT" ? "remote" : undefined;
  return { name: segmentName(found() ?? span.name), namespace };
}

/** `orders@db.example.com` */
function databaseName(attributes: SpanAttributes): string | undefined {
  const name = attributes.peek("db.name");
  if (name === undefined) return undefined;
  const connection = attributes.peek("db.connection_string")?.replace(/^jdbc:/, "");
  const host = connection !== undefined && URL.canParse(connection) ? new URL(connection).hostname : "";
  return host === "" ? name : `${name}@${host}`;
}
