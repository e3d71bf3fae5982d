import type { GetEncryptionConfigCommandInput, GetEncryptionConfigCommandOutput } from "@aws-sdk/client-xray";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { XrayDeps } from "../deps.js";
import { accessToAll } from "../trace-event.js";
import { encryptionView, readEncryption } from "./encryption-config.js";

export const getEncryptionConfig = (deps: XrayDeps) =>
  operation<GetEncryptionConfigCommandInput, Omit<GetEncryptionConfigCommandOutput, "$metadata">>({
    name: "GetEncryptionConfig",
    readOnly: true,
    event: management,
    access: accessToAll("GetEncryptionConfig"),

    async execute(_input, call) {
      return { EncryptionConfig: encryptionView(await readEncryption(deps.settings.read, call), call.nowMs) };
    },
  });
