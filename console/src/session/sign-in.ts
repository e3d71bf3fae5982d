import { callUnsigned } from "../api/extension.js";
import { home } from "../api/home.js";
import type { HeldCredentials, Person } from "../api/session.js";

export interface PasswordLogin {
  readonly account: string;
  readonly userName: string;
  readonly password: string;
  readonly code?: string;
  readonly newPassword?: string;
}

/** @throws CallRefused; `MultiFactorAuthRequired` and `PasswordChangeRequired` ask for more of the login. */
export async function signInWithPassword(login: PasswordLogin): Promise<Person> {
  const { account, userName, password, code, newPassword } = login;
  const { Credentials, Account, Arn } = await callUnsigned<{
    Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string; Expiration: number };
    Account: string;
    Arn: string;
  }>("ConsoleLogin", {
    Account: account,
    UserName: userName,
    Password: password,
    ...(code && { MFACode: code }),
    ...(newPassword && { NewPassword: newPassword }),
  });
  return {
    arn: Arn,
    accountId: Account,
    credentials: {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
      expiration: new Date(Credentials.Expiration * 1000),
    },
    by: { kind: "password", userName, account },
  };
}

/**
 * Exchanges a long-lived key for temporary credentials, so that the tab does not keep the key. Temporary credentials are
 * used as they are.
 */
export async function signInWithKey(key: HeldCredentials): Promise<Person> {
  const { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ endpoint: home.endpoint, region: home.region, credentials: key, maxAttempts: 2 });
  const { Arn, Account } = await client.send(new GetCallerIdentityCommand({}));
  const who = { arn: Arn ?? "", accountId: Account ?? "", by: { kind: "key" } } as const;
  if (key.sessionToken !== undefined) return { ...who, credentials: key };
  const { Credentials } = await client.send(new GetSessionTokenCommand({}));
  return {
    ...who,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
      ...(Credentials?.Expiration !== undefined && { expiration: Credentials.Expiration }),
    },
  };
}
