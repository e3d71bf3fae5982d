import type { ListKeyRotationsCommandInput, ListKeyRotationsResponse } from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { accessTo, findKey, keyArn, materialIdShown, resourcesOf } from "./keys.js";
import { pageOf } from "./pages.js";

const pageDefault = 100;
const rotationTypes = { automatic: "AUTOMATIC", "on-demand": "ON_DEMAND" } as const;

/** Oldest first. A key has few materials: on demand 25, of its own four a year. */
export const listKeyRotations = (deps: KmsDeps) =>
  operation<ListKeyRotationsCommandInput, ListKeyRotationsResponse>({
    name: "ListKeyRotations",
    readOnly: true,
    event: management,
    async access(input, call) {
      return [accessTo("ListKeyRotations", await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call)];
    },
    async execute(input, call) {
      new Constraints()
        .oneOf("includeKeyMaterial", input.IncludeKeyMaterial, ["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"])
        .check();
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      const rows = await deps.settings.read
        .selectFrom("kms_materials")
        .select(["material_id", "created_ms", "origin"])
        .where("key_id", "=", key.key_id)
        .execute();
      const all = input.IncludeKeyMaterial === "ALL_KEY_MATERIAL";
      const wanted = rows.filter(({ origin }) => all || origin in rotationTypes);
      const order = (row: { created_ms: number; material_id: string }) =>
        `${String(row.created_ms).padStart(16, "0")} ${row.material_id}`;
      const page = { ...input, Limit: input.Limit ?? pageDefault };
      const { items, ...paging } = pageOf(wanted, order, page, { limitMax: 1000 });
      return {
        Rotations: items.map(({ material_id, created_ms, origin }) => ({
          KeyId: keyArn(key),
          KeyMaterialId: materialIdShown(material_id),
          KeyMaterialState: material_id === key.material_id ? "CURRENT" : "NON_CURRENT",
          ...(origin in rotationTypes && {
            RotationDate: new Date(created_ms),
            RotationType: rotationTypes[origin as keyof typeof rotationTypes],
          }),
        })),
        ...paging,
      };
    },
    resources: (input, call) => resourcesOf(input?.KeyId, undefined, call),
  });
