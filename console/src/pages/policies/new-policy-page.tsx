import { CreatePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { newPolicyDocument } from "../../parts/policy/new-policy-document.js";
import { PolicyEditor } from "../../parts/policy/policy-editor.js";
import { WouldAllow } from "../../parts/policy/would-allow.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { policyTexts as texts } from "../../texts/policies.js";
import { takeCopiedDocument } from "./copied-document.js";

/** Writes a managed policy of the account's own. */
export default function NewPolicyPage() {
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [document, setDocument] = useState(() => takeCopiedDocument() ?? newPolicyDocument);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function create(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const { Policy } = await clientOf(IAMClient).send(
        new CreatePolicyCommand({
          PolicyName: name.trim(),
          PolicyDocument: document,
          ...(description !== "" && { Description: description }),
        }),
      );
      notify("success", texts.created(name.trim()));
      navigate(`/policies/${Policy?.Arn}`);
    } catch (problem) {
      setFailure(failureOf(problem));
      setBusy(false);
    }
  }

  return (
    <ContentLayout header={<Header variant="h1">{texts.create}</Header>}>
      <SpaceBetween size="l">
        <form onSubmit={create}>
          <Container>
            <SpaceBetween size="m">
              <FormField label={texts.name}>
                <Input value={name} autoFocus onChange={({ detail }) => setName(detail.value)} />
              </FormField>
              <FormField label={texts.descriptionOf}>
                <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
              </FormField>
              <PolicyEditor value={document} onChange={setDocument} />
              <FailureAlert failure={failure} />
              <Box float="right">
                <SpaceBetween direction="horizontal" size="xs">
                  <Button variant="link" formAction="none" onClick={() => navigate("/policies")}>
                    {common.cancel}
                  </Button>
                  <Button variant="primary" formAction="submit" loading={busy} disabled={name.trim() === ""}>
                    {texts.create}
                  </Button>
                </SpaceBetween>
              </Box>
            </SpaceBetween>
          </Container>
        </form>
        <WouldAllow document={document} />
      </SpaceBetween>
    </ContentLayout>
  );
}
