import type { Protocol } from "../services/operation.js";
import { ServiceError } from "../services/service-error.js";
import { isOperationSchema, operationShape } from "./protocols/shape.js";
import { QueryParameters } from "./query-parameters.js";
import {
  emptyTable,
  type OperationEntry,
  type Registry,
  refusingEntry,
  type ServiceTable,
  unknownEntry,
  unknownService,
} from "./registry.js";
import { S3Routes } from "./s3-route.js";
import type { Claimed } from "./sigv4/claim.js";
import type { WireRequest } from "./wire.js";

/** Where a request goes. There always is one: what nobody serves gets an entry that refuses, and is recorded. */
export type Route =
  | { readonly kind: "operation"; readonly entry: OperationEntry; readonly labels: Readonly<Record<string, string>> }
  /** A form whose body names the operation: call `byAction` once it has been read. */
  | { readonly kind: "action-in-body"; readonly table: ServiceTable | undefined; readonly placeholder: OperationEntry };

/** Routes by what is claimed; nothing is believed for it, since the signature covers what the route looked at. */
export class Router {
  readonly #registry: Registry;
  /** REST-JSON: `POST /TraceSegments`, matched exactly. */
  readonly #paths = new Map<string, { table: ServiceTable; entry: OperationEntry }>();
  readonly #s3 = new Map<string, S3Routes>();

  constructor(registry: Registry) {
    this.#registry = registry;
    for (const table of registry.tables.values()) {
      const shapes = Object.values(table.service.sdk).filter(isOperationSchema).map(operationShape);
      if (table.service.protocol === "rest-xml") this.#s3.set(table.service.signingName, new S3Routes(table, shapes));
      for (const [place, entry] of table.foreign) this.#paths.set(place, { table, entry });
      if (table.service.protocol !== "rest-json") continue;
      for (const { name, traits } of shapes) {
        const entry = table.entries.get(name);
        if (traits.http !== undefined && entry !== undefined)
          this.#paths.set(`${traits.http[0]} ${traits.http[1]}`, { table, entry });
      }
    }
  }

  route(request: WireRequest, query: QueryParameters | undefined, claimed: Claimed): Route {
    const scopeService = request.vouched === undefined ? serviceOf(claimed) : "xray";
    const table =
      scopeService === undefined ? this.#tableWithoutScope(request, query) : this.#registry.tables.get(scopeService);
    if (query === undefined)
      return operation(
        refusingEntry(table?.service ?? unknownService("unknown", "rest-json"), "Unknown", unreadableQuery()),
      );
    if (table === undefined) {
      const protocol = guessedProtocol(request, query);
      const unknown = unknownService(scopeService ?? "unknown", protocol);
      if (protocol !== "query") return operation(unknownEntry(unknown, targetOf(request)[1]));
      return this.#byActionIn(scopeService === undefined ? undefined : emptyTable(unknown), query);
    }
    return this.#within(table, request, query);
  }

  /** Second half of the way for `action-in-body`. */
  byAction(route: Extract<Route, { kind: "action-in-body" }>, body: Buffer): OperationEntry {
    const form = QueryParameters.parse(body.toString("latin1")) ?? QueryParameters.none;
    const action = form.get("Action") ?? "Unknown";
    const table = route.table ?? this.#tableOfAction(action, form.get("Version"));
    return table?.entries.get(action) ?? unknownEntry(table?.service ?? unknownService("unknown", "query"), action);
  }

  #within(table: ServiceTable, request: WireRequest, query: QueryParameters): Route {
    const { service, entries } = table;
    const foreign = table.foreign.get(`${request.method} ${request.rawPath}`);
    if (foreign !== undefined) return operation(foreign);
    switch (service.protocol) {
      case "rest-json": {
        const found = this.#paths.get(`${request.method} ${request.rawPath}`);
        return operation(found?.table === table ? found.entry : unknownEntry(service, "Unknown"));
      }
      case "json-1.1": {
        const [prefix, name] = targetOf(request);
        const known =
          request.method === "POST" && (service.targetPrefix === undefined || prefix.endsWith(service.targetPrefix));
        return operation((known ? entries.get(name) : undefined) ?? unknownEntry(service, name));
      }
      case "query":
        return this.#byActionIn(table, query);
      case "rest-xml": {
        const { entry, labels } = (this.#s3.get(service.signingName) as S3Routes).find(request, query);
        return { kind: "operation", entry, labels };
      }
      default:
        return service.protocol satisfies never;
    }
  }

  #byActionIn(table: ServiceTable | undefined, query: QueryParameters): Route {
    const action = query.get("Action");
    const found = table ?? (action === undefined ? undefined : this.#tableOfAction(action, query.get("Version")));
    const service = found?.service ?? unknownService("unknown", "query");
    if (action === undefined) return { kind: "action-in-body", table, placeholder: unknownEntry(service, "Unknown") };
    return operation(found?.entries.get(action) ?? unknownEntry(service, action));
  }

  #tableOfAction(action: string, version: string | undefined): ServiceTable | undefined {
    const tables = [...this.#registry.tables.values()].filter(
      ({ service, entries }) => service.protocol === "query" && entries.has(action),
    );
    return tables.find(({ service }) => service.apiVersion === version) ?? tables[0];
  }

  /** Nobody signed: what the request looks like decides, and S3 is what looks like nothing else. */
  #tableWithoutScope(request: WireRequest, query: QueryParameters | undefined): ServiceTable | undefined {
    const tables = [...this.#registry.tables.values()];
    if (request.headers["x-amz-target"] !== undefined) {
      const [prefix] = targetOf(request);
      return tables.find(
        ({ service: { targetPrefix } }) => targetPrefix !== undefined && prefix.endsWith(targetPrefix),
      );
    }
    const path = this.#paths.get(`${request.method} ${request.rawPath}`);
    if (path !== undefined) return path.table;
    if (query?.has("Action") || isForm(request)) return undefined;
    return tables.find(({ service }) => service.protocol === "rest-xml");
  }
}

function operation(entry: OperationEntry): Route {
  return { kind: "operation", entry, labels: {} };
}

function serviceOf(claimed: Claimed): string | undefined {
  switch (claimed.kind) {
    case "none":
    case "bearer":
      return undefined;
    case "claim":
      return claimed.claim.service;
    case "malformed":
      return claimed.scope?.service;
    default:
      return claimed satisfies never;
  }
}

function targetOf(request: WireRequest): [prefix: string, name: string] {
  const target = request.headers["x-amz-target"]?.[0] ?? "";
  const dot = target.lastIndexOf(".");
  return [target.slice(0, Math.max(dot, 0)), target.slice(dot + 1)];
}

function isForm(request: WireRequest): boolean {
  return request.headers["content-type"]?.[0]?.startsWith("application/x-www-form-urlencoded") ?? false;
}

function guessedProtocol(request: WireRequest, query: QueryParameters): Protocol {
  if (request.headers["x-amz-target"] !== undefined) return "json-1.1";
  return query.has("Action") || isForm(request) ? "query" : "rest-json";
}

function unreadableQuery(): ServiceError {
  return new ServiceError("InvalidURI", "The query string is not valid percent-encoded UTF-8.");
}
