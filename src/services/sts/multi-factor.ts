import type { Caller } from "../../identity/caller.js";
import type { MfaCode } from "../../identity/people/mfa.js";
import { mfaCodePattern } from "../../identity/people/totp.js";
import { Constraints } from "../constraints.js";
import type { Call } from "../operation.js";
import { stsAccessDenied } from "./sts-answers.js";
import type { StsDeps } from "./sts-deps.js";

interface MfaInput {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

export function checkMfaInput({ SerialNumber, TokenCode }: MfaInput): void {
  new Constraints()
    .length("serialNumber", SerialNumber, { min: 9, max: 256 })
    .pattern("serialNumber", SerialNumber, /^[\w+=/:,.@-]*$/)
    .secret("tokenCode", TokenCode, { min: 6, max: 6 }, mfaCodePattern)
    .check("ValidationError");
  if ((SerialNumber === undefined) !== (TokenCode === undefined))
    throw stsAccessDenied(
      "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
    );
}

/** @returns the code the caller's own device shows, not used yet; undefined where none was given. @throws ServiceError */
export async function multiFactorCode(
  { people, settings }: StsDeps,
  { SerialNumber, TokenCode }: MfaInput,
  caller: Caller,
): Promise<MfaCode | undefined> {
  if (SerialNumber === undefined || TokenCode === undefined) return undefined;
  const devices = caller.kind === "user" ? await people.codes.devicesOf(settings.read, caller.userId) : [];
  const device = devices.find(({ serial }) => serial === SerialNumber);
  if (caller.kind !== "user" || !device)
    throw stsAccessDenied(
      "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.",
    );
  const code = people.codes.find(caller.userId, [device], TokenCode);
  if (!code) throw invalidCode();
  return code;
}

/** Uses the code up with what it was given for. */
export function usingCode<Output>(
  { people }: StsDeps,
  call: Call,
  code: MfaCode,
  answer: () => Output,
): Promise<Output> {
  return call.commit(async (tx) => {
    if (!(await people.codes.use(tx, code))) throw invalidCode();
    return answer();
  });
}

function invalidCode() {
  return stsAccessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ");
}
