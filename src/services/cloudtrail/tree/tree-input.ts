import type { Checkpoint, Tree } from "../../../audit/tree/tree.js";
import { cloudTrailError } from "../errors.js";

/** Proofs are of the whole service, so no resource can be named. */
export const accessTo = (name: string) => () => [{ action: `cloudtrail:${name}`, resource: "*" }];

export function invalidParameter(message: string) {
  return cloudTrailError("InvalidParameter", message);
}

/** A number of leaves, or a place among them. */
export function sizeOf(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw invalidParameter(`${member} must be a whole number from 0.`);
  return value;
}

/** The newest checkpoint, or that of a size. */
export async function checkpointOf(tree: Tree, size?: number): Promise<Checkpoint> {
  const found = await tree.checkpoint(size);
  if (found !== undefined) return found;
  throw cloudTrailError(
    "ResourceNotFound",
    size === undefined ? "There is no checkpoint yet." : `No checkpoint of size ${size} is kept.`,
  );
}
