import { management } from "../../audit/event.js";
import { type Call, type Operation, operation } from "../operation.js";
import {
  type Conditions,
  type EntityInput,
  type EntityKind,
  entityAccess,
  entityResources,
  nameOf,
} from "./entities.js";
import type { IamDeps } from "./iam-deps.js";

type EntityOperation<Input, Output> = Pick<
  Operation<Input, Output>,
  "name" | "readOnly" | "execute" | "resources" | "recordedRequest" | "recordedResponse"
> & {
  /** The name of the entity, where the input may leave it out. */
  readonly entity?: (input: Input, call: Call) => string;
  readonly conditions?: (input: Input, call: Call) => Conditions | Promise<Conditions>;
};

/** An operation on one user, group or role: what the caller must be allowed, and what the call is about, follow from its name. */
export function entityOperation<Input extends EntityInput, Output>(
  deps: IamDeps,
  kind: EntityKind,
  { entity, conditions, ...definition }: EntityOperation<Input, Output>,
): Operation<Input, Output> {
  return operation({
    event: management,
    access: async (input, call) => {
      const name = entity?.(input, call) ?? nameOf(kind, input);
      return entityAccess(deps, call, kind, name, definition.name, await conditions?.(input, call));
    },
    resources: (input, call) => entityResources(kind, nameOf(kind, input), call),
    ...definition,
  });
}
