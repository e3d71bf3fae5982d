import { management } from "../../../audit/event.js";
import { extensionRoute } from "../../extension-route.js";
import type { ForeignRoute } from "../../foreign-route.js";
import { operation } from "../../operation.js";
import type { IamDeps } from "../iam-deps.js";

/** Extension of ours: every action that policies can name here, for who writes policies. */
export const listActions = (deps: IamDeps): ForeignRoute =>
  extensionRoute(
    operation<object, unknown>({
      name: "ListActions",
      readOnly: true,
      event: management,
      access: () => [{ action: "iam:ListActions", resource: "*" }],
      execute: async () => ({
        Services: deps.knownServices().map(({ namespace, name, actions }) => ({
          ServiceNamespace: namespace,
          ServiceName: name,
          Actions: actions,
        })),
      }),
    }),
  );
