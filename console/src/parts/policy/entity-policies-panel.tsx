import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useLoaded } from "../../api/use-loaded.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { policyTexts } from "../../texts/policies.js";
import { ConfirmDialog } from "../confirm-dialog.js";
import { ConsoleLink } from "../console-link.js";
import { EmptyList } from "../empty-list.js";
import { FailureAlert } from "../failure-alert.js";
import { listCount } from "../list-count.js";
import { AttachDialog } from "./attach-dialog.js";
import { attachedPolicies, detach, type Entity, inlinePolicies, removeInline } from "./entity-policies.js";
import { InlinePolicyDialog } from "./inline-policy-dialog.js";

interface Row {
  readonly name: string;
  /** Undefined for an inline policy. */
  readonly arn?: string;
}

const texts = policyTexts.entity;

/** The policies of a user, a group or a role: attached ones and inline ones. */
export function EntityPoliciesPanel({ entity }: { entity: Entity }) {
  const key = `${entity.kind} ${entity.name}`;
  const attached = useLoaded(`attached ${key}`, (signal) => attachedPolicies(entity, signal));
  const inline = useLoaded(`inline ${key}`, (signal) => inlinePolicies(entity, signal));
  const [attaching, setAttaching] = useState(false);
  const [edited, setEdited] = useState<string>();
  const [removed, setRemoved] = useState<Row>();
  const rows: Row[] = [...(attached.value ?? []), ...(inline.value ?? []).map((name) => ({ name }))];
  const kindOf = ({ arn }: Row) =>
    policyTexts.kinds[arn === undefined ? "inline" : arn.startsWith("arn:aws:iam::aws:") ? "aws" : "own"];

  return (
    <>
      <Table<Row>
        items={rows}
        trackBy={({ name, arn }) => arn ?? name}
        loading={(attached.loading || inline.loading) && rows.length === 0}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.title }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h2"
              {...listCount(attached.value && inline.value && rows)}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button onClick={() => setEdited("")}>{texts.add}</Button>
                  <Button onClick={() => setAttaching(true)}>{texts.attach}</Button>
                </SpaceBetween>
              }
            >
              {texts.title}
            </Header>
            <FailureAlert failure={attached.failure} retry={attached.reload} />
            <FailureAlert failure={inline.failure} retry={inline.reload} />
          </SpaceBetween>
        }
        empty={<EmptyList failure={attached.failure ?? inline.failure} text={texts.none} />}
        columnDefinitions={[
          {
            id: "name",
            header: policyTexts.policy,
            isRowHeader: true,
            cell: ({ name, arn }) =>
              arn === undefined ? (
                <Button variant="inline-link" onClick={() => setEdited(name)}>
                  {name}
                </Button>
              ) : (
                <ConsoleLink to={`/policies/${arn}`}>{name}</ConsoleLink>
              ),
          },
          { id: "kind", header: policyTexts.type, cell: kindOf },
          {
            id: "remove",
            header: "",
            minWidth: 120,
            cell: (row) => (
              <Box textAlign="right">
                <Button
                  variant="inline-link"
                  ariaLabel={`${row.arn === undefined ? texts.remove : texts.detach} ${row.name}`}
                  onClick={() => setRemoved(row)}
                >
                  {row.arn === undefined ? texts.remove : texts.detach}
                </Button>
              </Box>
            ),
          },
        ]}
      />
      {attaching && (
        <AttachDialog
          entity={entity}
          onClose={(changed) => {
            setAttaching(false);
            if (changed) attached.reload();
          }}
        />
      )}
      {edited !== undefined && (
        <InlinePolicyDialog
          entity={entity}
          policyName={edited}
          onClose={(changed) => {
            setEdited(undefined);
            if (changed) inline.reload();
          }}
        />
      )}
      {removed !== undefined && (
        <ConfirmDialog
          header={removed.arn === undefined ? texts.removeTitle(removed.name) : texts.detachTitle(removed.name)}
          action={removed.arn === undefined ? texts.remove : texts.detach}
          onClose={() => setRemoved(undefined)}
          onConfirm={async () => {
            if (removed.arn === undefined) {
              await removeInline(entity, removed.name);
              notify("success", texts.removed(removed.name));
              inline.reload();
            } else {
              await detach(entity, removed.arn);
              notify("success", policyTexts.attached.detached(removed.name, entity.name));
              attached.reload();
            }
            setRemoved(undefined);
          }}
        >
          {removed.arn === undefined ? texts.removeBody : texts.detachBody}
        </ConfirmDialog>
      )}
    </>
  );
}
