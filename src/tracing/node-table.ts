import type { Entity } from "./entity.js";
import { nodeOf } from "./service-id.js";
import type { NodeId } from "./trace-facts.js";

/** The nodes of one trace's graph, each one object: equal nodes may be compared by identity. */
export class NodeTable {
  readonly #byName = new Map<string, NodeId[]>();
  readonly #ofSegment = new Map<Entity, NodeId>();
  readonly #nodes: NodeId[] = [];

  /** In the order in which they came. */
  get nodes(): readonly NodeId[] {
    return this.#nodes;
  }

  /** The node as it is in the table, whether it was there or is now. */
  add(node: NodeId): NodeId {
    const namesakes = this.#byName.get(node.name);
    const known = namesakes?.find(({ type, accountId }) => type === node.type && accountId === node.accountId);
    if (known) return known;
    if (namesakes) namesakes.push(node);
    else this.#byName.set(node.name, [node]);
    this.#nodes.push(node);
    return node;
  }

  ofSegment(segment: Entity): NodeId {
    let node = this.#ofSegment.get(segment);
    if (node === undefined) {
      node = this.add(nodeOf(segment));
      this.#ofSegment.set(segment, node);
    }
    return node;
  }
}
