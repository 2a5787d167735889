import { type Happening, type HistoryEvent, HistoryRecorder, type Step } from "../src/index.ts";

type Outcome = "ok" | "fail" | "info";

/** Writes small histories: one call is one line, time is the line's number. */
export class HistoryBuilder {
  readonly events: HistoryEvent[] = [];
  readonly recorder = new HistoryRecorder({ nowNs: () => this.events.length, write: (event) => this.events.push(event) });

  line(happening: Happening): this {
    this.recorder.record(happening);
    return this;
  }

  /** Begins and completes at once. */
  steps(p: number, v: readonly Step[], options: { readonly type?: Outcome; readonly rebalance?: readonly string[] } = {}): this {
    const { type = "ok", ...rest } = options;
    const asked = v.map((step): Step => (step[0] === "poll" ? ["poll"] : ["send", step[1], valueOf(step)]));
    return this.line({ p, type: "invoke", f: "txn", v: asked }).line({ p, type, f: "txn", v, ...rest });
  }

  /** Begins only. */
  begin(p: number, v: readonly Step[]): this {
    return this.line({ p, type: "invoke", f: "txn", v });
  }

  end(p: number, v: readonly Step[], type: Outcome = "ok"): this {
    return this.line({ p, type, f: "txn", v });
  }

  assign(p: number, keys: readonly string[], f: "assign" | "subscribe" = "assign", seek?: "beginning"): this {
    const extra = seek === undefined ? {} : { seek };
    return this.line({ p, type: "invoke", f, v: keys, ...extra }).line({ p, type: "ok", f, v: keys, ...extra });
  }

  commit(p: number, offset: number, f: "commit" | "committed" = "commit", isReset = false): this {
    const v = { group: "g", offsets: { a: offset }, isReset };
    return this.line({ p, type: "invoke", f, v }).line({ p, type: "ok", f, v });
  }

  own(p: number, keys: readonly string[], generation?: number): this {
    return this.line({ p, type: "ok", f: "own", v: { group: "g", keys, ...(generation === undefined ? {} : { generation }) } });
  }

  final(p: number, end: number, type: Outcome = "ok"): this {
    return this.line({ p, type: "invoke", f: "final", v: { a: end } }).line({ p, type, f: "final", v: { a: end } });
  }
}

function valueOf(step: Step): number {
  const what = step[2];
  return typeof what === "number" ? what : Number(what?.[1]);
}
