import type { AccessRequest } from "../../../identity/access.js";
import { SettingsCache } from "../../../storage/settings-cache.js";
import type { AnyOperation, Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { policiesTogether, readPolicies } from "./resource-policy-rules.js";

/** Accounts and regions whose policies are kept at hand. */
const scopesMax = 1000;

/**
 * Lets the resource policies of the account and region have their say in every operation of the API: beside identity
 * policies, as IAM combines them. The root user can always delete one, so that no account is locked out for good.
 */
export function underResourcePolicies(deps: XrayDeps): (operation: AnyOperation) => AnyOperation {
  const documents = new SettingsCache({
    settings: deps.settings,
    clock: deps.environment.clock,
    entriesMax: scopesMax,
    load: async (key) => {
      const [accountId = "", region = ""] = key.split("/");
      const policies = await readPolicies(deps.settings.read, { accountId, region });
      return policiesTogether(policies.map(({ document }) => document));
    },
  });
  return (operation) => ({
    ...operation,
    access(input: unknown, call: Call) {
      const wanted = operation.access(input, call);
      if (operation.name === "DeleteResourcePolicy" && call.caller.kind === "root") return wanted;
      const document = documents.get(`${call.accountId}/${call.region}`);
      if (!(wanted instanceof Promise) && !(document instanceof Promise)) return withPolicy(wanted, document);
      return Promise.all([wanted, document]).then(([accesses, text]) => withPolicy(accesses, text));
    },
  });
}

function withPolicy(accesses: readonly AccessRequest[], document: string | undefined): readonly AccessRequest[] {
  if (document === undefined) return accesses;
  return accesses.map((access) =>
    access.action.startsWith("xray:") ? { ...access, resourcePolicy: { document, required: false } } : access,
  );
}
