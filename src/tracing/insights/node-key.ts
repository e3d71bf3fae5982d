import type { ServiceId } from "@aws-sdk/client-xray";
import type { NodeId } from "../trace-facts.js";

/** Equal for equal nodes. */
export function nodeKey({ name, type, accountId }: NodeId): string {
  return JSON.stringify([name, type, accountId]);
}

export function nodeServiceId({ name, type, accountId }: NodeId): ServiceId {
  return {
    Name: name,
    Names: [name],
    ...(accountId !== "" && { AccountId: accountId }),
    ...(type !== "" && { Type: type }),
  };
}
