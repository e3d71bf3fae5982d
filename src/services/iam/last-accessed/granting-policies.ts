import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import { type EntityPolicy, policiesOf } from "../entity-policies.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { pageOf, pageStart } from "../listing.js";
import { requireSource, sourceAccess } from "../simulation/policy-source.js";
import { grantedServices } from "./reported-resource.js";

const namespacesMax = 200;

export const listPoliciesGrantingServiceAccess = (deps: IamDeps) =>
  operation<Iam.ListPoliciesGrantingServiceAccessRequest, Iam.ListPoliciesGrantingServiceAccessResponse>({
    name: "ListPoliciesGrantingServiceAccess",
    readOnly: true,
    event: management,
    access: (input, call) => sourceAccess(deps, call, input.Arn, "ListPoliciesGrantingServiceAccess"),
    execute: async (input, call) => {
      const constraints = new IamConstraints()
        .listing({ ...(input.Marker !== undefined && { Marker: input.Marker }) })
        .required("serviceNamespaces", input.ServiceNamespaces)
        .length("serviceNamespaces", input.ServiceNamespaces, { min: 1, max: namespacesMax });
      input.ServiceNamespaces?.forEach((namespace, i) => {
        constraints.length(`serviceNamespaces.${i + 1}.member`, namespace, { min: 1, max: 64 });
        constraints.pattern(`serviceNamespaces.${i + 1}.member`, namespace, /^[\w-]*$/);
      });
      constraints.check("ValidationError");
      const entity = await requireSource(deps.settings.read, call, input.Arn, "arn");
      const policies = await policiesOf(deps.settings.read, entity);
      const { after, fetch } = pageStart(input);
      const namespaces = [...new Set(input.ServiceNamespaces)].sort().filter((namespace) => namespace > after);
      const { items, page } = pageOf(namespaces.slice(0, fetch), input, (namespace) => namespace);
      return {
        PoliciesGrantingServiceAccess: items.map((namespace) => {
          const known = deps.knownServices().filter((service) => service.namespace === namespace);
          const granting = policies.filter(({ document }) => grantedServices(known, [document]).length > 0);
          return { ServiceNamespace: namespace, Policies: granting.map(shown) };
        }),
        ...page,
      };
    },
  });

function shown({ name, arn, owner }: EntityPolicy): Iam.PolicyGrantingServiceAccess {
  if (owner === undefined)
    return { PolicyName: name, PolicyType: "MANAGED", ...(arn !== undefined && { PolicyArn: arn }) };
  return {
    PolicyName: name,
    PolicyType: "INLINE",
    EntityType: owner.kind.toUpperCase() as Iam.PolicyOwnerEntityType,
    EntityName: owner.name,
  };
}
