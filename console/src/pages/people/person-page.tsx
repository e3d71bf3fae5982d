import { GetUserCommand, IAMClient } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { BoundaryPanel } from "../../parts/policy/boundary-panel.js";
import { EntityPoliciesPanel } from "../../parts/policy/entity-policies-panel.js";
import { UnusedAccessPanel, useUnusedAccess } from "../../parts/policy/unused-access-panel.js";
import { notify } from "../../shell/notices.js";
import { peopleTexts } from "../../texts/people.js";
import { deleteUser } from "./delete-user.js";
import { DevicesPanel } from "./devices-panel.js";
import { KeysPanel } from "./keys-panel.js";
import { PasswordPanel } from "./password-panel.js";
import { PersonGroups } from "./person-groups.js";

const texts = peopleTexts.person;

/** One user: what they may do, how they sign in, and what of it they use. */
export default function PersonPage() {
  const name = useParams()["name"] ?? "";
  const [, navigate] = useLocation();
  const [tab, setTab] = useUrlState("tab", "rights");
  const [deleting, setDeleting] = useState(false);
  const user = useLoaded(`user ${name}`, async (signal) => {
    const { User } = await clientOf(IAMClient).send(new GetUserCommand({ UserName: name }), { abortSignal: signal });
    return User;
  });
  const arn = user.value?.Arn;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          {...(arn !== undefined && { description: arn })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => navigate(`/events?username=${encodeURIComponent(name)}&period=1d`)}>
                {texts.calls}
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
        <FailureAlert failure={user.failure} retry={user.reload} />
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          ariaLabel={name}
          tabs={[
            {
              id: "rights",
              label: texts.rights,
              content: (
                <SpaceBetween size="l">
                  <EntityPoliciesPanel entity={{ kind: "user", name }} />
                  <PersonGroups userName={name} />
                  <BoundaryPanel
                    kind="user"
                    name={name}
                    arn={user.value && (user.value.PermissionsBoundary?.PermissionsBoundaryArn ?? null)}
                    onChange={user.reload}
                  />
                </SpaceBetween>
              ),
            },
            {
              id: "sign-in",
              label: texts.signIn,
              content: (
                <SpaceBetween size="l">
                  <PasswordPanel userName={name} isOwn={false} />
                  <DevicesPanel userName={name} />
                  <KeysPanel userName={name} />
                </SpaceBetween>
              ),
            },
            { id: "use", label: texts.use, content: arn && <Use arn={arn} /> },
          ]}
        />
      </SpaceBetween>
      {deleting && (
        <ConfirmDialog
          header={texts.deleteTitle(name)}
          action={texts.delete}
          typed={{ text: name, label: texts.deleteTyped }}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            await deleteUser(name);
            notify("success", texts.deleted(name));
            navigate("/people");
          }}
        >
          {texts.deleteBody}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

function Use({ arn }: { arn: string }) {
  return <UnusedAccessPanel arn={arn} access={useUnusedAccess(arn)} />;
}
