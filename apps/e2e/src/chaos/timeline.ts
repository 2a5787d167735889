import { writeFileSync } from "node:fs";

/** One fault as it was. */
export interface TimelineFault {
  readonly kind: string;
  readonly victim: string;
  readonly startMs: number;
  readonly endMs: number;
  /** From the end of the fault until every partition took writes again. */
  readonly recoveryMs: number;
  /** Of a leader that was killed: how long its partitions took no writes, at most. */
  readonly unavailableMs?: number;
}

const SAMPLE_MS = 1_000;
const [WIDTH, LANE, PLOT, LEFT] = [1_400, 16, 160, 190];

/** What happened when: faults, and how many records were acknowledged in each second. */
export class Timeline {
  readonly faults: TimelineFault[] = [];
  readonly acknowledgedPerSecond: number[] = [];
  readonly #beganMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(acknowledgedTotal: () => number) {
    let last = acknowledgedTotal();
    this.#timer = setInterval(() => {
      const now = acknowledgedTotal();
      this.acknowledgedPerSecond.push(now - last);
      last = now;
    }, SAMPLE_MS);
  }

  /** Milliseconds since it began. */
  get nowMs(): number {
    return Math.round(performance.now() - this.#beganMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Faults by kind. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { kind } of this.faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return counts;
  }

  /** Writes the report as JSON, words and a picture; `path` is without its ending. */
  write(path: string, summary: Readonly<Record<string, unknown>>): void {
    const { faults, acknowledgedPerSecond } = this;
    writeFileSync(`${path}.json`, `${JSON.stringify({ ...summary, faults, acknowledgedPerSecond }, undefined, 1)}\n`);
    writeFileSync(`${path}.txt`, this.#words());
    writeFileSync(`${path}.svg`, this.#picture());
  }

  #words(): string {
    const lines = this.faults.map(({ kind, victim, startMs, endMs, recoveryMs, unavailableMs }) => {
      const times = `${seconds(startMs)} - ${seconds(endMs)}`.padEnd(20);
      const outage = unavailableMs === undefined ? "" : `  unavailable ${unavailableMs} ms`;
      return `${times}${kind.padEnd(28)}${victim.padEnd(28)}writes again after ${recoveryMs} ms${outage}`;
    });
    const counts = [...this.counts()].map(([kind, count]) => `${String(count).padStart(5)}  ${kind}`);
    return `${lines.join("\n")}\n\n${counts.join("\n")}\n`;
  }

  #picture(): string {
    const endMs = Math.max(1, this.acknowledgedPerSecond.length * SAMPLE_MS);
    const x = (ms: number): string => (LEFT + (ms / endMs) * (WIDTH - LEFT)).toFixed(1);
    const kinds = [...this.counts().keys()];
    const peak = Math.max(1, ...this.acknowledgedPerSecond);
    const height = PLOT + kinds.length * LANE + 20;
    const curve = this.acknowledgedPerSecond.map(
      (count, second) => `${x(second * SAMPLE_MS)},${(PLOT - (count / peak) * (PLOT - 20)).toFixed(1)}`,
    );
    const lanes = kinds.map((kind, lane) => `<text x="4" y="${PLOT + lane * LANE + 13}">${kind}</text>`);
    const bars = this.faults.map(({ kind, victim, startMs, endMs: end }) => {
      const width = Math.max(1.5, ((end - startMs) / endMs) * (WIDTH - LEFT)).toFixed(1);
      const y = PLOT + kinds.indexOf(kind) * LANE + 3;
      return `<rect x="${x(startMs)}" y="${y}" width="${width}" height="${LANE - 5}" fill="#c33"><title>${kind}: ${victim}</title></rect>`;
    });
    const label = `<text x="4" y="14">acknowledged per second, at most ${peak}</text>`;
    const line = `<polyline points="${curve.join(" ")}" fill="none" stroke="#246" stroke-width="1"/>`;
    const style = `font-family="sans-serif" font-size="11"`;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ${style}>${label}${line}${lanes.join("")}${bars.join("")}</svg>\n`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
