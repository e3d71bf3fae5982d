import { NormalizedSchema } from "@smithy/core/schema";
import type { $SchemaRef } from "@smithy/types";
import type { ErrorNames } from "./codec.js";
import type { Traits } from "./shape.js";

/** What the API's model says about an error. */
export interface ModelledError {
  readonly traits: Traits;
  /** `Message` or `message`; undefined if the model has neither. */
  readonly messageMember: string | undefined;
}

/** `[-3, namespace, name, traits, names, schemas]` in an SDK package. */
export function modelledError(service: ErrorNames, code: string): ModelledError | undefined {
  const schema = Object.hasOwn(service.sdk, `${code}$`) ? service.sdk[`${code}$`] : undefined;
  if (!Array.isArray(schema) || schema[0] !== -3) return undefined;
  const members = schema[4] as readonly string[];
  return {
    traits: NormalizedSchema.of(schema as unknown as $SchemaRef).getMergedTraits() as Traits,
    messageMember: members.find((name) => name.toLowerCase() === "message"),
  };
}
