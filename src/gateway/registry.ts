import { management } from "../audit/event.js";
import type { AnyOperation, Service } from "../services/operation.js";
import type { ServiceError } from "../services/service-error.js";
import { notOffered, unknownOperation } from "./front-end-errors.js";
import type { Codec, WireProtocol } from "./protocols/codec.js";
import { foreignProtocol } from "./protocols/foreign.js";
import { jsonProtocol } from "./protocols/json.js";
import { queryProtocol } from "./protocols/query.js";
import { restJsonProtocol } from "./protocols/rest-json.js";
import { restXmlProtocol } from "./protocols/rest-xml.js";
import { isOperationSchema, type OperationShape, operationShape } from "./protocols/shape.js";

/** An operation as the gateway serves it. */
export interface OperationEntry {
  readonly service: Service;
  readonly protocol: WireProtocol;
  readonly operation: AnyOperation;
  readonly shape: OperationShape | undefined;
  /** Absent for an entry that only refuses. */
  readonly codec: Codec | undefined;
  /** Why the call is refused, after it was authenticated and before anything else. */
  readonly refusal: ServiceError | undefined;
  /** A bearer token is taken in place of a signature. */
  readonly takesBearer?: boolean;
}

export interface ServiceTable {
  readonly service: Service;
  readonly protocol: WireProtocol;
  readonly entries: ReadonlyMap<string, OperationEntry>;
  /** By method and path: what speaks another protocol than the API. */
  readonly foreign: ReadonlyMap<string, OperationEntry>;
}

const protocols: Readonly<Record<Service["protocol"], WireProtocol>> = {
  "json-1.1": jsonProtocol,
  query: queryProtocol,
  "rest-json": restJsonProtocol,
  "rest-xml": restXmlProtocol,
};

/** Every API of this process, by the name in the credential scope. */
export class Registry {
  readonly tables: ReadonlyMap<string, ServiceTable>;

  /** @throws Error naming every operation that is neither implemented nor listed as not offered, or is both. */
  constructor(services: readonly Service[]) {
    const problems: string[] = [];
    const tables = new Map<string, ServiceTable>();
    for (const service of services) {
      if (tables.has(service.signingName)) problems.push(`${service.signingName} is listed twice`);
      tables.set(service.signingName, tableOf(service, problems));
    }
    if (problems.length > 0) throw new Error(`The table of operations is wrong: ${problems.join("; ")}`);
    this.tables = tables;
  }
}

function tableOf(service: Service, problems: string[]): ServiceTable {
  const protocol = protocols[service.protocol];
  const shapes = new Map<string, OperationShape>();
  for (const value of Object.values(service.sdk))
    if (isOperationSchema(value)) shapes.set(value[2] as string, operationShape(value));
  const implemented = new Map<string, AnyOperation>();
  for (const operation of service.operations) {
    if (implemented.has(operation.name)) problems.push(`${service.signingName} ${operation.name} is implemented twice`);
    if (!shapes.has(operation.name))
      problems.push(`${service.signingName} ${operation.name} is not in the SDK package`);
    implemented.set(operation.name, operation);
  }
  for (const name of Object.keys(service.notOffered))
    if (!shapes.has(name)) problems.push(`${service.signingName} ${name} is not in the SDK package`);

  const entries = new Map<string, OperationEntry>();
  for (const [name, shape] of shapes) {
    const operation = implemented.get(name);
    const reason = Object.hasOwn(service.notOffered, name) ? service.notOffered[name] : undefined;
    if (operation === undefined && reason === undefined)
      problems.push(`${service.signingName} ${name} is neither implemented nor listed as not offered`);
    else if (operation !== undefined && reason !== undefined)
      problems.push(`${service.signingName} ${name} is implemented and listed as not offered`);
    else if (operation !== undefined)
      entries.set(name, {
        service,
        protocol,
        operation,
        shape,
        codec: protocol.compile(shape, service, operation.mendedBody),
        refusal: undefined,
      });
    else entries.set(name, refusingEntry(service, name, notOffered(name, reason as string)));
  }
  return { service, protocol, entries, foreign: foreignEntries(service, shapes) };
}

/** They are recorded in the shape of the operation whose name they have. */
function foreignEntries(service: Service, shapes: ReadonlyMap<string, OperationShape>): Map<string, OperationEntry> {
  const routes = service.foreignRoutes ?? [];
  return new Map(
    routes.map((route) => [
      `${route.method} ${route.path}`,
      {
        service,
        ...foreignProtocol(route),
        operation: route.operation,
        shape: shapes.get(route.operation.name),
        refusal: undefined,
        takesBearer: route.takesBearer,
      },
    ]),
  );
}

/** An operation that does nothing but refuse, so that the call is recorded like any other. */
export function refusingEntry(service: Service, name: string, refusal: ServiceError): OperationEntry {
  return {
    service,
    protocol: protocols[service.protocol],
    operation: {
      name,
      readOnly: readingName.test(name),
      event: management,
      access: () => [],
      execute: () => Promise.reject(refusal),
    },
    shape: undefined,
    codec: undefined,
    refusal,
  };
}

/** What AWS calls reads, where no model says so. */
const readingName = /^(BatchGet|Describe|Get|Head|List|Lookup|Search|Simulate)/;

/** For calls to an API that is not offered at all: recorded under the name the caller gave, if it looks like one. */
export function unknownService(signingName: string, protocol: Service["protocol"]): Service {
  return {
    signingName,
    eventSource: `${signingName}.amazonaws.com`,
    apiVersion: "",
    protocol,
    sdk: {},
    operations: [],
    notOffered: {},
    throttled: { code: "ThrottlingException", httpStatus: 400 },
  };
}

export function emptyTable(service: Service): ServiceTable {
  return { service, protocol: protocols[service.protocol], entries: new Map(), foreign: new Map() };
}

export function unknownEntry(service: Service, name: string): OperationEntry {
  const shown = /^[A-Za-z][A-Za-z0-9]{0,127}$/.test(name) ? name : "Unknown";
  return refusingEntry(service, shown, unknownOperation(shown));
}
