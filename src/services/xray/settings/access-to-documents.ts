import type { AccessRequest } from "../../../identity/access.js";
import { findCustomerKey, traceKeyContext } from "../../../identity/customer-keys.js";
import { keyAccess } from "../../../identity/key-access.js";
import { xrayManagedKey } from "../../../identity/managed-keys.js";
import type { Call } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToRows } from "../trace-event.js";
import { readEncryption } from "./encryption-config.js";

/**
 * For operations that read documents: who reads them while they are encrypted with a key of the customer must also be
 * allowed to decrypt with it (AWS X-Ray Developer Guide, "Data protection"). The key that is set now decides, not those
 * of earlier times; AWS's own key for X-Ray asks nothing of readers.
 */
export function accessToDocuments(deps: XrayDeps, operationName: string) {
  const toOperation = accessToRows(operationName);
  return async (_input: unknown, call: Call): Promise<readonly AccessRequest[]> => {
    const setting = await readEncryption(deps.settings.read, call);
    if (setting === undefined || setting.keyArn === "") return toOperation();
    const key = await findCustomerKey(deps.settings.read, call, setting.keyArn, call.nowMs);
    const managed = await findCustomerKey(deps.settings.read, call, xrayManagedKey.alias, call.nowMs);
    // Without its key nothing can be read anyway: the reading says so.
    if (key === undefined || key.arn === managed?.arn) return toOperation();
    const context = traceKeyContext(call);
    const decryption = { operation: "Decrypt", via: "xray", context };
    return [...toOperation(), await keyAccess(deps.settings.read, key, call, decryption)];
  };
}
