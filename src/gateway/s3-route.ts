import { ServiceError } from "../services/service-error.js";
import { queryProtocol } from "./protocols/query.js";
import type { OperationShape } from "./protocols/shape.js";
import { decodePercent, type QueryParameters } from "./query-parameters.js";
import { type OperationEntry, refusingEntry, type ServiceTable, unknownEntry } from "./registry.js";
import type { WireRequest } from "./wire.js";

/** What a path of S3 speaks of. */
type Level = "service" | "bucket" | "object";

interface Candidate {
  readonly name: string;
  readonly method: string;
  readonly level: Level;
  /** Parameters that must be there, with their value where one is named: `uploads`, `list-type=2`. */
  readonly literals: ReadonlyMap<string, string>;
  /** Required parameters: `uploadId`, `partNumber`, `id`. */
  readonly parameters: readonly string[];
  readonly copies: boolean;
}

export interface S3Route {
  readonly entry: OperationEntry;
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds S3's operation from method, path, host, query and headers, by the HTTP traits of the SDK package. */
export class S3Routes {
  readonly #table: ServiceTable;
  readonly #candidates: readonly Candidate[];
  /** Names that choose a sub-resource: one that a candidate does not know must not be passed over. */
  readonly #subresources: ReadonlySet<string>;

  constructor(table: ServiceTable, shapes: Iterable<OperationShape>) {
    this.#table = table;
    // Most conditions first, so that the first match is the closest one.
    this.#candidates = [...shapes].flatMap(candidateOf).sort((left, right) => conditions(right) - conditions(left));
    this.#subresources = new Set(this.#candidates.flatMap(({ literals }) => [...literals.keys()]));
  }

  find(request: WireRequest, query: QueryParameters): S3Route {
    const { service } = this.#table;
    const path = decodePercent(request.rawPath);
    if (path === undefined || path.includes("\0"))
      return { entry: refusingEntry(service, "Unknown", invalidUri()), labels: {} };
    // S3 Control is signed for S3, too, and its errors have the form of the query protocol. Where it is not allowed, its
    // callers turn to S3's own operations.
    if (request.headers["x-amz-account-id"] !== undefined && path.startsWith("/v20180820/")) {
      const entry = unknownEntry(service, controlOperation(request.method, path));
      return { entry: { ...entry, protocol: queryProtocol }, labels: {} };
    }
    const { bucket, key } = resourceOf(request.headers["host"]?.[0] ?? "", path);
    const level: Level = bucket === "" ? "service" : key === "" ? "bucket" : "object";
    const labels = { ...(bucket === "" ? {} : { Bucket: bucket }), ...(key === "" ? {} : { Key: key }) };
    const asked = query.entries.map(([name]) => name).filter((name) => this.#subresources.has(name));
    const copies = request.headers["x-amz-copy-source"] !== undefined;
    for (const candidate of this.#candidates) {
      if (candidate.method !== request.method || candidate.level !== level || (candidate.copies && !copies)) continue;
      if (!asked.every((name) => candidate.literals.has(name))) continue;
      if (!candidate.parameters.every((name) => query.has(name))) continue;
      if (
        ![...candidate.literals].every(
          ([name, value]) => query.has(name) && (value === "" || query.get(name) === value),
        )
      )
        continue;
      const entry = this.#table.entries.get(candidate.name);
      if (entry !== undefined) return { entry, labels };
    }
    return { entry: unknownEntry(service, "Unknown"), labels };
  }
}

function candidateOf({ name, traits, input }: OperationShape): Candidate[] {
  if (traits.http === undefined || name === "WriteGetObjectResponse") return [];
  const [method, uri] = traits.http;
  const [path = "", queryText = ""] = uri.split("?");
  const literals = new Map<string, string>();
  for (const part of queryText.split("&")) {
    const [literal = "", value = ""] = part.split("=");
    if (literal !== "" && literal !== "x-id") literals.set(literal, value);
  }
  const required = input.members.filter((member) => member.required);
  return [
    {
      name,
      method,
      level: path.includes("{Key+}") ? "object" : input.members.some(isBucket) ? "bucket" : "service",
      literals,
      parameters: required.flatMap(({ traits: { httpQuery } }) => (httpQuery === undefined ? [] : [httpQuery])),
      copies: required.some(({ traits: { httpHeader } }) => httpHeader === "x-amz-copy-source"),
    },
  ];
}

function isBucket({ name, traits }: OperationShape["input"]["members"][number]): boolean {
  return name === "Bucket" && traits.httpLabel === 1;
}

function conditions({ literals, parameters, copies }: Candidate): number {
  return literals.size + parameters.length + (copies ? 1 : 0);
}

/**
 * The bucket and the key, from `/bucket/key` or from `bucket.s3.…`, `bucket.s3-…` and `bucket.localhost`. A key keeps
 * its slashes and dots as they are.
 */
function resourceOf(host: string, path: string): { bucket: string; key: string } {
  const bucket = bucketOfHost(host);
  if (bucket !== undefined) return { bucket, key: path.slice(1) };
  const slash = path.indexOf("/", 1);
  return slash === -1
    ? { bucket: path.slice(1), key: "" }
    : { bucket: path.slice(1, slash), key: path.slice(slash + 1) };
}

function bucketOfHost(host: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d{1,5}$/, "");
  const service = name.search(/\.s3[.-]/);
  if (service > 0) return name.slice(0, service);
  if (!name.endsWith(".localhost") || name === "s3.localhost" || name.startsWith("s3.")) return undefined;
  return name.slice(0, -".localhost".length);
}

/** S3 Control's operations on tags, which are recorded under their names. */
function controlOperation(method: string, path: string): string {
  const names: Readonly<Record<string, string>> = {
    GET: "ListTagsForResource",
    POST: "TagResource",
    DELETE: "UntagResource",
  };
  return (path.startsWith("/v20180820/tags/") ? names[method] : undefined) ?? "Unknown";
}

function invalidUri(): ServiceError {
  return new ServiceError("InvalidURI", "Couldn't parse the specified URI.");
}
