import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";

interface ActionList {
  readonly Services: readonly { readonly Actions: readonly string[] }[];
}

/** Every action that policies can name here; undefined while they are not known, or to who may not list them. */
export function useKnownActions(): readonly string[] | undefined {
  const { value } = useLoaded("actions", async (signal) => {
    const { Services } = await callExtension<ActionList>("iam", "ListActions", {}, { signal });
    return Services.flatMap(({ Actions }) => Actions);
  });
  return value;
}
