import {
  type EncryptionConfig,
  GetEncryptionConfigCommand,
  PutEncryptionConfigCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { usePages } from "../../api/use-pages.js";
import { ConfirmDialog } from "../../parts/confirm-dialog.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { notify } from "../../shell/notices.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";
import { fetchKeys, type KeyShown } from "./kms.js";

const texts = all.traces;
const none = { value: "", label: texts.noneOption };
const managed = { value: "alias/aws/xray", label: texts.managedOption };

/** What documents of traces are encrypted with. */
export function TraceEncryptionTab() {
  const {
    value: config,
    failure,
    reload,
  } = useLoaded("encryption", async (signal) => {
    const { EncryptionConfig = {} } = await clientOf(XRayClient).send(new GetEncryptionConfigCommand({}), {
      abortSignal: signal,
    });
    return EncryptionConfig;
  });
  const keys = usePages<KeyShown>("keys", fetchKeys, { untilItems: 200 });
  const usable = keys.items.filter(({ metadata }) => metadata?.KeyState === "Enabled");
  const options = [
    none,
    managed,
    ...usable.map(({ keyId, aliases = [] }) => ({ value: keyId, label: aliases[0] ?? keyId, description: keyId })),
  ];
  const [chosen, setChosen] = useState<(typeof options)[number]>();
  const [asking, setAsking] = useState(false);

  async function save(KeyId: string) {
    await clientOf(XRayClient).send(
      new PutEncryptionConfigCommand(KeyId === "" ? { Type: "NONE" } : { Type: "KMS", KeyId }),
    );
    notify("success", texts.saved);
    setAsking(false);
    setChosen(undefined);
    reload();
  }

  return (
    <Container
      header={
        <Header variant="h2" description={texts.description}>
          {texts.header}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} retry={reload} />
        {config !== undefined && <KeyValuePairs items={[{ label: texts.now, value: nowText(config) }]} />}
        <FailureAlert failure={keys.failure} retry={keys.reload} />
        <FormField label={texts.choose}>
          <Select
            selectedOption={chosen ?? null}
            options={options}
            statusType={keys.loading ? "loading" : keys.more ? "pending" : "finished"}
            onLoadItems={() => keys.loadMore()}
            loadingText={common.loading}
            placeholder={texts.choose}
            onChange={({ detail }) => setChosen(options.find(({ value }) => value === detail.selectedOption.value))}
          />
        </FormField>
        <Button variant="primary" disabled={chosen === undefined} onClick={() => setAsking(true)}>
          {texts.save}
        </Button>
      </SpaceBetween>
      {asking && chosen !== undefined && (
        <ConfirmDialog
          header={texts.confirmHeader}
          action={texts.save}
          onConfirm={() => save(chosen.value)}
          onClose={() => setAsking(false)}
        >
          {chosen.value === "" ? texts.confirmNone : texts.confirmKey(chosen.label)}
        </ConfirmDialog>
      )}
    </Container>
  );
}

function nowText({ KeyId, Status }: EncryptionConfig): string {
  const now = KeyId ?? texts.none;
  return Status === "UPDATING" ? `${now} (${texts.updating})` : now;
}
