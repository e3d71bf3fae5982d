import type { Call } from "../../operation.js";

/** Whoever gives a trail a role must be allowed to pass it, or they would act with rights they lack. */
export async function passLogsRole(call: Call, roleArn: string): Promise<void> {
  await call.demand({
    action: "iam:PassRole",
    resource: roleArn,
    conditions: { "iam:PassedToService": "cloudtrail.amazonaws.com" },
  });
}
