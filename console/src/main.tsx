import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useSession } from "./api/use-session.js";
import { SignInPage } from "./session/sign-in-page.js";
import { applyPreferences } from "./shell/preferences.js";
import "@cloudscape-design/global-styles/index.css";

const Shell = lazy(() => import("./shell/shell.js"));

function Console() {
  const { person } = useSession();
  if (person === undefined) return <SignInPage />;
  return (
    <Suspense fallback={null}>
      <Shell />
    </Suspense>
  );
}

applyPreferences();
createRoot(document.getElementById("console")!).render(
  <StrictMode>
    <Router base="/console">
      <Console />
    </Router>
  </StrictMode>,
);
