import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  BatchGetTracesCommand,
  GetSamplingRulesCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { systemEnvironment } from "../environment.js";
import { type Account, clientOptions } from "./client-options.js";

/** Someone who looks at traces, or tries to. */
export interface Person {
  readonly name: string;
  /** What they may do, for a reader. */
  readonly rights: string;
  /** Does what they came for, once. Refusals are theirs to bear. */
  visit(): Promise<void>;
}

/**
 * Makes four IAM users with keys of their own: three who may read traces, each in a different way, and one who may not.
 * Ben, who finds traces, tells Chloe their ids.
 *
 * @param password of each of them, for the console.
 */
export async function invitePeople(account: Account, password: string): Promise<Person[]> {
  const iam = new IAMClient(clientOptions(account, "demo-setup"));
  const invite = async (name: string, rights: Rights) => {
    await iam.send(new CreateUserCommand({ UserName: name }));
    await iam.send(new CreateLoginProfileCommand({ UserName: name, Password: password }));
    if (rights.managedPolicy !== undefined)
      await iam.send(new AttachUserPolicyCommand({ UserName: name, PolicyArn: rights.managedPolicy }));
    if (rights.actions !== undefined)
      await iam.send(
        new PutUserPolicyCommand({
          UserName: name,
          PolicyName: "traces",
          PolicyDocument: JSON.stringify({
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Action: rights.actions, Resource: "*" }],
          }),
        }),
      );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }));
    const own = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    // One try each: a refusal is answered at once, and each try would be a call of its own in the record.
    return new XRayClient({ ...clientOptions({ ...account, ...own }, `${name}-laptop`), maxAttempts: 1 });
  };

  const ana = await invite("ana", { managedPolicy: "arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess" });
  const ben = await invite("ben", { actions: ["xray:GetTraceSummaries"] });
  const chloe = await invite("chloe", { actions: ["xray:BatchGetTraces", "xray:GetSamplingRules"] });
  const dan = await invite("dan", {});
  iam.destroy();

  let found: string[] = [];
  return [
    {
      name: "ana",
      rights: "reads everything (AWSXrayReadOnlyAccess)",
      visit: async () => {
        const ids = await findTraces(ana);
        if (ids.length > 0) await ana.send(new BatchGetTracesCommand({ TraceIds: ids }));
      },
    },
    {
      name: "ben",
      rights: "finds traces, may not open them",
      visit: async () => {
        found = await findTraces(ben);
      },
    },
    {
      name: "chloe",
      rights: "opens the traces she is told of, and sees sampling rules",
      visit: async () => {
        if (found.length > 0) await chloe.send(new BatchGetTracesCommand({ TraceIds: found }));
        await chloe.send(new GetSamplingRulesCommand({}));
      },
    },
    {
      name: "dan",
      rights: "nothing, and tries all the same",
      visit: async () => {
        await refused(findTraces(dan));
        await refused(dan.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: ["{}"] })));
      },
    },
  ];
}

interface Rights {
  readonly managedPolicy?: string;
  readonly actions?: readonly string[];
}

/** Ids of some of the newest traces. */
async function findTraces(xray: XRayClient): Promise<string[]> {
  const nowMs = systemEnvironment.clock.nowMs();
  const { TraceSummaries = [] } = await xray.send(
    new GetTraceSummariesCommand({ StartTime: new Date(nowMs - 120_000), EndTime: new Date(nowMs) }),
  );
  // BatchGetTraces takes five ids a call.
  return TraceSummaries.slice(0, 5).map(({ Id }) => Id!);
}

/** @throws Error if the call was allowed: the demonstration would be telling an untruth. */
async function refused(call: Promise<unknown>): Promise<void> {
  const outcome = await call.then(
    () => "allowed",
    (problem: Error) => problem.name,
  );
  if (outcome !== "AccessDeniedException") throw new Error(`expected a refusal, got: ${outcome}`);
}
