import { CreateSamplingRuleCommand, XRayClient } from "@aws-sdk/client-xray";
import { type Account, clientOptions } from "./client-options.js";

/** The shop is small, so that every visit is worth a trace. Its SDK asks for the rules when it starts. */
export async function sampleEverything(account: Account): Promise<void> {
  const xray = new XRayClient(clientOptions(account, "demo-setup"));
  await xray.send(
    new CreateSamplingRuleCommand({
      SamplingRule: {
        RuleName: "every-visit",
        ResourceARN: "*",
        Priority: 1,
        FixedRate: 1,
        ReservoirSize: 10,
        ServiceName: "*",
        ServiceType: "*",
        Host: "*",
        HTTPMethod: "*",
        URLPath: "*",
        Version: 1,
      },
    }),
  );
  xray.destroy();
}
