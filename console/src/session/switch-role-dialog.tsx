import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { failureOf } from "../api/failure.js";
import { home } from "../api/home.js";
import { type Person, session } from "../api/session.js";
import { FormDialog } from "../parts/form-dialog.js";
import { texts } from "../texts/session.js";

/** Assumes a role as the person who signed in, with their name as the session's. */
export function SwitchRoleDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const [role, setRole] = useState("");
  const [problem, setProblem] = useState<string>();

  async function submit() {
    setProblem(undefined);
    try {
      session.switchTo(await assume(role.trim(), person));
      onClose();
    } catch (reason) {
      const { code, message } = failureOf(reason);
      setProblem(`${code}: ${message}`);
    }
  }

  return (
    <FormDialog
      header={texts.roleTitle}
      action={texts.switch}
      ready={role.trim() !== ""}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
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
