import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { lastUseMs } from "../../parts/policy/access-extensions.js";
import { BoundaryPanel } from "../../parts/policy/boundary-panel.js";
import { readableDocument } from "../../parts/policy/entity-policies.js";
import { EntityPoliciesPanel } from "../../parts/policy/entity-policies-panel.js";
import { UnusedAccessPanel, useUnusedAccess } from "../../parts/policy/unused-access-panel.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { roleTexts } from "../../texts/roles.js";
import { deleteRole } from "./delete-role.js";
import { EditRoleDialog } from "./edit-role-dialog.js";
import { TrustPanel } from "./trust-panel.js";

const texts = roleTexts.role;

/** One role: whom it trusts, what it may, and what of it is used. */
export default function RolePage() {
  const name = useParams()["name"] ?? "";
  const [, navigate] = useLocation();
  const { full } = useMoments();
  const [tab, setTab] = useUrlState("tab", "trust");
  const [deleting, setDeleting] = useState(false);
  const [editing, setEditing] = useState(false);
  const role = useLoaded(`role ${name}`, async (signal) => {
    const { Role } = await clientOf(IAMClient).send(new GetRoleCommand({ RoleName: name }), { abortSignal: signal });
    return Role;
  });
  const { Arn: arn, Description, CreateDate, MaxSessionDuration = 3600 } = role.value ?? {};
  const access = useUnusedAccess(arn);
  const usedMs = access.value && lastUseMs(access.value);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          {...(Description !== undefined && { description: Description })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                disabled={arn === undefined}
                onClick={() => navigate(`/events?text=${encodeURIComponent(arn ?? "")}&period=1d`)}
              >
                {texts.calls}
              </Button>
              <Button disabled={role.value === undefined} onClick={() => setEditing(true)}>
                {texts.edit}
              </Button>
              <Button onClick={() => setDeleting(true)}>{texts.delete}</Button>
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={role.failure} retry={role.reload} />
        <Container>
          <KeyValuePairs
            columns={4}
            items={[
              { label: roleTexts.arn, value: arn ?? common.nothing },
              { label: roleTexts.created, value: CreateDate ? full(CreateDate) : common.nothing },
              { label: roleTexts.session, value: roleTexts.hours(Number((MaxSessionDuration / 3600).toFixed(1))) },
              {
                label: roleTexts.lastUsed,
                value:
                  access.value === undefined ? common.nothing : usedMs === undefined ? roleTexts.notUsed : full(usedMs),
              },
            ]}
          />
        </Container>
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          ariaLabel={name}
          tabs={[
            {
              id: "trust",
              label: texts.trust,
              content: role.value && (
                <TrustPanel
                  roleName={name}
                  document={readableDocument(role.value.AssumeRolePolicyDocument)}
                  onSaved={role.reload}
                />
              ),
            },
            {
              id: "rights",
              label: texts.rights,
              content: (
                <SpaceBetween size="l">
                  <EntityPoliciesPanel entity={{ kind: "role", name }} />
                  <BoundaryPanel
                    kind="role"
                    name={name}
                    arn={role.value && (role.value.PermissionsBoundary?.PermissionsBoundaryArn ?? null)}
                    onChange={role.reload}
                  />
                </SpaceBetween>
              ),
            },
            { id: "use", label: texts.use, content: arn && <UnusedAccessPanel arn={arn} access={access} /> },
          ]}
        />
      </SpaceBetween>
      {editing && (
        <EditRoleDialog
          roleName={name}
          description={Description ?? ""}
          seconds={MaxSessionDuration}
          onClose={() => {
            setEditing(false);
            role.reload();
          }}
        />
      )}
      {deleting && (
        <ConfirmDialog
          header={texts.deleteTitle(name)}
          action={texts.delete}
          typed={{ text: name, label: texts.deleteTyped }}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deleteRole(name);
            notify("success", texts.deleted(name));
            navigate("/roles");
          }}
        >
          {texts.deleteBody}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}
