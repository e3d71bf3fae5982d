import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { LeastPrivilege } from "../../parts/policy/access-extensions.js";
import type { Entity } from "../../parts/policy/entity-policies.js";
import { readableDocument } from "../../parts/policy/entity-policies.js";
import { PolicyEditor } from "../../parts/policy/policy-editor.js";
import { leastTexts as texts } from "../../texts/least-privilege.js";
import { ReplaySection } from "./replay-section.js";
import { UsePolicyDialog } from "./use-policy-dialog.js";

interface DraftPoliciesProps {
  readonly entity: Entity;
  readonly arn: string;
  readonly made: LeastPrivilege;
  readonly times: { readonly StartTime: number; readonly EndTime: number };
}

/** The policies that were made, to be changed, replayed and put in force. */
export function DraftPolicies({ entity, arn, made, times }: DraftPoliciesProps) {
  const [drafts, setDrafts] = useState(() =>
    made.PolicyDocuments.map((document) => readableDocument(encodeURIComponent(document))),
  );
  const [using, setUsing] = useState<"attach" | "replace">();
  const several = drafts.length > 1;
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description={texts.madeOf(made.Calls)}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button onClick={() => setUsing("attach")}>{texts.use.attach}</Button>
                <Button onClick={() => setUsing("replace")}>{texts.use.replace}</Button>
              </SpaceBetween>
            }
          >
            {texts.policies(drafts.length)}
          </Header>
        }
      >
        <SpaceBetween size="m">
          {drafts.map((draft, index) => (
            <PolicyEditor
              // biome-ignore lint/suspicious/noArrayIndexKey: a draft is its place in the list.
              key={index}
              value={draft}
              {...(several && { label: texts.policy(index + 1) })}
              onChange={(text) => setDrafts(drafts.map((other, place) => (place === index ? text : other)))}
            />
          ))}
        </SpaceBetween>
      </Container>
      <ReplaySection arn={arn} documents={drafts} times={times} />
      {using !== undefined && (
        <UsePolicyDialog
          entity={entity}
          documents={drafts}
          replace={using === "replace"}
          onClose={() => setUsing(undefined)}
        />
      )}
    </SpaceBetween>
  );
}
