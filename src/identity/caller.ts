/**
 * Who makes a call, after authentication. Everything the record, the policies and the condition keys need to know of
 * them is here; nothing secret is.
 */
export type Caller =
  | RootCaller
  | UserCaller
  | RoleSessionCaller
  | FederatedUserCaller
  | WebIdentityCaller
  | ServiceCaller
  | AnonymousCaller;

interface SessionFacts {
  /** When the temporary credentials were issued; absent for long-lived keys. */
  readonly sessionIssuedMs?: number;
  readonly mfaAuthenticated?: boolean;
  /** Policy documents (JSON text) passed when the session was made; they can only narrow. */
  readonly sessionPolicies?: readonly string[];
  readonly sourceIdentity?: string;
  /** Tags passed when the session was made: `aws:PrincipalTag`, before the tags of the user or role. */
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** Those of them, in lower case, that go with the caller into every further role. */
  readonly transitiveTagKeys?: readonly string[];
}

/** The account's owner. */
export interface RootCaller extends SessionFacts {
  readonly kind: "root";
  readonly accountId: string;
  readonly accessKeyId: string;
  /** `arn:aws:iam::ACCT:root` */
  readonly arn: string;
}

export interface UserCaller extends SessionFacts {
  readonly kind: "user";
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly userName: string;
  /** `AIDA…` */
  readonly userId: string;
  /** `arn:aws:iam::ACCT:user/[path/]NAME` */
  readonly arn: string;
}

export interface RoleSessionCaller extends SessionFacts {
  readonly kind: "role-session";
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly roleName: string;
  /** `AROA…` */
  readonly roleId: string;
  /** `arn:aws:iam::ACCT:role/[path/]NAME` */
  readonly roleArn: string;
  readonly sessionName: string;
  /** `arn:aws:sts::ACCT:assumed-role/NAME/SESSION` */
  readonly arn: string;
  /** The service that made the session, when a service did (`cloudtrail.amazonaws.com`). */
  readonly invokedBy?: string;
  /** ARN of the OpenID Connect provider whose token the session was made with. */
  readonly federatedProvider?: string;
}

/** A session of GetFederationToken: what its maker may do, narrowed by the policies passed. */
export interface FederatedUserCaller extends SessionFacts {
  readonly kind: "federated-user";
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly name: string;
  /** `arn:aws:sts::ACCT:federated-user/NAME` */
  readonly arn: string;
  /** The user who made it; absent where the root user did. */
  readonly madeBy?: { readonly userId: string; readonly userName: string; readonly arn: string };
}

/** Somebody whom a token of another issuer names. With it one assumes a role, and nothing else. */
export interface WebIdentityCaller {
  readonly kind: "web-identity";
  /** The account that takes the issuer's tokens. */
  readonly accountId: string;
  /** `arn:aws:iam::ACCT:oidc-provider/HOST[/PATH]` */
  readonly provider: string;
  /** The claims `sub`, and `azp` or the one of `aud` that the provider knows. */
  readonly subject: string;
  readonly audience: string;
  /** `HOST[/PATH]:claim`, as condition keys. */
  readonly claims: Readonly<Record<string, readonly string[]>>;
}

/** A part of this system that acts in its own name, such as the trail delivery writing to a bucket. */
export interface ServiceCaller {
  readonly kind: "service";
  /** The account on whose behalf it acts. */
  readonly accountId: string;
  readonly accessKeyId: string;
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  /** The resource for which it acts (`aws:SourceArn`), such as a trail. */
  readonly sourceArn?: string;
}

/** Nobody: no credentials, or credentials that did not hold. */
export interface AnonymousCaller {
  readonly kind: "anonymous";
}
