import { accountState, raiseRevision } from "../../../audit/detection/account-rules.js";
import { type AlertConfiguration, type WorkingHours, weekDays } from "../../../audit/detection/alert-configuration.js";
import { management } from "../../../audit/event.js";
import { severities } from "../../../audit/sigma/rule.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkMembers, choiceMember, type Input, numberMember, textMember } from "./members.js";

const topicsMax = 10;
const topicArnForm = /^arn:aws:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/;
const suppressionSeconds = { min: 60, max: 7 * 24 * 3600 };
const refused = (message: string) => cloudTrailError("InvalidParameter", message);

/** Replaces the account's whole configuration, for all regions. */
export const putAlertConfiguration = () =>
  extensionRoute(
    operation<Input, unknown>({
      name: "PutAlertConfiguration",
      readOnly: false,
      event: management,
      access: () => [{ action: "cloudtrail:PutAlertConfiguration", resource: "*" }],
      recordedRequest: (input) => ({
        topics: input["Topics"],
        hours: input["Hours"],
        suppressionSeconds: input["SuppressionSeconds"],
      }),

      async execute(input, call) {
        checkMembers(input, ["Topics", "Hours", "SuppressionSeconds"]);
        const hours = hoursOf(input["Hours"]);
        const configuration: AlertConfiguration = {
          topics: topicsOf(input["Topics"]),
          ...(hours && { hours }),
          suppressionSeconds: numberMember(input, "SuppressionSeconds", suppressionSeconds) ?? 3_600,
        };
        await call.commit((tx) => raiseRevision(tx, call.accountId, configuration));
        return shown(configuration);
      },
    }),
  );

export const getAlertConfiguration = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, unknown>({
      name: "GetAlertConfiguration",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudtrail:GetAlertConfiguration", resource: "*" }],
      recordedRequest: () => undefined,

      async execute(input, call) {
        checkMembers(input, []);
        const { configuration } = await accountState(deps.settings.read, call.accountId);
        const { count } = await deps.settings.read
          .selectFrom("detection_alerts")
          .select((query) => query.fn.countAll<number>().as("count"))
          .where("account_id", "=", call.accountId)
          .where("attempts", ">", 0)
          .executeTakeFirstOrThrow();
        // Alerts that could not be published yet; the log says why.
        return { ...shown(configuration), FailingAlerts: Number(count) };
      },
    }),
  );

function topicsOf(given: unknown): AlertConfiguration["topics"] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length > topicsMax) throw refused(`Topics must be a list of at most ${topicsMax}`);
  return given.map((each) => {
    const topic = mapOf("Topics", each);
    checkMembers(topic, ["TopicArn", "MinimumSeverity"]);
    const topicArn = textMember(topic, "TopicArn", 512) ?? "";
    if (!topicArnForm.test(topicArn)) throw refused("TopicArn must be the ARN of an SNS topic");
    return { topicArn, minimumSeverity: choiceMember(topic, "MinimumSeverity", severities) ?? "medium" };
  });
}

function hoursOf(given: unknown): WorkingHours | undefined {
  if (given === undefined || given === null) return undefined;
  const hours = mapOf("Hours", given);
  checkMembers(hours, ["TimeZone", "Days", "From", "Until"]);
  const timeZone = textMember(hours, "TimeZone", 64) ?? "";
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
  } catch {
    throw refused("TimeZone must be a name of the IANA such as Europe/Berlin");
  }
  const days = hours["Days"] ?? ["MON", "TUE", "WED", "THU", "FRI"];
  if (!Array.isArray(days) || days.length === 0 || !days.every((day) => weekDays.includes(day)))
    throw refused(`Days must be a list of ${weekDays.join(", ")}`);
  const fromMinute = minuteOf(hours, "From");
  const untilMinute = minuteOf(hours, "Until");
  if (fromMinute >= untilMinute) throw refused("From must be before Until");
  return { timeZone, days: [...new Set<string>(days)], fromMinute, untilMinute };
}

function minuteOf(hours: Input, name: string): number {
  const [, hour = "", minute = ""] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(textMember(hours, name, 5) ?? "") ?? [];
  const total = Number(hour) * 60 + Number(minute);
  if (hour === "" || total > 24 * 60) throw refused(`${name} must be a time of day such as 08:30`);
  return total;
}

function mapOf(name: string, value: unknown): Input {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refused(`${name} holds objects`);
  return value as Input;
}

function shown({ topics, hours, suppressionSeconds }: AlertConfiguration) {
  const timeOf = (minute: number) =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  return {
    Topics: topics.map(({ topicArn, minimumSeverity }) => ({ TopicArn: topicArn, MinimumSeverity: minimumSeverity })),
    ...(hours && {
      Hours: {
        TimeZone: hours.timeZone,
        Days: hours.days,
        From: timeOf(hours.fromMinute),
        Until: timeOf(hours.untilMinute),
      },
    }),
    SuppressionSeconds: suppressionSeconds,
  };
}
