import AppLayout from "@cloudscape-design/components/app-layout";
import Box from "@cloudscape-design/components/box";
import Flashbar from "@cloudscape-design/components/flashbar";
import I18nProvider from "@cloudscape-design/components/i18n";
import messages from "@cloudscape-design/components/i18n/messages/all.en";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import Spinner from "@cloudscape-design/components/spinner";
import { Suspense, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { useSession } from "../api/use-session.js";
import { ConsoleLink } from "../parts/console-link.js";
import { EndedDialog } from "../session/ended-dialog.js";
import { common } from "../texts/common.js";
import { Broken } from "./broken.js";
import { useNotices } from "./notices.js";
import { routes, sections } from "./routes.js";
import { ShellHeader } from "./shell-header.js";
import "./shell.css";

/** The frame around every page, for who has signed in. */
export default function Shell() {
  const [location, navigate] = useLocation();
  const [open, setOpen] = useState(() => matchMedia("(min-width: 900px)").matches);
  const { region, role, person } = useSession();
  const { notices, dismiss } = useNotices();
  const follow = (event: CustomEvent<{ href?: string; external?: boolean }>) => {
    const { href, external } = event.detail;
    if (href === undefined || external) return;
    event.preventDefault();
    navigate(href.replace(/^\/console/, "") || "/");
  };

  return (
    <I18nProvider locale="en" messages={[messages]}>
      <div id="console-header">
        <ShellHeader />
      </div>
      <AppLayout
        headerSelector="#console-header"
        toolsHide
        navigationOpen={open}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        ariaLabels={{
          navigation: common.navigation.label,
          navigationToggle: common.navigation.open,
          navigationClose: common.navigation.close,
        }}
        navigation={
          <SideNavigation
            activeHref={`/console${activeOf(location)}`}
            header={{ text: common.product, href: "/console/" }}
            items={navigationItems()}
            onFollow={follow}
          />
        }
        notifications={
          <Flashbar
            stackItems
            items={notices.map(({ id, type, text }) => ({
              id,
              type,
              content: text,
              dismissible: true,
              dismissLabel: common.close,
              onDismiss: () => dismiss(id),
            }))}
          />
        }
        content={
          // A page belongs to who looks at it: another person, role or region begins it anew.
          <Broken key={`${location} ${region} ${(role ?? person)?.arn}`}>
            <Suspense fallback={<Waiting />}>
              <Switch>
                {routes.map(({ path, Page }) => (
                  <Route key={path} path={path}>
                    <Page />
                  </Route>
                ))}
                <Route>
                  <NotFound />
                </Route>
              </Switch>
            </Suspense>
          </Broken>
        }
      />
      <EndedDialog />
    </I18nProvider>
  );
}

function navigationItems(): SideNavigationProps.Item[] {
  return Object.entries(sections).flatMap(([section, title]): SideNavigationProps.Item[] => {
    const items = routes.flatMap(({ path, link }): SideNavigationProps.Link[] =>
      link?.section === section ? [{ type: "link", text: link.text, href: `/console${path}` }] : [],
    );
    if (items.length === 0) return [];
    return title === undefined ? items : [{ type: "section", text: title, items }];
  });
}

/** A page that others lead to belongs to the listed page whose path begins its own. */
function activeOf(location: string): string {
  const listed = routes.filter(({ link }) => link !== undefined).map(({ path }) => path);
  const leading = listed.filter((path) => location === path || (path !== "/" && location.startsWith(`${path}/`)));
  return leading.sort((left, right) => right.length - left.length)[0] ?? location;
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner size="large" />
      <Box variant="p">{common.loading}</Box>
    </Box>
  );
}

function NotFound() {
  return (
    <Box padding="xxl" textAlign="center">
      <Box variant="h1">{common.notFound.header}</Box>
      <Box variant="p">{common.notFound.body}</Box>
      <ConsoleLink to="/">{common.notFound.home}</ConsoleLink>
    </Box>
  );
}
