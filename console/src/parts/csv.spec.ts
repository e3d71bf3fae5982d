import { expect, it } from "vitest";
import { csvText } from "./csv.js";

it("quotes what needs quotes, writes objects as JSON, and lets no text be a formula", () => {
  const rows = [
    ["plain", 1, -2.5, undefined],
    ['a "b", c', { x: 1 }, "=HYPERLINK(1)", "@sum\nline"],
  ];
  expect(csvText(["one", "two", "three", "four"], rows)).toBe(
    'one,two,three,four\r\nplain,1,-2.5,\r\n"a ""b"", c","{""x"":1}",\'=HYPERLINK(1),"\'@sum\nline"\r\n',
  );
});
