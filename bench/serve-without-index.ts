import { compose } from "../src/compose.js";
import { readConfig } from "../src/config.js";

/**
 * The service without the job that makes stored traces searchable, for measuring what that takes from those who send. No
 * setting of the product does this.
 */
const service = await compose(readConfig({ flags: {}, environment: process.env }), { indexed: false });
process.stdout.write(`${JSON.stringify({ ready: true, endpoint: service.endpoint, daemon: service.daemonAddress })}\n`);
process.on("SIGTERM", () => service.close().then(() => process.exit(0)));
