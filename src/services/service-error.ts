/**
 * A failure that AWS has a name for. Whatever else escapes an operation is our bug and becomes InternalFailure.
 * `message` reaches the caller; `cause` reaches our own log and nothing else.
 */
export class ServiceError extends Error {
  /** Name on the wire, spelled as in the AWS model. */
  readonly code: string;
  readonly httpStatus: number;
  /** The trail's word for it where it differs from the wire's (`AccessDenied` for `AccessDeniedException`). */
  readonly recordedCode: string;
  /** The trail's message where it may say more than the caller is told. */
  readonly recordedMessage: string;
  /** True for a code of the API's own model that elsewhere is a name of the front door: it is not translated. */
  readonly asSpelled: boolean;
  /** Further members of the modelled error, such as `ResourceName`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: {
      httpStatus?: number;
      recordedCode?: string;
      recordedMessage?: string;
      asSpelled?: boolean;
      members?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = code;
    this.code = code;
    this.httpStatus = options.httpStatus ?? 400;
    this.recordedCode = options.recordedCode ?? code;
    this.recordedMessage = options.recordedMessage ?? message;
    this.asSpelled = options.asSpelled ?? false;
    this.members = options.members ?? {};
  }

  get fault(): "client" | "server" {
    return this.httpStatus >= 500 ? "server" : "client";
  }
}

export function accessDenied(message: string): ServiceError {
  return new ServiceError("AccessDeniedException", message, { httpStatus: 403, recordedCode: "AccessDenied" });
}

/** AWS's words for a server fault; the cause goes to our log only. */
export function internalFailure(cause: unknown): ServiceError {
  return new ServiceError("InternalFailure", "We encountered an internal error. Please try again.", {
    httpStatus: 500,
    cause,
  });
}

/** A store is full or away for now: the client may try again. */
export function serviceUnavailable(message: string, cause?: unknown): ServiceError {
  return new ServiceError("ServiceUnavailable", message, { httpStatus: 503, cause });
}

/** A value breaks a constraint of the model. Prefer `Constraints`, which words it as AWS does. */
export function validationError(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}
