import type { AccessContext, AccessRequest, Decision } from "./access.js";
import type { Authorizer } from "./authorizer.js";
import type { Caller } from "./caller.js";
import type { IdentityDirectory, Profile } from "./directory.js";
import { evaluate, refuse } from "./policy/evaluate.js";
import { evaluateRows } from "./policy/evaluate-rows.js";

const noProfile: Profile = { identity: [], tags: {} };

/** Decides by the policies of the settings store and those the call brings along. */
export class PolicyAuthorizer implements Authorizer {
  readonly #directory: IdentityDirectory;

  constructor(directory: IdentityDirectory) {
    this.#directory = directory;
  }

  decide(caller: Caller, access: AccessRequest, context: AccessContext): Decision | Promise<Decision> {
    const waiting = this.#directory.check();
    if (waiting) return waiting.then(() => this.#decide(caller, access, context));
    return this.#decide(caller, access, context);
  }

  #decide(caller: Caller, access: AccessRequest, context: AccessContext): Decision | Promise<Decision> {
    if (caller.kind !== "user" && caller.kind !== "role-session")
      return this.#evaluate(caller, access, context, noProfile);
    const profile = this.#directory.profile(caller.kind === "user" ? caller.userId : caller.roleId);
    if (profile instanceof Promise) return profile.then((loaded) => this.#evaluate(caller, access, context, loaded));
    return this.#evaluate(caller, access, context, profile);
  }

  #evaluate(caller: Caller, access: AccessRequest, context: AccessContext, profile: Profile | undefined): Decision {
    // Credentials may outlive their user or role; they then open nothing, whatever a resource policy says of the name.
    if (!profile) return refuse(caller, access, "identity-based policy", false);
    const document = access.resourcePolicy?.document;
    const session = "sessionPolicies" in caller ? caller.sessionPolicies : undefined;
    const decideBy = access.rows === undefined ? evaluate : evaluateRows;
    return decideBy(caller, access, context, {
      ...profile,
      ...(session && { session: session.map((text) => this.#directory.compile(text, "identity")) }),
      ...(document !== undefined && { resource: this.#directory.compile(document, resourcePolicyKind(access)) }),
    });
  }
}

/** A role's trust is the one resource policy that names no resource. */
function resourcePolicyKind(access: AccessRequest): "trust" | "resource" {
  return access.action.startsWith("sts:") ? "trust" : "resource";
}
