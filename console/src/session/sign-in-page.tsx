import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { session } from "../api/session.js";
import { texts } from "../texts/session.js";
import { SignInForm } from "./sign-in-form.js";
import "./sign-in-page.css";

/** What anybody sees first. The address stays: who has signed in goes on to the page it names. */
export function SignInPage() {
  return (
    <main className="sign-in-page">
      <img src="/console/dosimeter.svg" alt="" />
      <Container
        header={
          <Header variant="h1" description={texts.subtitle}>
            {texts.title}
          </Header>
        }
      >
        <SignInForm onSignedIn={(person) => session.signIn(person)} />
        <Box margin={{ top: "l" }} color="text-body-secondary" fontSize="body-s">
          {texts.firstKey}
        </Box>
      </Container>
    </main>
  );
}
