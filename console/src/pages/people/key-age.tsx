import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { keyAge } from "../../parts/key-age.js";
import { peopleTexts as texts } from "../../texts/people.js";

/** How old a key is, with a warning where it is due to be rotated. */
export function KeyAge({ made, active }: { made: Date; active: boolean }) {
  const key = { status: active ? "Active" : "Inactive", createdMs: Number(made), lastUsedMs: undefined };
  const { days, isOld } = keyAge(key, Date.now());
  if (!active) return <StatusIndicator type="stopped">{`${texts.age(days)}, ${texts.inactive}`}</StatusIndicator>;
  if (isOld) return <StatusIndicator type="warning">{texts.keyOld(days)}</StatusIndicator>;
  return texts.age(days);
}
