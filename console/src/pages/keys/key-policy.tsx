import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { json } from "@codemirror/lang-json";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { act } from "../../parts/act.js";
import { CodeEditor } from "../../parts/code-editor.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useEdit } from "../../parts/use-edit.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";

const texts = all.kms;
const language = json();

/** Who may use and manage the key. The service refuses a policy that would lock out whoever writes it. */
export function KeyPolicy({ keyId }: { keyId: string }) {
  const { value, failure, reload } = useLoaded(`policy ${keyId}`, async (signal) => {
    const { Policy = "" } = await clientOf(KMSClient).send(new GetKeyPolicyCommand({ KeyId: keyId }), {
      abortSignal: signal,
    });
    return indented(Policy);
  });
  const draft = useEdit(value);
  const { value: text = "" } = draft;
  const problem = draft.isOpen ? problemOf(text) : undefined;

  async function save() {
    const input = { KeyId: keyId, PolicyName: "default", Policy: text };
    if (!(await act(texts.policySaved, () => clientOf(KMSClient).send(new PutKeyPolicyCommand(input))))) return;
    draft.markSaved(text);
    reload();
  }

  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button disabled={!draft.isOpen || text === value || problem !== undefined} onClick={() => void save()}>
              {common.save}
            </Button>
          }
        >
          {texts.policy}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <FailureAlert failure={failure} retry={reload} />
        {problem !== undefined && <Alert type="error">{texts.policyBroken(problem)}</Alert>}
        {value !== undefined && (
          <CodeEditor value={text} onChange={draft.write} label={texts.policy} language={language} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function problemOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (problem) {
    return (problem as Error).message;
  }
}

function indented(policy: string): string {
  return problemOf(policy) === undefined ? JSON.stringify(JSON.parse(policy), null, 2) : policy;
}
