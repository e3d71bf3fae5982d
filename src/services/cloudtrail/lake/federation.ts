import type {
  DisableFederationCommandInput,
  DisableFederationResponse,
  EnableFederationCommandInput,
  EnableFederationResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireActiveStore, storeAccess, storeResources } from "./find-store.js";

/**
 * Federation registers a store in the Glue catalogue, so that Athena can read it. There is neither here, so it is
 * answered as in a region without them: a store must not be shown as federated where nothing can read it.
 */
export const enableFederation = (deps: CloudTrailDeps) =>
  operation<EnableFederationCommandInput, EnableFederationResponse>({
    name: "EnableFederation",
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, "EnableFederation", input.EventDataStore, call),
    async execute(input, call) {
      new Constraints()
        .length("federationRoleArn", input.FederationRoleArn, { min: 3, max: 125 })
        .pattern("federationRoleArn", input.FederationRoleArn, /^[a-zA-Z0-9._/\-:@=+,.]+$/)
        .check();
      await requireActiveStore(deps.settings.read, input.EventDataStore, call);
      throw cloudTrailError(
        "UnsupportedOperation",
        "Federation needs AWS Glue and AWS Lake Formation, which are not here. Query event data stores with StartQuery.",
      );
    },
    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

export const disableFederation = (deps: CloudTrailDeps) =>
  operation<DisableFederationCommandInput, DisableFederationResponse>({
    name: "DisableFederation",
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, "DisableFederation", input.EventDataStore, call),
    async execute(input, call) {
      const store = await requireActiveStore(deps.settings.read, input.EventDataStore, call);
      throw cloudTrailError("InvalidParameter", `Federation is not enabled for the event data store: ${store.arn}`);
    },
    resources: (input, call) => storeResources(input.EventDataStore, call),
  });
