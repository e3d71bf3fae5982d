import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { clientOf } from "../../api/clients.js";
import { everyPage } from "./every-page.js";

/** Whatever policies are attached to. */
export interface Entity {
  readonly kind: "user" | "group" | "role";
  readonly name: string;
}

export interface AttachedPolicy {
  readonly name: string;
  readonly arn: string;
}

const member = { user: "UserName", group: "GroupName", role: "RoleName" } as const;

// biome-ignore lint/suspicious/noExplicitAny: the same call has a class of its own for each kind; their inputs differ by one name.
const commands: Record<string, Record<Entity["kind"], new (input: any) => any>> = {
  attach: { user: AttachUserPolicyCommand, group: AttachGroupPolicyCommand, role: AttachRolePolicyCommand },
  detach: { user: DetachUserPolicyCommand, group: DetachGroupPolicyCommand, role: DetachRolePolicyCommand },
  attached: {
    user: ListAttachedUserPoliciesCommand,
    group: ListAttachedGroupPoliciesCommand,
    role: ListAttachedRolePoliciesCommand,
  },
  put: { user: PutUserPolicyCommand, group: PutGroupPolicyCommand, role: PutRolePolicyCommand },
  get: { user: GetUserPolicyCommand, group: GetGroupPolicyCommand, role: GetRolePolicyCommand },
  remove: { user: DeleteUserPolicyCommand, group: DeleteGroupPolicyCommand, role: DeleteRolePolicyCommand },
  inline: { user: ListUserPoliciesCommand, group: ListGroupPoliciesCommand, role: ListRolePoliciesCommand },
};

// biome-ignore lint/suspicious/noExplicitAny: as above.
function call(what: keyof typeof commands, { kind, name }: Entity, more: object, signal?: AbortSignal): Promise<any> {
  const Command = commands[what]![kind];
  return clientOf(IAMClient).send(new Command({ [member[kind]]: name, ...more }), {
    ...(signal && { abortSignal: signal }),
  });
}

export function attachedPolicies(entity: Entity, signal?: AbortSignal): Promise<AttachedPolicy[]> {
  return everyPage(async (Marker) => {
    const page = await call("attached", entity, { Marker }, signal);
    const items = (page.AttachedPolicies ?? []) as { PolicyName: string; PolicyArn: string }[];
    return {
      items: items.map(({ PolicyName, PolicyArn }) => ({ name: PolicyName, arn: PolicyArn })),
      next: page.Marker,
    };
  });
}

export function inlinePolicies(entity: Entity, signal?: AbortSignal): Promise<string[]> {
  return everyPage(async (Marker) => {
    const page = await call("inline", entity, { Marker }, signal);
    return { items: page.PolicyNames ?? [], next: page.Marker };
  });
}

export async function inlineDocument(entity: Entity, PolicyName: string, signal?: AbortSignal): Promise<string> {
  const { PolicyDocument } = await call("get", entity, { PolicyName }, signal);
  return readableDocument(PolicyDocument);
}

export const attach = (entity: Entity, PolicyArn: string) => call("attach", entity, { PolicyArn });
export const detach = (entity: Entity, PolicyArn: string) => call("detach", entity, { PolicyArn });
export const putInline = (entity: Entity, PolicyName: string, PolicyDocument: string) =>
  call("put", entity, { PolicyName, PolicyDocument });
export const removeInline = (entity: Entity, PolicyName: string) => call("remove", entity, { PolicyName });

/** Takes all policies away, as IAM wants it before it deletes whatever has them. */
export async function removeAllPolicies(entity: Entity): Promise<void> {
  for (const { arn } of await attachedPolicies(entity)) await detach(entity, arn);
  for (const name of await inlinePolicies(entity)) await removeInline(entity, name);
}

/** IAM gives documents percent-encoded; shown indented where they are JSON. */
export function readableDocument(encoded: string | undefined): string {
  const text = decodeURIComponent(encoded ?? "");
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** A document without the spaces between, which count; what is no JSON stays, so that the service says what is wrong. */
export function compactDocument(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
