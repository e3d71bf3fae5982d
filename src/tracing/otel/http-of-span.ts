import { isIP } from "node:net";
import type { OtelSpan } from "./span.js";
import type { SpanAttributes } from "./span-attributes.js";

const urlKeys = [
  "http.url",
  "url.full",
  "http.host",
  "http.server_name",
  "net.host.name",
  "host.name",
  "server.address",
  "net.peer.name",
  "net.peer.ip",
];

/** @returns the `http` member, or undefined if no attribute is about HTTP. Source: X-Ray exporter, `http.go`. */
export function httpOf(span: OtelSpan, attributes: SpanAttributes): Record<string, unknown> | undefined {
  if (!isHttp(attributes)) return undefined;
  const request: Record<string, unknown> = {};
  const response: Record<string, unknown> = {};
  const method = attributes.text("http.method", "http.request.method");
  if (method !== undefined) request["method"] = method;
  const url = attributes.text("http.url", "url.full") ?? assembledUrl(span, attributes);
  if (url !== undefined) request["url"] = url;
  const userAgent = attributes.text("http.user_agent", "user_agent.original");
  if (userAgent !== undefined) request["user_agent"] = userAgent;
  const clientIp = attributes.text("http.client_ip") ?? ipOf(attributes, "client.address");
  const peerIp = ipOf(attributes, "net.peer.ip") ?? ipOf(attributes, "network.peer.address");
  if (clientIp !== undefined) {
    request["client_ip"] = clientIp;
    if (peerIp === undefined) request["x_forwarded_for"] = true;
  } else if (peerIp !== undefined) request["client_ip"] = peerIp;
  const status = attributes.integer("http.status_code", "http.response.status_code");
  if (status !== undefined) response["status"] = status;
  response["content_length"] = contentLength(span, attributes);
  return { request, response };
}

const httpKeys = [
  "http.method",
  "http.request.method",
  "http.url",
  "url.full",
  "url.path",
  "http.target",
  "http.status_code",
  "http.response.status_code",
  "http.user_agent",
  "user_agent.original",
  "http.client_ip",
  "http.host",
  "http.scheme",
  "url.scheme",
];

function isHttp(attributes: SpanAttributes): boolean {
  return httpKeys.some((key) => attributes.has(key));
}

function ipOf(attributes: SpanAttributes, key: string): string | undefined {
  const text = attributes.peek(key);
  return text !== undefined && isIP(text) !== 0 ? attributes.text(key) : undefined;
}

function assembledUrl(span: OtelSpan, attributes: SpanAttributes): string | undefined {
  const server = span.kind === "SERVER";
  const hosts = server
    ? ["http.host", "http.server_name", "net.host.name", "host.name", "server.address"]
    : ["http.host", "net.peer.name", "net.peer.ip", "server.address"];
  if (!urlKeys.some((key) => attributes.has(key))) return undefined;
  const scheme = attributes.text("http.scheme", "url.scheme") ?? "http";
  const host = attributes.text(...hosts) ?? "";
  if (host === "") return undefined;
  const port = attributes.integer(...(server ? ["net.host.port", "server.port"] : ["net.peer.port", "server.port"]));
  const isDefault = port === undefined || (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
  const target = attributes.text("http.target", "url.path") ?? "/";
  const withPort = isDefault || host.includes(":") ? host : `${host}:${port}`;
  return `${scheme}://${withPort}${target.startsWith("/") ? target : `/${target}`}`;
}

/** The exporter always sends a length: 0 where nobody told it. */
function contentLength(span: OtelSpan, attributes: SpanAttributes): number {
  const own = attributes.integer("messaging.message_payload_size_bytes", "http.response_content_length");
  if (own !== undefined) return own;
  for (const event of span.events) {
    const bytes = event.attributes.get("messaging.message_payload_size_bytes");
    if (event.attributes.get("message.type") === "RECEIVED" && typeof bytes === "number") return bytes;
  }
  return 0;
}
