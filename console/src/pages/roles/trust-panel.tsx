import { IAMClient, UpdateAssumeRolePolicyCommand } from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { PolicyEditor } from "../../parts/policy/policy-editor.js";
import { useEdit } from "../../parts/use-edit.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { roleTexts } from "../../texts/roles.js";

const texts = roleTexts.role;

/** Who may assume a role. */
export function TrustPanel(props: { roleName: string; document: string; onSaved: () => void }) {
  const { roleName, document, onSaved } = props;
  const draft = useEdit(document);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function save() {
    const { value: sent = "" } = draft;
    setBusy(true);
    setFailure(undefined);
    try {
      await clientOf(IAMClient).send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument: sent }));
      notify("success", texts.saved);
      draft.markSaved(sent);
      onSaved();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
    setBusy(false);
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={texts.trustHint}
          actions={
            <Button
              variant="primary"
              loading={busy}
              disabled={!draft.isOpen || draft.value === document}
              onClick={save}
            >
              {common.save}
            </Button>
          }
        >
          {texts.trustPolicy}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} />
        <PolicyEditor value={draft.value ?? ""} onChange={draft.write} kind="trust" label={texts.trustEditor} />
      </SpaceBetween>
    </Container>
  );
}
