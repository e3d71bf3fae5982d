/** Whom a new role is for. */
export type Trusted =
  | { readonly kind: "user"; readonly arn: string; readonly withMfa: boolean }
  | { readonly kind: "account"; readonly accountId: string; readonly withMfa: boolean }
  | { readonly kind: "service"; readonly service: string }
  | {
      readonly kind: "web";
      readonly providerArn: string;
      readonly audience: string;
      /** Empty: any. May hold wildcards. */
      readonly subject: string;
    };

/** The trust policy that lets them, and nobody else, assume the role. */
export function trustDocument(trusted: Trusted): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statementOf(trusted) }] }, null, 2);
}

function statementOf(trusted: Trusted): object {
  switch (trusted.kind) {
    case "user":
      return { Principal: { AWS: trusted.arn }, Action: "sts:AssumeRole", ...mfa(trusted.withMfa) };
    case "account":
      return {
        Principal: { AWS: `arn:aws:iam::${trusted.accountId}:root` },
        Action: "sts:AssumeRole",
        ...mfa(trusted.withMfa),
      };
    case "service":
      return { Principal: { Service: trusted.service }, Action: "sts:AssumeRole" };
    case "web": {
      const issuer = trusted.providerArn.replace(/^.*:oidc-provider\//, "");
      const operator = /[*?]/.test(trusted.subject) ? "StringLike" : "StringEquals";
      const audience = { [`${issuer}:aud`]: trusted.audience };
      const subject = trusted.subject === "" ? {} : { [`${issuer}:sub`]: trusted.subject };
      return {
        Principal: { Federated: trusted.providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition:
          operator === "StringEquals"
            ? { StringEquals: { ...audience, ...subject } }
            : { StringEquals: audience, StringLike: subject },
      };
    }
  }
}

function mfa(withMfa: boolean): object {
  return withMfa ? { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } } : {};
}
