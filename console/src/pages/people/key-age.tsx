import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { peopleTexts as texts } from "../../texts/people.js";

/** After so long a key should be rotated, as AWS's own advice has it. */
const rotateAfterDays = 90;

/** How old a key is, with a warning where it is due. */
export function KeyAge({ made, active }: { made: Date; active: boolean }) {
  const days = Math.floor((Date.now() - Number(made)) / 86_400_000);
  if (!active) return <StatusIndicator type="stopped">{`${texts.age(days)}, ${texts.inactive}`}</StatusIndicator>;
  if (days >= rotateAfterDays) return <StatusIndicator type="warning">{texts.keyOld(days)}</StatusIndicator>;
  return texts.age(days);
}
