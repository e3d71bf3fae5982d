import {
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  IAMClient,
  ListPolicyVersionsCommand,
  type PolicyVersion,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { home } from "../../api/home.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useSession } from "../../api/use-session.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { readableDocument } from "../../parts/policy/entity-policies.js";
import { PolicyEditor } from "../../parts/policy/policy-editor.js";
import { WouldAllow } from "../../parts/policy/would-allow.js";
import { useEdit } from "../../parts/use-edit.js";
import { notify } from "../../shell/notices.js";
import { policyTexts as texts } from "../../texts/policies.js";
import { copyDocument } from "./copied-document.js";
import { PolicyHolders } from "./policy-holders.js";
import { PolicyVersions } from "./policy-versions.js";

/** One managed policy: what it says, its versions, and who has it. */
export default function PolicyPage() {
  const named = useParams()["*"] ?? "";
  const [, navigate] = useLocation();
  const { person, role } = useSession();
  const accountId = (role ?? person)?.accountId ?? home.accountId;
  const arn = named.startsWith("arn:") ? named : `arn:aws:iam::${accountId}:policy/${named}`;
  const isOfAws = arn.startsWith("arn:aws:iam::aws:");
  const iam = clientOf(IAMClient);
  const [version, setVersion] = useUrlState("version");
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [deleting, setDeleting] = useState(false);

  const policy = useLoaded(arn, async (signal) => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }), { abortSignal: signal });
    return Policy;
  });
  const versions = useLoaded(`versions ${arn}`, (signal) => versionsOf(arn, signal));
  const shown = version || policy.value?.DefaultVersionId;
  const document = useLoaded(shown && `${arn} ${shown}`, async (signal) => {
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: shown }), {
      abortSignal: signal,
    });
    return readableDocument(PolicyVersion?.Document);
  });
  const draft = useEdit(document.value, version);

  async function save() {
    const { value: sent = "" } = draft;
    setSaving(true);
    setFailure(undefined);
    try {
      const { PolicyVersion } = await iam.send(
        new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: sent, SetAsDefault: true }),
      );
      notify("success", texts.saved(PolicyVersion?.VersionId ?? ""));
      draft.markSaved(sent);
      setVersion("");
      policy.reload();
      versions.reload();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setSaving(false);
  }

  const name = arn.split("/").at(-1)!;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={policy.value?.Description ?? arn}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                onClick={() => {
                  copyDocument(draft.value ?? "");
                  navigate("/policies/new");
                }}
                disabled={draft.value === undefined}
              >
                {texts.copyAsNew}
              </Button>
              {!isOfAws && <Button onClick={() => setDeleting(true)}>{texts.delete.button}</Button>}
            </SpaceBetween>
          }
        >
          {name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={policy.failure} retry={policy.reload} />
        <Container
          header={
            <Header
              variant="h2"
              description={isOfAws ? texts.readOnly : texts.saveHint}
              actions={
                isOfAws ? undefined : (
                  <Button
                    variant="primary"
                    loading={saving}
                    disabled={!draft.isOpen || draft.value === document.value}
                    onClick={save}
                  >
                    {texts.save}
                  </Button>
                )
              }
            >
              {texts.document}
            </Header>
          }
        >
          <SpaceBetween size="m">
            <FailureAlert failure={document.failure} retry={document.reload} />
            <FailureAlert failure={failure} />
            {failure?.code.startsWith("LimitExceeded") && <Box>{texts.versions.limit}</Box>}
            {draft.value !== undefined && (
              <PolicyEditor value={draft.value} {...(!isOfAws && { onChange: draft.write })} />
            )}
          </SpaceBetween>
        </Container>
        {draft.value !== undefined && <WouldAllow document={draft.value} />}
        <PolicyHolders arn={arn} />
        <PolicyVersions
          arn={arn}
          versions={versions}
          shown={shown}
          onShow={setVersion}
          onDefault={policy.reload}
          isOfAws={isOfAws}
        />
      </SpaceBetween>
      {deleting && (
        <ConfirmDialog
          header={texts.delete.title(name)}
          action={texts.delete.button}
          onClose={() => setDeleting(false)}
          onConfirm={async () => {
            const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: arn }));
            // Before its versions go, which would be lost though the policy stays.
            const uses = (Policy?.AttachmentCount ?? 0) + (Policy?.PermissionsBoundaryUsageCount ?? 0);
            if (uses > 0) throw Object.assign(new Error(texts.delete.attached(uses)), { name: "DeleteConflict" });
            for (const { VersionId, IsDefaultVersion } of await versionsOf(arn))
              if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId }));
            await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
            notify("success", texts.delete.done(name));
            navigate("/policies");
          }}
        >
          {texts.delete.body}
        </ConfirmDialog>
      )}
    </ContentLayout>
  );
}

/** There are five at most. */
async function versionsOf(PolicyArn: string, signal?: AbortSignal): Promise<PolicyVersion[]> {
  const { Versions = [] } = await clientOf(IAMClient).send(new ListPolicyVersionsCommand({ PolicyArn }), {
    ...(signal && { abortSignal: signal }),
  });
  return Versions;
}
