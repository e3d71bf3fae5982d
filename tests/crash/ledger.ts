/** What the service has acknowledged, and therefore owes us. */
export class Ledger {
  /** Name of the operation by the request id it was acknowledged with. */
  readonly calls = new Map<string, string>();
  /** Segment ids by trace id. */
  readonly traces = new Map<string, string[]>();
  readonly logGroups = new Set<string>();
  readonly users = new Set<string>();

  note(operation: string, output: { readonly $metadata: { readonly requestId?: string } }): void {
    const id = output.$metadata.requestId;
    if (id === undefined) throw new Error(`${operation} was answered without a request id`);
    if (this.calls.has(id)) throw new Error(`${operation} was answered with a request id given before: ${id}`);
    this.calls.set(id, operation);
  }
}
