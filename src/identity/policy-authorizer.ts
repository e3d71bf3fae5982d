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
    const entityId = entityIdOf(caller);
    if (entityId === undefined)
      return this.#evaluate(
        caller,
        access,
        context,
        caller.kind === "federated-user" ? this.#rootProfile() : noProfile,
      );
    const profile = this.#directory.profile(entityId);
    if (profile instanceof Promise) return profile.then((loaded) => this.#evaluate(caller, access, context, loaded));
    return this.#evaluate(caller, access, context, profile);
  }

  /** Of a federated user whom the root user made: only the session's policies narrow what it may do. */
  #rootProfile(): Profile {
    return { identity: [this.#directory.compile(everythingAllowed, "identity")], tags: {} };
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

const everythingAllowed = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** Whose policies a caller's are. */
function entityIdOf(caller: Caller): string | undefined {
  switch (caller.kind) {
    case "user":
      return caller.userId;
    case "role-session":
      return caller.roleId;
    case "federated-user":
      return caller.madeBy?.userId;
    default:
      return undefined;
  }
}

/** A role's trust is the one resource policy that names no resource. */
function resourcePolicyKind(access: AccessRequest): "trust" | "resource" {
  return access.action.startsWith("sts:") ? "trust" : "resource";
}
