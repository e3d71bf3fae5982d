import Alert from "@cloudscape-design/components/alert";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSession } from "../../api/use-session.js";
import { common } from "../../texts/common.js";
import { peopleTexts } from "../../texts/people.js";
import { DevicesPanel } from "./devices-panel.js";
import { KeysPanel } from "./keys-panel.js";
import { PasswordPanel } from "./password-panel.js";

/** How the person who looks signs in. */
export default function MePage() {
  const { person, role } = useSession();
  const arn = (role ?? person)?.arn ?? "";
  const userName = /^arn:aws:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={arn}>
          {common.navigation.me}
        </Header>
      }
    >
      {userName !== undefined ? (
        <SpaceBetween size="l">
          <PasswordPanel userName={userName} isOwn />
          <DevicesPanel userName={userName} />
          <KeysPanel userName={userName} />
        </SpaceBetween>
      ) : arn.endsWith(":root") ? (
        <SpaceBetween size="l">
          <Alert>{peopleTexts.person.root}</Alert>
          <KeysPanel />
        </SpaceBetween>
      ) : (
        <Alert>{peopleTexts.person.session(arn)}</Alert>
      )}
    </ContentLayout>
  );
}
