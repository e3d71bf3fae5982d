import { compose } from "../src/compose.js";
import { readConfig } from "../src/config.js";

/**
 * The service with a recorder that records nothing, for measuring what recording costs. No setting of the product does
 * this.
 */
const service = await compose(readConfig({ flags: {}, environment: process.env }), {
  recorder: () => ({ record: async () => {}, recordWith: async () => {} }),
});
process.stdout.write(`${JSON.stringify({ ready: true, endpoint: service.endpoint, daemon: service.daemonAddress })}\n`);
process.on("SIGTERM", () => service.close().then(() => process.exit(0)));
