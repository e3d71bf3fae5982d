import type { MapGraph } from "./graph.js";
import type { Places } from "./layout.js";

const storageKey = "dosimeter-map-places";
const placesMax = 2_000;
const scopesMax = 20;

type KeptPlace = readonly [hash: string, x: number, y: number];
type Kept = readonly (readonly [scope: string, places: readonly KeptPlace[]])[];

let kept: Kept | undefined;

/**
 * The places kept of a scope: of the graph's nodes by their keys, of others by hashes. Only hashes are kept, so that
 * names of services stay out of a browser that others may use.
 */
export function keptPlaces(scope: string, graph: MapGraph): Places {
  const keys = new Map(graph.nodes.map(({ key }) => [hashOf(key), key]));
  const places = read().find(([other]) => other === scope)?.[1] ?? [];
  return new Map(places.map(([hash, x, y]) => [keys.get(hash) ?? hash, { x, y }]));
}

/** Keeps these and no others of the scope. */
export function keepPlaces(scope: string, places: Places): void {
  if (places.size === 0) return;
  // Newest last: what was seen first is forgotten first.
  const newest = [...places].slice(-placesMax).map(([key, { x, y }]): KeptPlace => [hashOf(key), x, y]);
  kept = [[scope, newest] as const, ...read().filter(([other]) => other !== scope)].slice(0, scopesMax);
  try {
    localStorage.setItem(storageKey, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing shows maps all the same: this tab remembers.
  }
}

function read(): Kept {
  if (kept !== undefined) return kept;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    kept = Array.isArray(stored) ? (stored as Kept) : [];
  } catch {
    kept = [];
  }
  return kept;
}

/** A hash stands for itself. Keys have separators, hashes have none. */
function hashOf(key: string): string {
  if (!key.includes("/")) return key;
  // FNV-1a in two halves: enough to tell services apart, not to name them.
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let index = 0; index < key.length; index++) {
    low = Math.imul(low ^ key.charCodeAt(index), 0x01000193);
    high = Math.imul(high ^ key.charCodeAt(index), 0x85ebca6b);
  }
  return (low >>> 0).toString(36) + (high >>> 0).toString(36);
}
