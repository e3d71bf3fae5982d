import { expect, it } from "vitest";
import { causeOf, failedBelow, nodeOfException } from "./exceptions.js";
import { buildTree } from "./trace-tree.js";

const tree = buildTree([
  JSON.stringify({
    id: "web",
    name: "web",
    start_time: 1,
    end_time: 2,
    fault: true,
    cause: "00000000000000ee",
    subsegments: [
      {
        id: "call",
        name: "call",
        start_time: 1,
        end_time: 2,
        cause: {
          working_directory: "/srv",
          exceptions: [
            {
              id: "00000000000000ee",
              type: "Timeout",
              message: "slow",
              cause: "00000000000000ef",
              stack: [null, { path: "a.js", line: 3 }],
            },
            null,
            { type: 7, skipped: -1, stack: "none" },
          ],
        },
      },
      { id: "fine", name: "fine", start_time: 1, end_time: 2, cause: ["hostile"] },
    ],
  }),
]);
const [web, call, fine] = tree.nodes;

it("a cause is an exception's id or a list of exceptions, whatever else is sent", () => {
  expect(causeOf(web!)).toEqual({ exceptions: [], elsewhereId: "00000000000000ee" });
  expect(causeOf(call!)).toMatchObject({
    workingDirectory: "/srv",
    exceptions: [
      {
        id: "00000000000000ee",
        type: "Timeout",
        message: "slow",
        causeId: "00000000000000ef",
        stack: [{ path: "a.js", line: 3 }],
      },
      { type: undefined, skipped: 0, stack: [] },
    ],
  });
  expect(causeOf(fine!)).toBeUndefined();
});

it("an exception named by its id is found by it, and without ids by the way down", () => {
  expect(nodeOfException(tree, "00000000000000ee")).toBe(call);
  expect(nodeOfException(tree, "0000000000000000")).toBeUndefined();
  expect(failedBelow(web!)).toEqual([call]);
  expect(failedBelow(fine!)).toEqual([]);
});
