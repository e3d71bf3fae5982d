import { IAMClient, ListPoliciesCommand } from "@aws-sdk/client-iam";
import Multiselect, { type MultiselectProps } from "@cloudscape-design/components/multiselect";
import { useMemo } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { common } from "../../texts/common.js";
import { policyTexts, readyRights } from "../../texts/policies.js";
import { FailureAlert } from "../failure-alert.js";
import { everyPage } from "./every-page.js";

interface PolicyChooserProps {
  /** ARNs of the policies chosen. */
  readonly value: readonly string[];
  readonly onChange: (arns: readonly string[]) => void;
  readonly label: string;
  readonly max?: number;
}

/** Chooses managed policies: what most people need first, then the account's own, then all of AWS's. */
export function PolicyChooser({ value, onChange, label, max }: PolicyChooserProps) {
  const {
    value: policies,
    failure,
    loading,
    reload,
  } = useLoaded("policies", (signal) =>
    everyPage(async (Marker) => {
      const page = await clientOf(IAMClient).send(new ListPoliciesCommand({ Marker }), { abortSignal: signal });
      return { items: page.Policies ?? [], next: page.Marker };
    }),
  );
  const options = useMemo((): MultiselectProps.Options => {
    const ready = new Set<string>(readyRights.map((right) => right.value));
    const others = (policies ?? [])
      .filter(({ Arn }) => !ready.has(Arn ?? ""))
      .map(({ PolicyName = "", Arn = "" }) => ({ label: PolicyName, value: Arn }));
    const isOwn = ({ value: arn }: { value: string }) => !arn.startsWith("arn:aws:iam::aws:");
    return [
      ...readyRights.map((right) => ({ ...right, description: right.value.split("/").at(-1)! })),
      { label: policyTexts.scopes.Local, options: others.filter(isOwn) },
      { label: policyTexts.scopes.AWS, options: others.filter((option) => !isOwn(option)) },
    ].filter((group) => !("options" in group) || group.options.length > 0);
  }, [policies]);
  const flat = options.flatMap((option) => ("options" in option ? option.options : [option]));
  return (
    <>
      <FailureAlert failure={failure} retry={reload} />
      <Multiselect
        selectedOptions={value.map(
          (arn) => flat.find((option) => option.value === arn) ?? { value: arn, label: arn.split("/").at(-1)! },
        )}
        onChange={({ detail }) => {
          const chosen = detail.selectedOptions.flatMap((option) => option.value ?? []);
          onChange(max === undefined ? chosen : chosen.slice(-max));
        }}
        options={options}
        filteringType="auto"
        placeholder={policyTexts.entity.choose}
        statusType={loading ? "loading" : "finished"}
        loadingText={common.loading}
        ariaLabel={label}
        deselectAriaLabel={(option) => common.deselect(option.label ?? "")}
        tokenLimit={8}
      />
    </>
  );
}
