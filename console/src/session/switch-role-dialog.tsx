import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { failureOf } from "../api/failure.js";
import { home } from "../api/home.js";
import { type Person, session } from "../api/session.js";
import { common } from "../texts/common.js";
import { texts } from "../texts/session.js";

/** Assumes a role as the person who signed in, with their name as the session's. */
export function SwitchRoleDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const [role, setRole] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      session.switchTo(await assume(role.trim(), person));
      onClose();
    } catch (reason) {
      const { code, message } = failureOf(reason);
      setProblem(`${code}: ${message}`);
      setBusy(false);
    }
  }

  return (
    <Modal visible header={texts.roleTitle} onDismiss={onClose} closeAriaLabel={common.close}>
      <form onSubmit={submit}>
        <SpaceBetween size="m">
          {person.arn.endsWith(":root") && <Alert type="info">{texts.noRoot}</Alert>}
          {problem !== undefined && (
            <Alert type="error" header={texts.roleFailed}>
              {problem}
            </Alert>
          )}
          <FormField label={texts.roleArn} description={texts.roleArnHint}>
            <Input value={role} autoFocus onChange={({ detail }) => setRole(detail.value)} />
          </FormField>
          <Box color="text-body-secondary">{texts.roleSessionHint}</Box>
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy} disabled={role.trim() === ""}>
                {texts.switch}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}

async function assume(role: string, person: Person): Promise<Person> {
  const { AssumeRoleCommand, STSClient } = await import("@aws-sdk/client-sts");
  const { region } = session.get();
  const client = new STSClient({ endpoint: home.endpoint, region, credentials: person.credentials, maxAttempts: 2 });
  const { AssumedRoleUser, Credentials } = await client.send(
    new AssumeRoleCommand({
      RoleArn: role.startsWith("arn:") ? role : `arn:aws:iam::${person.accountId}:role/${role}`,
      RoleSessionName: (person.arn.split("/").at(-1) ?? "console").replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
    }),
  );
  return {
    arn: AssumedRoleUser?.Arn ?? role,
    accountId: AssumedRoleUser?.Arn?.split(":")[4] ?? person.accountId,
    by: person.by,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
      ...(Credentials?.Expiration !== undefined && { expiration: Credentials.Expiration }),
    },
  };
}
