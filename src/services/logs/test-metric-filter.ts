import type { TestMetricFilterCommandInput, TestMetricFilterResponse } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { compilePattern } from "./compile-pattern.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter } from "./errors.js";

const messagesBytesMax = 1_048_576;

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
      const bytes = input.logEventMessages!.reduce((sum, message) => sum + Buffer.byteLength(message), 0);
      if (bytes > messagesBytesMax)
        throw invalidParameter(`Messages of ${bytes} bytes exceed ${messagesBytesMax} bytes`);
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
