import { CreateAliasCommand, DeleteAliasCommand, KMSClient } from "@aws-sdk/client-kms";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useState } from "react";
import { clientOf } from "../../api/clients.js";
import { act } from "../../parts/act.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/keys.js";

const texts = all.kms;

interface KeyAliasesProps {
  readonly keyId: string;
  readonly aliases: readonly string[];
  readonly onChanged: () => void;
}

/** Names of a key; taking one away leaves the key as it is. */
export function KeyAliases({ keyId, aliases, onChanged }: KeyAliasesProps) {
  const [name, setName] = useState("");
  const kms = clientOf(KMSClient);

  async function add(event: FormEvent) {
    event.preventDefault();
    const AliasName = `alias/${name.trim().replace(/^alias\//, "")}`;
    const create = () => kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: keyId }));
    if (!(await act(texts.aliasAdded(AliasName), create))) return;
    setName((now) => (now === name ? "" : now));
    onChanged();
  }

  async function remove(AliasName: string) {
    await act(texts.aliasRemoved(AliasName), () => kms.send(new DeleteAliasCommand({ AliasName })));
    onChanged();
  }

  return (
    <Container header={<Header variant="h2">{texts.aliases}</Header>}>
      <SpaceBetween size="s">
        {aliases.length === 0 && <Box color="text-body-secondary">{common.nothing}</Box>}
        {aliases.map((alias) => (
          <SpaceBetween key={alias} direction="horizontal" size="xs" alignItems="center">
            <Box variant="code">{alias}</Box>
            <Button
              variant="icon"
              iconName="remove"
              ariaLabel={texts.removeAlias(alias)}
              onClick={() => void remove(alias)}
            />
          </SpaceBetween>
        ))}
        <form onSubmit={add}>
          <SpaceBetween direction="horizontal" size="xs">
            <Input
              ariaLabel={texts.aliasName}
              placeholder={texts.aliasExample}
              value={name}
              onChange={({ detail }) => setName(detail.value)}
            />
            <Button formAction="submit" disabled={name.trim() === ""}>
              {texts.addAlias}
            </Button>
          </SpaceBetween>
        </form>
      </SpaceBetween>
    </Container>
  );
}
