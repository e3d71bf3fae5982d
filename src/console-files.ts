import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import path from "node:path";
import type { Ids } from "./environment.js";
import type { WireResponse } from "./gateway/wire.js";
import { programFolder } from "./program-folder.js";

const folder = path.resolve(programFolder, "../console");
const prefix = "/console/";

const contentTypes: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
};

interface ConsoleFile {
  readonly contentType: string;
  readonly plain: Buffer;
  /** Made when the console was built, of what compresses. */
  readonly gzipped: Buffer | undefined;
}

/** Nothing but our own files, no frames, no forms that leave: what a page shows comes from traces, and may be hostile. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Editors measure and style what one types with sheets of their own.
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    // The design system's sheet of style holds its font.
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const securityHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** What the console must know before anybody has signed in. */
interface ConsoleHome {
  readonly region: string;
  readonly accountId: string;
  /** Where applications send to, as far as these doors are open yet: pages are served before the last of them. */
  doors(): { readonly daemonAddress?: string; readonly otlpHttp?: string };
}

/**
 * The console: files that hold nothing of anybody's, so reading them is no call. All of them are in memory from the
 * start, so that no path can name another file. Any other path below `/console/` is a page of the console, which finds
 * its way by itself.
 *
 * @returns a reader as the HTTP server takes it, or undefined where the console was not built.
 */
export function consoleFiles(ids: Ids, home: ConsoleHome) {
  if (!existsSync(path.join(folder, "index.html"))) return undefined;
  const files = readFiles();
  const template = readFileSync(path.join(folder, "index.html"), "utf8")
    .replace("{{region}}", home.region)
    .replace("{{account}}", home.accountId);

  return (rawPath: string, rawQuery: string, headers: IncomingHttpHeaders): WireResponse | undefined => {
    if (isSigned(rawQuery, headers)) return undefined;
    if (rawPath === "/console") return { status: 308, headers: { location: prefix }, body: "" };
    if (!rawPath.startsWith(prefix)) return undefined;
    const file = files.get(rawPath.slice(prefix.length));
    if (file !== undefined) return fileAnswer(file, headers);
    if (rawPath.startsWith(`${prefix}assets/`))
      return { status: 404, headers: { ...securityHeaders, "content-type": "text/plain" }, body: "no such file\n" };
    const nonce = ids.bytes(16).toString("base64");
    const { daemonAddress, otlpHttp } = home.doors();
    return {
      status: 200,
      headers: {
        ...securityHeaders,
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": contentSecurityPolicy(nonce),
      },
      body: template
        .replace("{{daemon}}", portOf(daemonAddress))
        .replace("{{otlp}}", portOf(otlpHttp))
        .replaceAll("{{nonce}}", nonce),
    };
  };
}

/** The port alone: the page knows by which name its reader reaches this machine. Empty for a door that is shut. */
function portOf(address = ""): string {
  return /:(\d+)$/.exec(address)?.[1] ?? "";
}

/** Whoever signs speaks to S3, which may have a bucket called `console`. */
function isSigned(rawQuery: string, headers: IncomingHttpHeaders): boolean {
  return headers.authorization !== undefined || /(?:^|&)(?:X-Amz-Algorithm|AWSAccessKeyId)=/.test(rawQuery);
}

function fileAnswer({ contentType, plain, gzipped }: ConsoleFile, headers: IncomingHttpHeaders): WireResponse {
  const compressed = gzipped !== undefined && /\bgzip\b/.test(String(headers["accept-encoding"] ?? ""));
  return {
    status: 200,
    headers: {
      ...securityHeaders,
      "content-type": contentType,
      // Names of files change with what is in them.
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
      ...(compressed && { "content-encoding": "gzip" }),
    },
    body: compressed ? gzipped : plain,
  };
}

/** Every file but the page itself, by its path below the console's. */
function readFiles(): ReadonlyMap<string, ConsoleFile> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) =>
    name.split(path.sep).join("/"),
  );
  const known = new Set(names);
  return new Map(
    names.flatMap((name) => {
      const contentType = contentTypes[path.extname(name)];
      if (contentType === undefined || name === "index.html") return [];
      const read = (file: string) => readFileSync(path.join(folder, file));
      const gzipped = known.has(`${name}.gz`) ? read(`${name}.gz`) : undefined;
      return [[name, { contentType, plain: read(name), gzipped }] as const];
    }),
  );
}
