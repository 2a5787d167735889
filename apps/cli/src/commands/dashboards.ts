import { type Command, InvalidArgumentError, Option } from "commander";
import { assignments, wholeNumber } from "../options.ts";
import type { CliWorld } from "../world.ts";
import { examples, onRun } from "./on-run.ts";

export const DEFAULT_PROMETHEUS = "http://127.0.0.1:9090";

/** Options of `dashboards`. */
export interface DashboardsOptions {
  readonly prometheus: string;
  readonly host: string;
  readonly port: number;
  readonly minutes: number;
  readonly rateInterval: string;
  readonly var?: Readonly<Record<string, readonly string[]>>;
  readonly once?: boolean;
  readonly out: string;
}

/** `millrace dashboards`: the chart's dashboards where there is no Grafana. */
export function addDashboardCommand(program: Command, world: CliWorld): void {
  const dashboards = program
    .command("dashboards")
    .summary("show live dashboards, without Grafana")
    .description(
      "Serves the chart's dashboards as a page that is drawn again every five seconds from a Prometheus that scrapes the cluster. It only reads. Ctrl-C ends it.",
    )
    .addOption(
      new Option("--prometheus <url>", "the Prometheus that scrapes the cluster")
        .env("MILLRACE_PROMETHEUS")
        .default(DEFAULT_PROMETHEUS)
        .argParser(httpUrl),
    )
    .option("--host <host>", "address to listen on", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", wholeNumber(0, 65_535), 9_300)
    .option("--minutes <count>", "how far back graphs go", wholeNumber(1, 10_080), 15)
    .option("--rate-interval <time>", "how far back rates look, at least four scrapes", rateInterval, "1m")
    .option("--var <name=value>", "show this topic, job, … only; repeatable", assignments)
    .option("--once", "draw every dashboard into files, and end")
    .option("--out <folder>", "where --once puts them", "dashboards");
  onRun<DashboardsOptions>(dashboards, async (_, options) => {
    await (await import("../actions/dashboards.ts")).dashboards(options, world);
  });
  examples(dashboards, [
    "kubectl port-forward service/millrace-prometheus 9090 &",
    "millrace dashboards",
    "millrace dashboards --prometheus http://prometheus.monitoring:9090 --var job=word-count",
    "millrace dashboards --once --out pictures --minutes 60",
  ]);
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("it must be a URL like http://127.0.0.1:9090.");
}

function rateInterval(text: string): string {
  if (/^\d+[smh]$/.test(text)) return text;
  throw new InvalidArgumentError("a time like 30s or 2m is needed.");
}
