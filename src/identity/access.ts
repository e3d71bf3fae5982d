import type { PrincipalMatch } from "./policy/principal.js";
import type { RowCondition } from "./row-condition.js";

/** One thing a call wants to do to one resource, as policies see it. */
export interface AccessRequest {
  /** `xray:PutTraceSegments` */
  readonly action: string;
  /** An ARN, or `*` where the API has no resource-level permissions. */
  readonly resource: string;
  /** Account that owns the resource; the caller's own where absent. */
  readonly resourceAccountId?: string;
  /** Condition keys of the service (`s3:x-amz-acl`, `aws:RequestTag/team`), beside the global ones. */
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
  /** True where a service of this system asks in its caller's name (`aws:ViaAWSService`). */
  readonly viaService?: boolean;
  /** True where the call itself brought a right code of a second factor. */
  readonly multiFactorNow?: boolean;
  /** The policy attached to the resource, where it has one. */
  readonly resourcePolicy?: {
    /** JSON text; absent when the resource has none attached. */
    readonly document?: string;
    /** True where an identity policy alone never suffices: role trust and KMS keys. */
    readonly required: boolean;
    /** How a grant names the caller that permits this use of a KMS key: as if `document` allowed it. */
    readonly granted?: PrincipalMatch;
  };
  /**
   * Set where the call is about many rows, such as traces, and policies may allow some of them by keys of rows. Granted
   * if any row is; where the rows are `read`, the decision says which, and where they are `named` only, the answer tells
   * nothing of them.
   */
  readonly rows?: "read" | "named";
}

/** Facts of the call that global condition keys are made from. */
export interface AccessContext {
  readonly nowMs: number;
  readonly region: string;
  readonly sourceIpAddress: string;
  readonly userAgent?: string;
  readonly secureTransport: boolean;
}

export type Decision = (
  | {
      readonly allowed: true;
      /** Of an access that reads rows: which of them; absent for all. */
      readonly rows?: RowCondition;
    }
  | {
      readonly allowed: false;
      /** In IAM's words: who, which action, which resource, for want of which kind of policy. */
      readonly message: string;
      readonly explicit: boolean;
    }
) &
  AnswersBeside;

/** What the policies said that come with the resource or the session; nobody can ask them again later. */
export interface AnswersBeside {
  /** Absent where the resource has no policy, or one that does not speak of this. */
  readonly resourceAnswer?: "deny" | PrincipalMatch;
  /** Absent where the session has no policies. */
  readonly sessionAnswer?: "allow" | "deny" | "none" | "by-rows";
}
