import type { TestMetricFilterCommandInput, TestMetricFilterResponse } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { compilePattern } from "./compile-pattern.js";
import type { LogsDeps } from "./deps.js";
import { check } from "./errors.js";

export const testMetricFilter = (_deps: LogsDeps) =>
  operation<TestMetricFilterCommandInput, TestMetricFilterResponse>({
    name: "TestMetricFilter",
    readOnly: true,
    event: management,
    access: () => [{ action: "logs:TestMetricFilter", resource: "*" }],
    async execute(input) {
      const constraints = new Constraints().length("filterPattern", input.filterPattern, { max: 1024 });
      constraints.length("logEventMessages", input.logEventMessages, { min: 1, max: 50 });
      for (const [index, message] of input.logEventMessages!.entries())
        constraints.length(`logEventMessages.${index + 1}.member`, message === "" ? message : undefined, { min: 1 });
      check(constraints);
      const pattern = compilePattern(input.filterPattern!);
      const matches = input.logEventMessages!.flatMap((eventMessage, index) => {
        const extractedValues = pattern.match(eventMessage);
        return extractedValues === undefined ? [] : [{ eventNumber: index + 1, eventMessage, extractedValues }];
      });
      return { matches };
    },
    recordedRequest: (input) => ({
      filterPattern: input?.filterPattern,
      logEventMessageCount: Array.isArray(input?.logEventMessages) ? input.logEventMessages.length : undefined,
    }),
  });
