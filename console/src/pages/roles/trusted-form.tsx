import { IAMClient, ListOpenIDConnectProvidersCommand } from "@aws-sdk/client-iam";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { EntityChooser } from "../../parts/policy/entity-chooser.js";
import { roleTexts } from "../../texts/roles.js";
import type { Trusted } from "./trust-document.js";

const texts = roleTexts.create;
const kinds = ["user", "account", "service", "web"] as const;

interface Given {
  readonly kind: Trusted["kind"];
  readonly userName: string;
  readonly arn: string;
  readonly accountId: string;
  readonly withMfa: boolean;
  readonly service: string;
  readonly providerArn: string;
  readonly audience: string;
  readonly subject: string;
}

const empty: Given = {
  kind: "user",
  userName: "",
  arn: "",
  accountId: "",
  withMfa: true,
  service: "",
  providerArn: "",
  audience: "sts.amazonaws.com",
  subject: "",
};

/** Asks whom a role is for. Tells undefined while something is missing. */
export function TrustedForm({ onChange }: { onChange: (trusted: Trusted | undefined) => void }) {
  const [given, setGiven] = useState(empty);
  const set = (change: Partial<Given>) => {
    const now = { ...given, ...change };
    setGiven(now);
    onChange(trustedOf(now));
  };
  const isCaller = given.kind === "user" || given.kind === "account";
  return (
    <SpaceBetween size="m">
      <FormField label={texts.who}>
        <RadioGroup
          value={given.kind}
          items={kinds.map((value) => ({ value, label: texts.kinds[value] }))}
          onChange={({ detail }) => set({ kind: detail.value as Given["kind"] })}
        />
      </FormField>
      {given.kind === "user" && (
        <EntityChooser
          kinds={["user"]}
          label={texts.user}
          value={given.userName === "" ? undefined : { kind: "user", name: given.userName }}
          onChange={({ name }, arn) => set({ userName: name, arn })}
        />
      )}
      {given.kind === "account" && (
        <FormField label={texts.account} description={texts.accountHint}>
          <Input
            value={given.accountId}
            inputMode="numeric"
            onChange={({ detail }) => set({ accountId: detail.value.trim() })}
          />
        </FormField>
      )}
      {isCaller && (
        <Checkbox checked={given.withMfa} onChange={({ detail }) => set({ withMfa: detail.checked })}>
          {texts.mfa}
        </Checkbox>
      )}
      {given.kind === "service" && (
        <FormField label={texts.service} description={texts.serviceHint}>
          <Input value={given.service} onChange={({ detail }) => set({ service: detail.value.trim() })} />
        </FormField>
      )}
      {given.kind === "web" && <WebIdentity given={given} set={set} />}
    </SpaceBetween>
  );
}

function WebIdentity({ given, set }: { given: Given; set: (change: Partial<Given>) => void }) {
  const providers = useLoaded("providers", async (signal) => {
    const { OpenIDConnectProviderList = [] } = await clientOf(IAMClient).send(
      new ListOpenIDConnectProvidersCommand({}),
      { abortSignal: signal },
    );
    return OpenIDConnectProviderList.flatMap(({ Arn }) => Arn ?? []);
  });
  const nameOf = (arn: string) => arn.replace(/^.*:oidc-provider\//, "");
  return (
    <SpaceBetween size="m">
      <FailureAlert failure={providers.failure} retry={providers.reload} />
      <FormField label={texts.provider}>
        <Select
          selectedOption={
            given.providerArn === "" ? null : { value: given.providerArn, label: nameOf(given.providerArn) }
          }
          options={(providers.value ?? []).map((value) => ({ value, label: nameOf(value) }))}
          placeholder={texts.provider}
          empty={texts.noProvider}
          onChange={({ detail }) => set({ providerArn: detail.selectedOption.value ?? "" })}
        />
      </FormField>
      <FormField label={texts.audience}>
        <Input value={given.audience} onChange={({ detail }) => set({ audience: detail.value })} />
      </FormField>
      <FormField label={texts.subject} description={texts.subjectHint}>
        <Input value={given.subject} onChange={({ detail }) => set({ subject: detail.value })} />
      </FormField>
    </SpaceBetween>
  );
}

function trustedOf(given: Given): Trusted | undefined {
  const { kind, arn, accountId, withMfa, service, providerArn, audience, subject } = given;
  switch (kind) {
    case "user":
      return arn === "" ? undefined : { kind, arn, withMfa };
    case "account":
      return /^\d{12}$/.test(accountId) ? { kind, accountId, withMfa } : undefined;
    case "service":
      return service === "" ? undefined : { kind, service };
    case "web":
      return providerArn === "" || audience === "" ? undefined : { kind, providerArn, audience, subject };
  }
}
