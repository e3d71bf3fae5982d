import { IAMClient, ListPoliciesCommand, type Policy } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FindTable } from "../../parts/find-table.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { common } from "../../texts/common.js";
import { policyTexts as texts } from "../../texts/policies.js";

const scopes = (["All", "Local", "AWS"] as const).map((value) => ({ value, label: texts.scopes[value] }));

/** Managed policies, AWS's and the account's own. */
export default function PoliciesPage() {
  const [, navigate] = useLocation();
  const [scope, setScope] = useUrlState("scope", "All");
  const { full } = useMoments();
  const chosen = scopes.find(({ value }) => value === scope) ?? scopes[0]!;
  const pages = usePages<Policy>(
    `policies ${chosen.value}`,
    async (Marker, signal) => {
      const page = await clientOf(IAMClient).send(new ListPoliciesCommand({ Scope: chosen.value, Marker }), {
        abortSignal: signal,
      });
      return { items: page.Policies ?? [], nextToken: page.Marker };
    },
    { untilItems: 500 },
  );
  const create = (
    <Button variant="primary" onClick={() => navigate("/policies/new")}>
      {texts.create}
    </Button>
  );
  return (
    <FindTable
      title={texts.title}
      description={texts.description}
      pages={pages}
      trackBy={({ Arn }) => Arn ?? ""}
      findBy={({ PolicyName, Arn }) => `${PolicyName} ${Arn}`}
      findLabel={texts.find}
      actions={create}
      filter={
        <Select
          selectedOption={chosen}
          options={scopes}
          onChange={({ detail }) => setScope(detail.selectedOption.value ?? "All")}
          ariaLabel={texts.scope}
        />
      }
      empty={<NothingHere text={texts.none} hint={texts.noneHint} />}
      columns={[
        {
          id: "name",
          header: texts.policy,
          sortingField: "PolicyName",
          isRowHeader: true,
          cell: ({ PolicyName, Arn }) => <ConsoleLink to={`/policies/${Arn}`}>{PolicyName}</ConsoleLink>,
        },
        {
          id: "kind",
          header: texts.type,
          sortingField: "Arn",
          cell: ({ Arn }) => (isOfAws(Arn) ? texts.kinds.aws : texts.kinds.own),
        },
        {
          id: "attached",
          header: texts.usedBy,
          sortingField: "AttachmentCount",
          cell: ({ AttachmentCount }) => AttachmentCount || common.nothing,
        },
        {
          id: "boundary",
          header: texts.boundaryOf,
          sortingField: "PermissionsBoundaryUsageCount",
          cell: ({ PermissionsBoundaryUsageCount }) => PermissionsBoundaryUsageCount || common.nothing,
        },
        {
          id: "changed",
          header: texts.changed,
          sortingField: "UpdateDate",
          cell: ({ UpdateDate, Arn }) => (UpdateDate && !isOfAws(Arn) ? full(UpdateDate) : common.nothing),
        },
      ]}
    />
  );
}

function isOfAws(arn: string | undefined): boolean {
  return arn?.startsWith("arn:aws:iam::aws:") ?? false;
}
