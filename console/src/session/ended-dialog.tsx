import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { session } from "../api/session.js";
import { useSession } from "../api/use-session.js";
import { common } from "../texts/common.js";
import { texts } from "../texts/session.js";
import { SignInForm } from "./sign-in-form.js";

/** Where credentials have ended: the page stays as it is behind, and its calls wait. */
export function EndedDialog() {
  const { ended, person, role } = useSession();
  const [other, setOther] = useState<string>();
  if (!ended || person === undefined) return null;
  return (
    <Modal visible header={texts.signInAgain} onDismiss={() => {}} closeAriaLabel={common.close}>
      <SpaceBetween size="m">
        <Box>{texts.signInAgainBody}</Box>
        {other !== undefined && <Alert type="error">{texts.otherPerson(person.arn, other)}</Alert>}
        {role !== undefined && (
          <Button onClick={() => session.switchBack()}>
            {common.header.switchBack(person.arn.split("/").at(-1) ?? person.arn)}
          </Button>
        )}
        <SignInForm
          before={person}
          onSignedIn={(now) => (now.arn === person.arn ? session.signIn(now) : setOther(now.arn))}
        />
        <Button variant="link" onClick={() => session.signOut()}>
          {common.header.signOut}
        </Button>
      </SpaceBetween>
    </Modal>
  );
}
