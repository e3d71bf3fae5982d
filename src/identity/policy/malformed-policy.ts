/** A policy document that IAM would refuse. The message is the reason, told to whoever sent it. */
export class MalformedPolicy extends Error {
  override readonly name = "MalformedPolicy";
}
