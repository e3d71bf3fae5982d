import { IAMClient, ListEntitiesForPolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { EmptyList } from "../../parts/empty-list.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { listCount } from "../../parts/list-count.js";
import { entityAddress } from "../../parts/policy/entity-address.js";
import { EntityChooser } from "../../parts/policy/entity-chooser.js";
import { attach, detach, type Entity } from "../../parts/policy/entity-policies.js";
import { everyPage } from "../../parts/policy/every-page.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { policyTexts } from "../../texts/policies.js";

interface Holder extends Entity {
  readonly asBoundary: boolean;
}

const texts = policyTexts.attached;

/** Who has a policy: attached, or as their boundary. */
export function PolicyHolders({ arn }: { arn: string }) {
  const name = arn.split("/").at(-1)!;
  const [attaching, setAttaching] = useState(false);
  const [chosen, setChosen] = useState<Entity>();
  const [detached, setDetached] = useState<Holder>();
  const holders = useLoaded(`holders ${arn}`, async (signal) => {
    const of = (usage: "PermissionsPolicy" | "PermissionsBoundary") => holdersOf(arn, usage, signal);
    return [...(await of("PermissionsPolicy")), ...(await of("PermissionsBoundary"))];
  });
  return (
    <>
      <Table<Holder>
        items={holders.value ?? []}
        trackBy={({ kind, name: holder, asBoundary }) => `${kind}/${holder}/${asBoundary}`}
        loading={holders.loading && holders.value === undefined}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.title }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              {...listCount(holders.value)}
              actions={
                <Button
                  onClick={() => {
                    setChosen(undefined);
                    setAttaching(true);
                  }}
                >
                  {texts.attach}
                </Button>
              }
            >
              {texts.title}
            </Header>
            <FailureAlert failure={holders.failure} retry={holders.reload} />
          </SpaceBetween>
        }
        empty={<EmptyList failure={holders.failure} text={texts.none} />}
        columnDefinitions={[
          {
            id: "name",
            header: policyTexts.name,
            isRowHeader: true,
            cell: (holder) => <ConsoleLink to={entityAddress(holder)}>{holder.name}</ConsoleLink>,
          },
          {
            id: "kind",
            header: policyTexts.type,
            cell: ({ kind, asBoundary }) => (asBoundary ? `${texts[kind]}, ${texts.asBoundary}` : texts[kind]),
          },
          {
            id: "detach",
            header: "",
            cell: (holder) =>
              holder.asBoundary ? null : (
                <Button
                  variant="inline-link"
                  ariaLabel={`${texts.detach} ${holder.name}`}
                  onClick={() => setDetached(holder)}
                >
                  {texts.detach}
                </Button>
              ),
          },
        ]}
      />
      {attaching && (
        <FormDialog
          header={texts.attachTo(name)}
          action={texts.attach}
          ready={chosen !== undefined}
          onClose={() => setAttaching(false)}
          onSubmit={async () => {
            await attach(chosen!, arn);
            notify("success", texts.attachedTo(name, chosen!.name));
            setAttaching(false);
            holders.reload();
          }}
        >
          <EntityChooser value={chosen} onChange={setChosen} label={texts.whom} />
        </FormDialog>
      )}
      {detached !== undefined && (
        <ConfirmDialog
          header={policyTexts.entity.detachTitle(name)}
          action={texts.detach}
          onClose={() => setDetached(undefined)}
          onConfirm={async () => {
            await detach(detached, arn);
            notify("success", texts.detached(name, detached.name));
            setDetached(undefined);
            holders.reload();
          }}
        >
          {policyTexts.entity.detachBody}
        </ConfirmDialog>
      )}
    </>
  );
}

function holdersOf(
  PolicyArn: string,
  PolicyUsageFilter: "PermissionsPolicy" | "PermissionsBoundary",
  signal: AbortSignal,
): Promise<Holder[]> {
  const asBoundary = PolicyUsageFilter === "PermissionsBoundary";
  return everyPage(async (Marker) => {
    const page = await clientOf(IAMClient).send(
      new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter, Marker }),
      { abortSignal: signal },
    );
    const items: Holder[] = [
      ...(page.PolicyUsers ?? []).map(({ UserName = "" }) => ({ kind: "user" as const, name: UserName, asBoundary })),
      ...(page.PolicyGroups ?? []).map(({ GroupName = "" }) => ({
        kind: "group" as const,
        name: GroupName,
        asBoundary,
      })),
      ...(page.PolicyRoles ?? []).map(({ RoleName = "" }) => ({ kind: "role" as const, name: RoleName, asBoundary })),
    ];
    return { items, next: page.Marker };
  });
}
