import {
  DeletePolicyVersionCommand,
  IAMClient,
  type PolicyVersion,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { type Failure, failureOf } from "../../api/failure.js";
import type { Loaded } from "../../api/use-loaded.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { policyTexts } from "../../texts/policies.js";

interface PolicyVersionsProps {
  readonly arn: string;
  readonly versions: Loaded<PolicyVersion[]>;
  /** The version whose document is shown above. */
  readonly shown: string | undefined;
  readonly onShow: (version: string) => void;
  readonly onDefault: () => void;
  readonly isOfAws: boolean;
}

const texts = policyTexts.versions;

/** What a policy said before, to look at and to go back to. */
export function PolicyVersions({ arn, versions, shown, onShow, onDefault, isOfAws }: PolicyVersionsProps) {
  const { full } = useMoments();
  const [failure, setFailure] = useState<Failure>();
  const [deleted, setDeleted] = useState<string>();
  const iam = clientOf(IAMClient);

  async function putInForce(VersionId: string) {
    setFailure(undefined);
    try {
      await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId }));
      notify("success", texts.madeDefault(VersionId));
      versions.reload();
      onDefault();
    } catch (problem) {
      setFailure(failureOf(problem));
    }
  }

  return (
    <>
      <Table<PolicyVersion>
        items={versions.value ?? []}
        trackBy="VersionId"
        loading={versions.loading && versions.value === undefined}
        loadingText={common.loading}
        ariaLabels={{ tableLabel: texts.title }}
        header={
          <SpaceBetween size="s">
            <Header variant="h2">{texts.title}</Header>
            <FailureAlert failure={versions.failure} retry={versions.reload} />
            <FailureAlert failure={failure} />
          </SpaceBetween>
        }
        columnDefinitions={[
          { id: "version", header: texts.version, isRowHeader: true, cell: ({ VersionId }) => VersionId },
          {
            id: "default",
            header: texts.isDefault,
            cell: ({ IsDefaultVersion }) =>
              IsDefaultVersion ? <StatusIndicator>{texts.isDefault}</StatusIndicator> : common.nothing,
          },
          {
            id: "created",
            header: policyTexts.changed,
            cell: ({ CreateDate }) => (CreateDate && !isOfAws ? full(CreateDate) : common.nothing),
          },
          {
            id: "actions",
            header: "",
            cell: ({ VersionId = "", IsDefaultVersion }) => (
              <SpaceBetween direction="horizontal" size="xs">
                {VersionId !== shown && (
                  <Button
                    variant="inline-link"
                    ariaLabel={`${texts.show} ${VersionId}`}
                    onClick={() => onShow(IsDefaultVersion ? "" : VersionId)}
                  >
                    {texts.show}
                  </Button>
                )}
                {!IsDefaultVersion && (
                  <Button
                    variant="inline-link"
                    ariaLabel={`${texts.makeDefault} ${VersionId}`}
                    onClick={() => void putInForce(VersionId)}
                  >
                    {texts.makeDefault}
                  </Button>
                )}
                {!IsDefaultVersion && (
                  <Button
                    variant="inline-link"
                    ariaLabel={`${texts.remove} ${VersionId}`}
                    onClick={() => setDeleted(VersionId)}
                  >
                    {texts.remove}
                  </Button>
                )}
              </SpaceBetween>
            ),
          },
        ]}
      />
      {deleted !== undefined && (
        <ConfirmDialog
          header={texts.removeTitle(deleted)}
          action={texts.remove}
          onClose={() => setDeleted(undefined)}
          onConfirm={async () => {
            await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: deleted }));
            notify("success", texts.removed(deleted));
            setDeleted(undefined);
            if (shown === deleted) onShow("");
            versions.reload();
          }}
        >
          {texts.removeBody}
        </ConfirmDialog>
      )}
    </>
  );
}
