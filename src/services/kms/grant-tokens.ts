import type { Vault } from "../../identity/vault.js";
import { Constraints } from "../constraints.js";
import type { KmsDeps } from "./deps.js";
import { invalidGrantToken } from "./errors.js";

/** AWS's limits. */
const tokensMax = 10;
const tokenLengthMax = 8192;
const context = "kms-grant-token";

/** Each is another text, and all of them name the grant. */
export function grantToken(vault: Vault, grantId: string): string {
  return vault.seal(Buffer.from(grantId, "hex"), context);
}

/** @throws ServiceError InvalidGrantTokenException if we did not make it. */
export function grantIdOf(vault: Vault, token: string): string {
  try {
    return vault.open(token, context).toString("hex");
  } catch {
    throw invalidGrantToken("The grant token is not valid.");
  }
}

/**
 * Grants count here from the moment they are made, so a token gives nothing that its grant does not. It is looked at so
 * that a caller with a wrong one learns it.
 *
 * @throws ServiceError ValidationException, InvalidGrantTokenException also where the grant is gone.
 */
export async function checkGrantTokens(deps: KmsDeps, tokens: readonly string[] | undefined): Promise<void> {
  if (tokens === undefined || tokens.length === 0) return;
  const constraints = new Constraints().length("grantTokens", tokens, { max: tokensMax });
  for (const [index, token] of tokens.entries())
    constraints.length(`grantTokens.${index + 1}.member`, token, { min: 1, max: tokenLengthMax });
  constraints.check();
  const grantIds = new Set(tokens.map((token) => grantIdOf(deps.vault, token)));
  const found = await deps.settings.read
    .selectFrom("kms_grants")
    .select("grant_id")
    .where("grant_id", "in", [...grantIds])
    .execute();
  if (found.length < grantIds.size) throw invalidGrantToken("The grant of the token does not exist.");
}
