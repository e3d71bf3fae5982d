import {
  ChangePasswordCommand,
  CreateLoginProfileCommand,
  DeleteLoginProfileCommand,
  GetLoginProfileCommand,
  IAMClient,
  type LoginProfile,
  UpdateLoginProfileCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { failureOf } from "../../api/failure.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";

const texts = peopleTexts.passwords;

/** @param isOwn the person looks at themselves: they change it, others give a new one. */
export function PasswordPanel({ userName, isOwn }: { userName: string; isOwn: boolean }) {
  const { full } = useMoments();
  const iam = clientOf(IAMClient);
  const [open, setOpen] = useState<"set" | "remove" | "change">();
  const profile = useLoaded(`profile ${userName}`, async (signal): Promise<LoginProfile | "none"> => {
    try {
      const { LoginProfile: found } = await iam.send(new GetLoginProfileCommand({ UserName: userName }), {
        abortSignal: signal,
      });
      return found ?? "none";
    } catch (problem) {
      if ((problem as Error).name.startsWith("NoSuchEntity")) return "none";
      throw problem;
    }
  });
  const has = profile.value !== undefined && profile.value !== "none" ? profile.value : undefined;
  const close = () => {
    setOpen(undefined);
    profile.reload();
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(profile.value === "none" && { description: texts.none })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {isOwn && <Button onClick={() => setOpen("change")}>{texts.change}</Button>}
              {!isOwn && has && <Button onClick={() => setOpen("remove")}>{texts.remove}</Button>}
              {!isOwn && (
                <Button onClick={() => setOpen("set")} disabled={profile.value === undefined}>
                  {has ? texts.reset : texts.set}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <FailureAlert failure={profile.failure} retry={profile.reload} />
      {has !== undefined && (
        <KeyValuePairs
          columns={2}
          items={[
            { label: texts.since, value: has.CreateDate ? full(has.CreateDate) : common.nothing },
            {
              label: texts.mustChange,
              value: has.PasswordResetRequired ? peopleTexts.yes : peopleTexts.no,
            },
          ]}
        />
      )}
      {open === "set" && <SetPassword userName={userName} present={has !== undefined} onClose={close} />}
      {open === "change" && <ChangePassword onClose={close} />}
      {open === "remove" && (
        <ConfirmDialog
          header={texts.removeTitle}
          action={texts.remove}
          onClose={() => setOpen(undefined)}
          onConfirm={async () => {
            await iam.send(new DeleteLoginProfileCommand({ UserName: userName }));
            notify("success", texts.removed);
            close();
          }}
        >
          {texts.removeBody}
        </ConfirmDialog>
      )}
    </Container>
  );
}

function SetPassword(props: { userName: string; present: boolean; onClose: () => void }) {
  const [password, setPassword] = useState("");
  return (
    <FormDialog
      header={texts.set}
      action={common.save}
      ready={password !== ""}
      onClose={props.onClose}
      onSubmit={async () => {
        const input = { UserName: props.userName, Password: password, PasswordResetRequired: true };
        await (props.present
          ? clientOf(IAMClient).send(new UpdateLoginProfileCommand(input))
          : clientOf(IAMClient).send(new CreateLoginProfileCommand(input)));
        notify("success", texts.setDone);
        props.onClose();
      }}
    >
      <PasswordField label={texts.newPassword} hint={texts.resetHint} value={password} onChange={setPassword} />
    </FormDialog>
  );
}

function ChangePassword({ onClose }: { onClose: () => void }) {
  const [present, setPresent] = useState("");
  const [wanted, setWanted] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== wanted;
  return (
    <FormDialog
      header={texts.change}
      action={common.save}
      ready={present !== "" && wanted !== "" && wanted === again}
      onClose={onClose}
      onSubmit={async () => {
        await clientOf(IAMClient)
          .send(new ChangePasswordCommand({ OldPassword: present, NewPassword: wanted }))
          .catch((problem) => {
            // This denial is of the password, not of a permission.
            const { message } = failureOf(problem);
            throw /old password/.test(message) ? Object.assign(new Error(message), { name: texts.wrong }) : problem;
          });
        notify("success", texts.changed);
        onClose();
      }}
    >
      <SpaceBetween size="m">
        <PasswordField label={texts.oldPassword} value={present} onChange={setPresent} complete="current-password" />
        <PasswordField label={texts.newPassword} value={wanted} onChange={setWanted} />
        <PasswordField
          label={texts.again}
          value={again}
          onChange={setAgain}
          {...(differs && { error: texts.differs })}
        />
      </SpaceBetween>
    </FormDialog>
  );
}

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly error?: string;
  readonly complete?: "current-password" | "new-password";
}

function PasswordField({ label, value, onChange, hint, error, complete = "new-password" }: PasswordFieldProps) {
  return (
    <FormField label={label} {...(hint && { description: hint })} {...(error && { errorText: error })}>
      <Input type="password" autoComplete={complete} value={value} onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}
