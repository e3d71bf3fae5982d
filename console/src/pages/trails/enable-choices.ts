import { texts } from "../../texts/enable-xray.js";
import type { ActionChoice } from "./xray-selectors.js";

/** What the wizard asks. Everything has a default that works. */
export interface EnableChoices {
  readonly mode: "new" | "existing";
  readonly trailName: string;
  readonly bucket: string;
  /** Of a new trail: whether changes and reads of settings are delivered, too. */
  readonly management: boolean;
  readonly actions: ActionChoice;
  readonly logs: boolean;
  readonly group: string;
  readonly role: string;
}

/** A trail that is there, of this region. */
export interface FoundTrail {
  readonly name: string;
  readonly arn: string;
  readonly bucket: string;
  readonly group: string | undefined;
  readonly roleArn: string | undefined;
  readonly multiRegion: boolean;
}

/** What is there already, as far as the person may see it. Undefined: they may not. */
export interface Found {
  readonly accountId: string;
  readonly region: string;
  readonly trails: readonly FoundTrail[] | undefined;
  readonly buckets: readonly string[] | undefined;
  readonly groups: readonly string[] | undefined;
  readonly roles: readonly string[] | undefined;
}

const usualName = "who-read-what";

/** Of a new trail. Of one that is there, where there can be no more. */
export function defaultChoices(found: Found): EnableChoices {
  const trailName = freeName(
    usualName,
    (found.trails ?? []).map(({ name }) => name),
  );
  const choices: EnableChoices = {
    mode: "new",
    ...namesFor(trailName, found),
    management: true,
    actions: { kind: "all", names: [] },
    logs: true,
  };
  const [first] = found.trails ?? [];
  return first !== undefined && (found.trails ?? []).length >= trailsMax ? withTrail(choices, first, found) : choices;
}

/** Source: "Quotas in AWS CloudTrail". */
const trailsMax = 5;

/** Names that go with a trail's, as long as nobody chose others. */
export function namesFor(trailName: string, { accountId }: Found) {
  return {
    trailName,
    bucket: `${trailName
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, "-")
      .slice(0, 50)}-${accountId}`,
    group: trailName,
    role: `${trailName.slice(0, 55)}-to-logs`,
  };
}

/** The choices with a trail that is there: its places are kept, what it lacks is made. */
export function withTrail(choices: EnableChoices, trail: FoundTrail, found: Found): EnableChoices {
  const names = namesFor(trail.name, found);
  return {
    ...choices,
    mode: "existing",
    trailName: trail.name,
    bucket: trail.bucket,
    group: trail.group ?? names.group,
    role: trail.roleArn?.split("/").at(-1) ?? names.role,
  };
}

function freeName(name: string, taken: readonly string[]): string {
  for (let count = 1; ; count++) {
    const wanted = count === 1 ? name : `${name}-${count}`;
    if (!taken.includes(wanted)) return wanted;
  }
}

export type Field = "trailName" | "bucket" | "names" | "group" | "role";

/** What is wrong with each choice, while it is typed. */
export function problemsOf(choices: EnableChoices, found: Found): Partial<Record<Field, string>> {
  const { mode, trailName, bucket, actions, logs, group, role } = choices;
  const problems: Partial<Record<Field, string>> = {};
  const add = (field: Field, problem: string | undefined) => {
    if (problem !== undefined) problems[field] = problem;
  };
  if (mode === "new") {
    add("trailName", problemOfTrailName(trailName));
    if (found.trails?.some(({ name }) => name === trailName)) add("trailName", texts.problems.trailTaken(trailName));
    add("bucket", isBucketName(bucket) ? undefined : texts.problems.bucket);
  } else if (!found.trails?.some(({ name }) => name === trailName)) add("trailName", texts.problems.noTrail);
  if (actions.kind === "some" && actions.names.length === 0) add("names", texts.problems.noNames);
  if (logs) {
    add("group", /^[.\-_/#A-Za-z0-9]{1,512}$/.test(group) ? undefined : texts.problems.group);
    add("role", /^[\w+=,.@-]{1,64}$/.test(role) ? undefined : texts.problems.role);
  }
  return problems;
}

/** The rules of CreateTrail, in words for who types. */
function problemOfTrailName(name: string): string | undefined {
  const { problems } = texts;
  if (name.length < 3 || name.length > 128) return problems.trailLength;
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return problems.trailCharacters;
  if (!/^[A-Za-z0-9].*[A-Za-z0-9]$/.test(name)) return problems.trailEnds;
  if (/[._-]{2}/.test(name)) return problems.trailAdjacent;
  return /^\d+\.\d+\.\d+\.\d+$/.test(name) ? problems.trailAddress : undefined;
}

/** Source: S3 user guide, "General purpose bucket naming rules". */
function isBucketName(name: string): boolean {
  return (
    /^(?=.{3,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(name) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name)
  );
}
