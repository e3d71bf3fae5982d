import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { pagesCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { PagedTable } from "../../parts/paged-table.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";
import { CreateKeyDialog } from "./create-key-dialog.js";
import { KeyPanel } from "./key-panel.js";
import { fetchKeys, type KeyShown } from "./kms.js";

const texts = all.kms;

/** All KMS keys, or the one that the address names. */
export function KmsTab() {
  const [chosen, setChosen] = useUrlState("key");
  if (chosen !== "") return <KeyPanel key={chosen} keyId={chosen} onLeave={() => setChosen("")} />;
  return <KeysTable onChoose={setChosen} />;
}

function KeysTable({ onChoose }: { onChoose: (keyId: string) => void }) {
  const moments = useMoments();
  const keys = usePages<KeyShown>("keys", fetchKeys);
  const [creating, setCreating] = useState(false);
  return (
    <>
      <PagedTable
        header={
          <Header
            variant="h2"
            {...pagesCount(keys)}
            actions={
              <Button variant="primary" onClick={() => setCreating(true)}>
                {texts.create}
              </Button>
            }
          >
            {texts.header}
          </Header>
        }
        pages={keys}
        items={keys.items}
        empty={texts.empty}
        trackBy="keyId"
        wrapLines
        columnDefinitions={[
          {
            id: "key",
            header: texts.key,
            isRowHeader: true,
            cell: ({ keyId }) => (
              <Link
                href={`/console/keys?key=${keyId}`}
                onFollow={(event) => {
                  event.preventDefault();
                  onChoose(keyId);
                }}
              >
                {keyId}
              </Link>
            ),
          },
          {
            id: "aliases",
            header: texts.aliases,
            cell: ({ aliases = [] }) => aliases.join(", ") || common.nothing,
          },
          { id: "state", header: texts.state, cell: (key) => <KeyState of={key} /> },
          { id: "rotation", header: texts.rotation, cell: rotationText },
          {
            id: "description",
            header: texts.description,
            cell: ({ metadata }) => metadata?.Description || common.nothing,
          },
          {
            id: "created",
            header: `${texts.created} (${moments.zone})`,
            cell: ({ metadata }) => (metadata?.CreationDate ? moments.full(metadata.CreationDate) : common.nothing),
          },
        ]}
      />
      {creating && (
        <CreateKeyDialog
          onClose={() => setCreating(false)}
          onCreated={(keyId) => {
            setCreating(false);
            onChoose(keyId);
          }}
        />
      )}
    </>
  );
}

export function KeyState({ of: { metadata } }: { of: KeyShown }) {
  const moments = useMoments();
  if (metadata === undefined) return <StatusIndicator type="warning">{texts.unknown}</StatusIndicator>;
  const { KeyState: state = "", DeletionDate } = metadata;
  const type = state === "Enabled" ? "success" : state === "Disabled" ? "stopped" : "error";
  return (
    <>
      <StatusIndicator type={type}>{texts.states[state] ?? state}</StatusIndicator>
      {DeletionDate !== undefined && (
        <Box color="text-body-secondary" fontSize="body-s">
          {texts.deletedAt(moments.full(DeletionDate))}
        </Box>
      )}
    </>
  );
}

export function rotationText({ rotation }: KeyShown): string {
  if (rotation === undefined) return common.nothing;
  return rotation.KeyRotationEnabled ? texts.rotationOn(rotation.RotationPeriodInDays) : texts.rotationOff;
}
