import { joinWords, withoutVariables } from "./join-words.js";

const kinds: Readonly<Record<string, string>> = {
  "xray/group": "group",
  "xray/sampling-rule": "sampling rule",
  "iam/user": "user",
  "iam/role": "role",
  "iam/group": "the users' group",
  "iam/policy": "policy",
  "iam/mfa": "MFA device",
  "iam/instance-profile": "instance profile",
  "iam/oidc-provider": "identity provider",
  "kms/key": "key",
  "kms/alias": "key alias",
  "cloudtrail/trail": "trail",
  "cloudtrail/eventdatastore": "event data store",
  "cloudtrail/channel": "channel",
  "cloudtrail/dashboard": "dashboard",
  "logs/log-group": "log group",
};

/** @param pattern an ARN, perhaps with wildcards and variables, or `*` */
export function resourceInWords(pattern: string): string {
  if (pattern === "*" || pattern === "arn:*" || pattern === "arn:aws:*") return "every resource";
  // A colon within a variable ends nothing.
  const held: string[] = [];
  const plain = pattern.replace(/\$\{[^}]*\}/g, (variable) => `\u0000${held.push(variable) - 1}\u0000`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what was put there, which no ARN has.
  const restored = (text: string) => text.replace(/\u0000(\d+)\u0000/g, (_whole, index) => held[Number(index)]!);
  const [, , service = "", , account = "", ...rest] = plain.split(":");
  const path = rest.join(":");
  const words = wordsOf(service, path);
  if (words === undefined) return withoutVariables(pattern);
  const of = /^\d{12}$/.test(account) && service !== "s3" ? { account } : {};
  return withoutVariables(restored(words) + ("account" in of && path === "*" ? ` of account ${of.account}` : ""));
}

function wordsOf(service: string, path: string): string | undefined {
  if (path === "") return undefined;
  if (service === "s3") return objectsOf(path);
  if (service === "sns") return path === "*" ? "every topic" : `topic ${path}`;
  if (service === "iam" && path === "root") return "the root user";
  const [, type = "", separator = "", name = ""] = /^([\w-]+)([/:])?(.*)$/.exec(path) ?? [];
  const kind = kinds[`${service}/${type}`];
  if (kind === undefined || separator === "") return undefined;
  const bare = kind.replace(/^the /, "");
  if (name === "*") return `every ${bare}`;
  // Groups of X-Ray end with an ID, log groups with what is in them.
  const shown = service === "xray" ? name.split("/")[0]! : service === "logs" ? name.replace(/:.*$/, "") : name;
  return shown === "*" ? `every ${bare}` : `${kind} ${shown}`;
}

function objectsOf(path: string): string {
  const slash = path.indexOf("/");
  if (slash < 0) return path === "*" ? "every bucket and object" : `bucket ${path}`;
  const [bucket, key] = [path.slice(0, slash), path.slice(slash + 1)];
  if (key === "*") return `every object of bucket ${bucket}`;
  return key.endsWith("*") && !/[*?]/.test(key.slice(0, -1))
    ? `objects of bucket ${bucket} under ${key.slice(0, -1)}`
    : `object ${key} of bucket ${bucket}`;
}

/** `on bucket a and every object of bucket a` */
export function resourcesInWords(
  resources: { readonly patterns: readonly string[]; readonly negated: boolean } | undefined,
): string {
  if (resources === undefined) return "";
  const words = joinWords([...new Set(resources.patterns.map(resourceInWords))]);
  return resources.negated ? ` on everything except ${words}` : ` on ${words}`;
}
