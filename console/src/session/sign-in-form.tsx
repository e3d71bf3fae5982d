import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { failureOf } from "../api/failure.js";
import { home } from "../api/home.js";
import type { Person } from "../api/session.js";
import { common } from "../texts/common.js";
import { texts } from "../texts/session.js";
import { signInWithKey, signInWithPassword } from "./sign-in.js";

const empty = {
  account: home.accountId,
  userName: "",
  password: "",
  code: "",
  newPassword: "",
  accessKeyId: "",
  secretAccessKey: "",
  sessionToken: "",
};
type Fields = typeof empty;

/** Asks for a password or a key, then for what the service still wants. */
export function SignInForm({ before, onSignedIn }: { before?: Person; onSignedIn: (person: Person) => void }) {
  const [kind, setKind] = useState<Person["by"]["kind"]>(before?.by.kind ?? "password");
  const [fields, setFields] = useState<Fields>(
    before?.by.kind === "password" ? { ...empty, account: before.by.account, userName: before.by.userName } : empty,
  );
  const [wanted, setWanted] = useState<{ code?: boolean; newPassword?: boolean }>({});
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<Fields>) => setFields((now) => ({ ...now, ...change }));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = fields;
      const person =
        kind === "password"
          ? await signInWithPassword(fields)
          : await signInWithKey({
              accessKeyId: accessKeyId.trim(),
              secretAccessKey: secretAccessKey.trim(),
              ...(sessionToken.trim() !== "" && { sessionToken: sessionToken.trim() }),
            });
      onSignedIn(person);
    } catch (reason) {
      const { code, kind: failureKind, message } = failureOf(reason);
      if (code === "MultiFactorAuthRequired") setWanted((now) => ({ ...now, code: true }));
      if (code === "PasswordChangeRequired") setWanted((now) => ({ ...now, newPassword: true }));
      setProblem(failureKind === "unreachable" ? common.failure.unreachable : message || code);
    }
    setBusy(false);
  }

  return (
    <form onSubmit={submit}>
      <SpaceBetween size="m">
        <SegmentedControl
          label={texts.signIn}
          selectedId={kind}
          onChange={({ detail }) => setKind(detail.selectedId as Person["by"]["kind"])}
          options={[
            { id: "password", text: texts.withPassword },
            { id: "key", text: texts.withKey },
          ]}
        />
        {problem !== undefined && (
          <Alert type="error" header={texts.failed}>
            {problem}
          </Alert>
        )}
        {kind === "password" ? (
          <SpaceBetween size="m">
            <FormField label={texts.account} description={texts.accountHint}>
              <Input value={fields.account} onChange={({ detail }) => set({ account: detail.value })} />
            </FormField>
            <FormField label={texts.userName}>
              <Input
                value={fields.userName}
                autoComplete="username"
                autoFocus
                onChange={({ detail }) => set({ userName: detail.value })}
              />
            </FormField>
            <FormField label={texts.password}>
              <Input
                type="password"
                value={fields.password}
                autoComplete="current-password"
                onChange={({ detail }) => set({ password: detail.value })}
              />
            </FormField>
            {wanted.code && (
              <FormField label={texts.code} description={texts.codeHint}>
                <Input
                  value={fields.code}
                  inputMode="numeric"
                  autoComplete="one-time-code"
                  autoFocus
                  onChange={({ detail }) => set({ code: detail.value })}
                />
              </FormField>
            )}
            {wanted.newPassword && (
              <FormField label={texts.newPassword} description={texts.newPasswordHint}>
                <Input
                  type="password"
                  value={fields.newPassword}
                  autoComplete="new-password"
                  autoFocus
                  onChange={({ detail }) => set({ newPassword: detail.value })}
                />
              </FormField>
            )}
          </SpaceBetween>
        ) : (
          <SpaceBetween size="m">
            <FormField label={texts.accessKeyId} description={texts.keyHint}>
              <Input
                value={fields.accessKeyId}
                autoFocus
                onChange={({ detail }) => set({ accessKeyId: detail.value })}
              />
            </FormField>
            <FormField label={texts.secretAccessKey}>
              <Input
                type="password"
                value={fields.secretAccessKey}
                autoComplete="off"
                onChange={({ detail }) => set({ secretAccessKey: detail.value })}
              />
            </FormField>
            <FormField label={texts.sessionToken} description={texts.sessionTokenHint}>
              <Input
                type="password"
                value={fields.sessionToken}
                autoComplete="off"
                onChange={({ detail }) => set({ sessionToken: detail.value })}
              />
            </FormField>
          </SpaceBetween>
        )}
        <Button variant="primary" formAction="submit" fullWidth loading={busy}>
          {texts.signIn}
        </Button>
      </SpaceBetween>
    </form>
  );
}
