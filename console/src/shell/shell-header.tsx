import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { useState } from "react";
import { useLocation } from "wouter";
import { session } from "../api/session.js";
import { useSession } from "../api/use-session.js";
import { SwitchRoleDialog } from "../session/switch-role-dialog.js";
import { common } from "../texts/common.js";
import { type Preferences, setPreferences, usePreferences } from "./preferences.js";

const choices: readonly { title: string; name: keyof Preferences; values: readonly [string, string][] }[] = [
  {
    title: common.header.appearance,
    name: "mode",
    values: [
      ["light", common.header.light],
      ["dark", common.header.dark],
      ["system", common.header.system],
    ],
  },
  {
    title: common.header.times,
    name: "times",
    values: [
      ["local", common.header.local],
      ["utc", common.header.utc],
    ],
  },
  {
    title: common.header.density,
    name: "density",
    values: [
      ["comfortable", common.header.comfortable],
      ["compact", common.header.compact],
    ],
  },
];

/** Who one is, where, and how one likes it. */
export function ShellHeader() {
  const { person, role, region } = useSession();
  const preferences = usePreferences();
  const [, navigate] = useLocation();
  const [switching, setSwitching] = useState(false);
  if (person === undefined) return null;
  const name = nameOf(person.arn);

  const settings: TopNavigationProps.MenuDropdownUtility = {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: common.header.settings,
    title: common.header.settings,
    items: choices.map(({ title, name: preference, values }) => ({
      id: preference,
      text: title,
      items: values.map(([value, text]) => ({
        id: `${preference}=${value}`,
        itemType: "checkbox" as const,
        checked: preferences[preference] === value,
        text,
      })),
    })),
    onItemClick: ({ detail }) => {
      const [preference, value] = detail.id.split("=");
      setPreferences({ [preference as string]: value });
    },
  };
  const who: TopNavigationProps.MenuDropdownUtility = {
    type: "menu-dropdown",
    iconName: "user-profile",
    text: role === undefined ? name : common.header.actingAs(nameOf(role.arn)),
    description: common.header.account((role ?? person).accountId),
    items: [
      { id: "me", text: common.navigation.me },
      { id: "switch", text: common.header.switchRole },
      ...(role === undefined ? [] : [{ id: "back", text: common.header.switchBack(name) }]),
      { id: "out", text: common.header.signOut },
    ],
    onItemClick: ({ detail }) => {
      if (detail.id === "me") navigate("/me");
      if (detail.id === "switch") setSwitching(true);
      if (detail.id === "back") session.switchBack();
      if (detail.id === "out") session.signOut();
    },
  };

  return (
    <>
      <TopNavigation
        identity={{
          title: common.product,
          href: "/console/",
          logo: { src: "/console/dosimeter.svg", alt: "" },
          onFollow: (event) => {
            event.preventDefault();
            navigate("/");
          },
        }}
        utilities={[{ type: "button", text: region, ariaLabel: `${common.header.region} ${region}` }, settings, who]}
      />
      {switching && <SwitchRoleDialog person={person} onClose={() => setSwitching(false)} />}
    </>
  );
}

/** `ann` of a user's ARN, `role/session` of a role's. */
function nameOf(arn: string): string {
  return arn.endsWith(":root")
    ? "root"
    : arn
        .split(":")
        .at(-1)!
        .replace(/^(?:user|assumed-role)\//, "");
}
