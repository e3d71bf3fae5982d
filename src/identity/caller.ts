/**
 * Who makes a call, after authentication. Everything the record, the policies and the condition keys need to know of
 * them is here; nothing secret is.
 */
export type Caller = RootCaller | UserCaller | RoleSessionCaller | ServiceCaller | AnonymousCaller;

interface SessionFacts {
  /** When the temporary credentials were issued; absent for long-lived keys. */
  readonly sessionIssuedMs?: number;
  readonly mfaAuthenticated?: boolean;
  /** Policy documents (JSON text) passed when the session was made; they can only narrow. */
  readonly sessionPolicies?: readonly string[];
  readonly sourceIdentity?: string;
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
