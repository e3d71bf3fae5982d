import type { Check } from "./check.js";

export const installationChecks: readonly Check[] = [
  {
    id: "listeners-speak-tls",
    area: "INSTALLATION",
    title: "Ports that other machines reach speak TLS",
    severity: "high",
    references: ["PCI DSS 4.0: 4.2.1"],
    mend: "DOSIMETER_TLS_CERTIFICATE and DOSIMETER_TLS_KEY (docs/running.md), or listen on 127.0.0.1 behind a proxy that does",
    look({ installation }) {
      if (!installation.isReachable) return undefined;
      return installation.speaksTls
        ? []
        : [{ resource: "the service", message: "calls and answers go over the network in clear" }];
    },
  },
  {
    id: "master-key-is-elsewhere",
    area: "INSTALLATION",
    title: "The master key does not lie beside the data it seals",
    severity: "medium",
    references: ["PCI DSS 4.0: 3.6.1"],
    mend: "DOSIMETER_MASTER_KEY, DOSIMETER_MASTER_KEY_FILE or an external KMS (docs/running.md)",
    look: ({ installation }) =>
      installation.masterKeyIsBesideData
        ? [{ resource: "the service", message: "whoever copies the data folder can open all secrets in it" }]
        : [],
  },
];
