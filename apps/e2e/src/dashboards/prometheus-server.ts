import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PrometheusApi } from "@millrace/dashboards";
import { freePort } from "../system/free-port.ts";
import { ManagedProcess } from "../system/managed-process.ts";

export interface FiringAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusSpec {
  /** host:port of what it scrapes. */
  readonly targets: readonly string[];
  readonly rules: readonly { readonly file: string; readonly text: string }[];
}

const PROGRAM = "prometheus";
const HOW_TO_GET = "apt-get install prometheus, brew install prometheus, or the binary of a release in a folder of the PATH";
const EVERY = "1s";

/** A real Prometheus that scrapes every second and evaluates the rules as often. */
export class PrometheusServer extends PrometheusApi {
  readonly process: ManagedProcess;

  private constructor(process: ManagedProcess, url: string) {
    super(url);
    this.process = process;
  }

  /** Throws with how to get one where there is none: without it nothing has been tried. */
  static requireProgram(): void {
    if (spawnSync(PROGRAM, ["--version"]).error !== undefined)
      throw new Error(`not run: there is no ${PROGRAM} on the PATH, and nothing else can say what queries give: ${HOW_TO_GET}`);
  }

  static async start(parent: string, { targets, rules }: PrometheusSpec): Promise<PrometheusServer> {
    const folder = join(parent, "prometheus");
    mkdirSync(folder);
    for (const { file, text } of rules) writeFileSync(join(folder, file), text);
    const configFile = join(folder, "prometheus.json"); // which is YAML, too
    const scrape = { job_name: "millrace", static_configs: [{ targets }] };
    const global = { scrape_interval: EVERY, scrape_timeout: EVERY, evaluation_interval: EVERY };
    writeFileSync(
      configFile,
      JSON.stringify({ global, rule_files: rules.map(({ file }) => join(folder, file)), scrape_configs: [scrape] }),
    );
    const address = `127.0.0.1:${await freePort()}`;
    const args = [`--config.file=${configFile}`, `--storage.tsdb.path=${join(folder, "data")}`, `--web.listen-address=${address}`];
    const url = `http://${address}`;
    const process = new ManagedProcess({
      name: "prometheus",
      program: PROGRAM,
      args: [...args, "--enable-feature=exemplar-storage"],
      logFile: join(parent, "prometheus.log"),
      isReady: async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true,
    });
    await process.start();
    return new PrometheusServer(process, url);
  }

  async exemplars(expression: string, seconds: number): Promise<number> {
    const end = Date.now() / 1_000;
    const found = await this.ask<readonly { readonly exemplars: readonly unknown[] }[]>("query_exemplars", {
      ...{ query: expression, start: String(end - seconds), end: String(end) },
    });
    return found.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
  }

  async firing(): Promise<readonly FiringAlert[]> {
    const { alerts } = await this.ask<{ alerts: readonly RawAlert[] }>("alerts", {});
    return alerts.flatMap(({ state, labels, annotations }) =>
      state === "firing" ? [{ name: labels["alertname"] ?? "", labels, annotations }] : [],
    );
  }
}

interface RawAlert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
