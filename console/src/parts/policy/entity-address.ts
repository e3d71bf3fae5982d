import type { Entity } from "./entity-policies.js";

/** The page of a user, a group or a role. */
export function entityAddress({ kind, name }: Entity): string {
  return { user: `/people/${name}`, group: `/people/groups/${name}`, role: `/roles/${name}` }[kind];
}
