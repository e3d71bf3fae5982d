/** Why a token proves nobody, in the words of STS. What is said here reaches the caller: nothing of the token does. */
export class WebIdentityError extends Error {
  override readonly name = "WebIdentityError";
  readonly reason: "invalid" | "expired" | "issuer-away" | "claim-rejected";

  constructor(reason: WebIdentityError["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}
