import type { TraceSummary } from "@aws-sdk/client-xray";
import { expect, it } from "vitest";
import { rootCausesOf } from "./root-causes.js";

const fault = (message: string): TraceSummary => ({
  FaultRootCauses: [
    {
      Services: [
        { Name: "web", EntityPath: [{ Name: "web" }, { Name: "payment", Remote: true }] },
        {
          Name: "payment",
          EntityPath: [{ Name: "payment", Exceptions: [{ Name: "BankTimeout", Message: message }] }],
        },
      ],
    },
  ],
});

it("root causes are counted once a trace, whatever their messages say, the most frequent first", () => {
  const slow: TraceSummary = {
    ResponseTimeRootCauses: [{ Services: [{ Name: "web", EntityPath: [{ Name: "web" }, { Name: "render" }] }] }],
  };
  const both = { ...fault("a"), FaultRootCauses: [...fault("b").FaultRootCauses!, ...fault("c").FaultRootCauses!] };
  expect(rootCausesOf([slow, both, fault("d")])).toEqual([
    {
      kind: "fault",
      services: ["web", "payment"],
      entity: undefined,
      exception: "BankTimeout",
      message: "c",
      traces: 2,
    },
    { kind: "slow", services: ["web"], entity: "render", exception: undefined, message: undefined, traces: 1 },
  ]);
  expect(rootCausesOf([])).toEqual([]);
});
