import { describe, expect, it } from "@jest/globals";
import { graphOf } from "../test/graph-text.ts";
import { planJob, retentionOf } from "./index.ts";

function check(text: string, settings: Parameters<typeof graphOf>[1], expected: string): void {
  const graph = graphOf(text, settings);
  const retention = retentionOf(graph, planJob(graph).slideMs);
  expect(
    Array.from(retention, ([id, { rememberMs, checkpointMs }]) => `${id} ${rememberMs} ${checkpointMs ?? "-"}`)
      .reverse()
      .join(", "),
  ).toBe(expected);
}

describe("retentionOf", () => {
  it("gives what is asked below, and a window's length more above it", () => {
    check(
      "s source\nw window(s) window=2000\nv window(w) window=4000 slide=2000\np print(v)",
      { rememberMs: 3_000 },
      "s 9000 -, w 7000 -, v 3000 -, p 3000 -",
    );
  });

  it("gives keyed state two checkpoint intervals, by default of ten seconds in whole slides", () => {
    check("s source\nu updateStateByKey(s)\np print(u)", {}, "s 20000 -, u 20000 10000, p 1000 -");
    check("s source\nu updateStateByKey(s) checkpointMs=3000\np print(u)", {}, "s 6000 -, u 6000 3000, p 1000 -");
    check("s source\nx reduceByKeyAndWindow(s) inverse=1 window=6000 slide=3000\np print(x)", {}, "s 30000 -, x 24000 12000, p 3000 -");
  });

  it("keeps the state of mapWithState apart from what it yields", () => {
    check("s source\nm mapWithState(s)\np print(m)", {}, "s 20000 -, m 1000 -, p 1000 -");
  });
});
