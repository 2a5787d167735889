import { AppError } from "@millrace/model";
import { QUERY_MS_MAX } from "./limits.ts";
import type { Point, Series, TimeSpan } from "./series.ts";

/** What the pictures ask of a Prometheus. */
export interface Metrics {
  /** What the expression gave over that time. */
  between(expression: string, over: TimeSpan): Promise<readonly Series[]>;
  /** Values of a label of a metric. */
  labelValues(metric: string, label: string): Promise<readonly string[]>;
}

/** The HTTP API of a Prometheus, or of anything that speaks it (Thanos, Mimir, VictoriaMetrics). */
export class PrometheusApi implements Metrics {
  readonly #url: string;

  /** `url`: without /api/v1; a path before that is kept. */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, "");
  }

  /** What the expression gives now. */
  async now(expression: string): Promise<readonly Series[]> {
    const { result } = await this.ask<{ result: readonly RawSeries[] }>("query", { query: expression });
    return result.map(seriesOf);
  }

  async between(expression: string, { from, to, stepSeconds }: TimeSpan): Promise<readonly Series[]> {
    const times = { start: String(from), end: String(to), step: String(stepSeconds) };
    const { result } = await this.ask<{ result: readonly RawSeries[] }>("query_range", { query: expression, ...times });
    return result.map(seriesOf);
  }

  async labelValues(metric: string, label: string): Promise<readonly string[]> {
    return this.ask<readonly string[]>(`label/${label}/values`, { "match[]": metric });
  }

  /** Any call of the API, by its name behind /api/v1. */
  async ask<T>(what: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const response = await this.#get(`${this.#url}/api/v1/${what}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json().catch(() => undefined)) as Answer<T> | undefined;
    if (answer?.status === undefined)
      throw failed({
        kind: "invalid",
        code: "prometheus-unknown",
        message: `what answers is no Prometheus, check the address url=${this.#url} status=${response.status}`,
      });
    if (answer.status !== "success" || answer.data === undefined) {
      const query = parameters["query"] ?? what;
      throw failed({
        kind: "invalid",
        code: "prometheus-refused",
        message: `Prometheus refuses the query: ${answer.error ?? response.statusText} query=${query}`,
      });
    }
    return answer.data;
  }

  async #get(url: string): Promise<Response> {
    try {
      return await fetch(url, { signal: AbortSignal.timeout(QUERY_MS_MAX) });
    } catch (cause) {
      const message = `Prometheus does not answer: check that it runs and that the address is right (in Kubernetes: kubectl port-forward to its service) url=${this.#url}`;
      throw failed({ kind: "unavailable", code: "prometheus-not-reachable", message, cause });
    }
  }
}

function failed(init: ConstructorParameters<typeof AppError>[0]): AppError {
  return new AppError(init);
}

interface Answer<T> {
  readonly status?: string;
  readonly error?: string;
  readonly data?: T;
}

interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Without points that are no number: the quantile of nothing is none, and "+Inf" has no place in a graph. */
function seriesOf({ metric, value, values }: RawSeries): Series {
  const raw = values ?? (value === undefined ? [] : [value]);
  const points = raw.map(([seconds, text]): Point => [seconds, Number(text)]).filter(([, number]) => !Number.isNaN(number));
  return { labels: metric, points };
}
