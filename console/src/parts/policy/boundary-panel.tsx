import {
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
} from "@aws-sdk/client-iam";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { notify } from "../../shell/notices.js";
import { policyTexts } from "../../texts/policies.js";
import { ConfirmDialog } from "../confirm-dialog.js";
import { ConsoleLink } from "../console-link.js";
import { FormDialog } from "../form-dialog.js";
import { PolicyChooser } from "./policy-chooser.js";

interface BoundaryPanelProps {
  readonly kind: "user" | "role";
  readonly name: string;
  /** The policy that bounds; `null` for none, undefined where that could not be read. */
  readonly arn: string | null | undefined;
  readonly onChange: () => void;
}

const texts = policyTexts.boundary;

/** The policy beyond which nothing is allowed. */
export function BoundaryPanel({ kind, name, arn, onChange }: BoundaryPanelProps) {
  const [setting, setSetting] = useState(false);
  const [removing, setRemoving] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const iam = clientOf(IAMClient);
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(arn !== undefined && { description: arn === null ? texts.none : texts.is })}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {arn && <Button onClick={() => setRemoving(true)}>{texts.remove}</Button>}
              <Button
                disabled={arn === undefined}
                onClick={() => {
                  setChosen([]);
                  setSetting(true);
                }}
              >
                {arn ? texts.change : texts.set}
              </Button>
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      {arn && <ConsoleLink to={`/policies/${arn}`}>{arn.split("/").at(-1)}</ConsoleLink>}
      {setting && (
        <FormDialog
          header={texts.title}
          action={texts.set}
          ready={chosen.length === 1}
          onClose={() => setSetting(false)}
          onSubmit={async () => {
            const PermissionsBoundary = chosen[0];
            await (kind === "user"
              ? iam.send(new PutUserPermissionsBoundaryCommand({ UserName: name, PermissionsBoundary }))
              : iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })));
            notify("success", texts.done);
            setSetting(false);
            onChange();
          }}
        >
          <FormField label={policyTexts.policy} description={texts.is}>
            <PolicyChooser value={chosen} onChange={setChosen} label={policyTexts.policy} max={1} />
          </FormField>
        </FormDialog>
      )}
      {removing && (
        <ConfirmDialog
          header={texts.removeTitle}
          action={texts.remove}
          onClose={() => setRemoving(false)}
          onConfirm={async () => {
            await (kind === "user"
              ? iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: name }))
              : iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: name })));
            notify("success", texts.removed);
            setRemoving(false);
            onChange();
          }}
        >
          <Box>{texts.removeBody}</Box>
        </ConfirmDialog>
      )}
    </Container>
  );
}
