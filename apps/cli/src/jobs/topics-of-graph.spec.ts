import { describe, expect, it } from "@jest/globals";
import { buildJob, job, json, kafka, rate } from "@millrace/streams";
import { topicsOfGraph } from "./topics-of-graph.ts";

const topicsOf = (define: Parameters<typeof job>[1]): readonly string[] => topicsOfGraph(buildJob(job("j", define)).graph);

describe("topicsOfGraph", () => {
  it("names what is read and written, dead letters among them, each once", () => {
    const topics = topicsOf((ctx) => {
      const orders = ctx.source(kafka("orders", { value: json<{ shop: string }>(), onBadRecord: { deadLetter: "bad-orders" } }));
      orders.to(kafka("copies", { value: json<{ shop: string }>() }));
      orders.filter(({ shop }) => shop !== "").to(kafka("orders", { value: json<{ shop: string }>() }));
    });
    expect([...topics].sort()).toEqual(["bad-orders", "copies", "orders"]);
  });

  it("names none where nothing of the cluster is read or written", () => {
    expect(topicsOf((ctx) => void ctx.source(rate({ rowsPerSecond: 1 })).print())).toEqual([]);
  });
});
