import type { Load, LoadContext, Measurement } from "../load.ts";
import { costOf, isBelow } from "../observability/cost-of.ts";
import { type Collector, startCollector, startObserved } from "../observability/observed-cluster.ts";
import { measureJob, measureProduce, pairsOf, type Slice, wordsOf } from "../observability/slices.ts";
import { COST_GOALS, type CostGoal } from "../observability/variants.ts";

type Part = "produce" | "job";

/** What counting metrics and following one record in a hundred cost, side by side: switched on and off in the same processes, from slice to slice. */
export function observabilityCostLoad(): Load {
  return {
    name: "observability-cost",
    about:
      "CPU time per record without metrics, with them, and with traces of one record in a hundred, in turn: by the client library, and through a job",
    run: async (context) => {
      const collector = await startCollector();
      try {
        const slices = await slicesOf(context, collector);
        return COST_GOALS.flatMap((goal) => (["produce", "job"] as const).map((part) => measurementOf(goal, part, slices[part])));
      } finally {
        collector.stop();
      }
    },
  };
}

async function slicesOf(context: LoadContext, collector: Collector): Promise<Readonly<Record<Part, readonly Slice[]>>> {
  const cluster = await startObserved(context, collector);
  try {
    const produce = await measureProduce(cluster, context.quick);
    context.progress(`observability-cost: produce: ${wordsOf(produce)}`);
    const job = await measureJob(cluster, context.quick);
    context.progress(`observability-cost: job: ${wordsOf(job)}`);
    return { produce, job };
  } finally {
    await cluster.stop();
  }
}

function measurementOf(goal: CostGoal, part: Part, slices: readonly Slice[]): Measurement {
  const cost = costOf(pairsOf(slices, goal));
  const [least, greatest] = cost.cpuBetween;
  return {
    name: `observability-cost-${goal.what}-${part}`,
    settings: {
      from: goal.from,
      to: goal.to,
      slices: cost.slices,
      sampled: goal.what === "traces" ? "1 %" : "none",
    },
    extra: { cpuPercent: cost.cpu, cpuPercentLeast: least, cpuPercentGreatest: greatest, throughputPercent: cost.throughput },
    verified: part === "job" ? "the job read as many records as were sent" : "as many records acknowledged as sent",
    problems: [],
    floor: {
      text: `${goal.what} cost less than ${goal.below} % of the CPU time of a record (${part})`,
      isReached: isBelow(cost, goal.below),
    },
  };
}
