import type { AnyOperation } from "./operation.js";
import type { ServiceError } from "./service-error.js";

/** A path that speaks another protocol than its API: the calls are the API's, with all that belongs to a call. */
export interface ForeignRoute {
  readonly method: "POST";
  /** Matched exactly. */
  readonly path: string;
  /** What a call does, and under which name it is authorised and recorded. */
  readonly operation: AnyOperation;
  /** A bearer token is taken in place of a signature. */
  readonly takesBearer: boolean;
  /** @throws ServiceError for a content type that is not spoken. */
  read(body: Buffer, contentType: string | undefined): unknown;
  answer(output: unknown, contentType: string | undefined): ForeignReply;
  refuse(error: ServiceError, contentType: string | undefined): ForeignReply;
}

export interface ForeignReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
