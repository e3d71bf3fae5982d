import {
  type AccessKey,
  AddUserToGroupCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  IAMClient,
  ListGroupsCommand,
} from "@aws-sdk/client-iam";
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { attach } from "../../parts/policy/entity-policies.js";
import { everyPage } from "../../parts/policy/every-page.js";
import { PolicyChooser } from "../../parts/policy/policy-chooser.js";
import { notify } from "../../shell/notices.js";
import { peopleTexts } from "../../texts/people.js";
import { GroupChooser } from "./group-chooser.js";
import { NewKeyDialog } from "./new-key-dialog.js";

const texts = peopleTexts.create;

/** A user with what they need to begin, in one go. */
export function CreateUserDialog({ onClose }: { onClose: (changed: boolean) => void }) {
  const iam = clientOf(IAMClient);
  const [name, setName] = useState("");
  const [arns, setArns] = useState<readonly string[]>([]);
  const [groups, setGroups] = useState<readonly string[]>([]);
  const [signsIn, setSignsIn] = useState(true);
  const [password, setPassword] = useState("");
  const [withKey, setWithKey] = useState(false);
  const [key, setKey] = useState<AccessKey>();
  const [begun, setBegun] = useState(false);
  const done = useRef(new Set<string>());
  const listed = useLoaded("groups", groupNames);
  const UserName = name.trim();

  /** Does it once, also where a later step failed and the dialog is sent again. */
  async function once(step: string, work: () => Promise<unknown>) {
    if (done.current.has(step)) return;
    await work();
    done.current.add(step);
  }

  async function create() {
    await once("user", () => iam.send(new CreateUserCommand({ UserName })));
    setBegun(true);
    for (const arn of arns) await once(arn, () => attach({ kind: "user", name: UserName }, arn));
    for (const GroupName of groups)
      await once(`group ${GroupName}`, () => iam.send(new AddUserToGroupCommand({ UserName, GroupName })));
    if (signsIn)
      await once("password", () =>
        iam.send(new CreateLoginProfileCommand({ UserName, Password: password, PasswordResetRequired: true })),
      );
    notify("success", texts.done(UserName));
    if (!withKey) return onClose(true);
    const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    setKey(made);
  }

  if (key !== undefined) return <NewKeyDialog accessKey={key} onClose={() => onClose(true)} />;
  return (
    <FormDialog
      header={texts.title}
      action={texts.button}
      ready={UserName !== "" && (!signsIn || password !== "")}
      onClose={() => onClose(begun)}
      onSubmit={create}
    >
      <SpaceBetween size="m">
        <FormField label={peopleTexts.name} description={texts.nameHint}>
          <Input
            value={name}
            autoFocus
            autoComplete="off"
            disabled={begun}
            onChange={({ detail }) => setName(detail.value)}
          />
        </FormField>
        <FormField label={texts.may} description={texts.mayHint}>
          <PolicyChooser value={arns} onChange={setArns} label={texts.may} />
        </FormField>
        <FormField label={texts.groups} description={texts.groupsHint}>
          <FailureAlert failure={listed.failure} retry={listed.reload} />
          <GroupChooser names={listed.value ?? []} value={groups} onChange={setGroups} />
        </FormField>
        <Checkbox checked={signsIn} onChange={({ detail }) => setSignsIn(detail.checked)}>
          {texts.signIn}
        </Checkbox>
        {signsIn && (
          <FormField label={texts.firstPassword} description={texts.firstPasswordHint}>
            <Input
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={({ detail }) => setPassword(detail.value)}
            />
          </FormField>
        )}
        <Checkbox checked={withKey} onChange={({ detail }) => setWithKey(detail.checked)}>
          {texts.key}
        </Checkbox>
        {begun && <Alert type="info">{texts.partly(UserName)}</Alert>}
      </SpaceBetween>
    </FormDialog>
  );
}

export function groupNames(signal: AbortSignal): Promise<string[]> {
  return everyPage(async (Marker) => {
    const page = await clientOf(IAMClient).send(new ListGroupsCommand({ Marker }), { abortSignal: signal });
    return { items: (page.Groups ?? []).map(({ GroupName = "" }) => GroupName), next: page.Marker };
  });
}
