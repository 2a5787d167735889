import type { PositionRange, SourceMemory, SourceSplit, SplitReader, StreamSource } from "@millrace/ports";
import { jestGlobals } from "../jest-globals.ts";

/** Some data, and what a source must give of it. */
export interface StreamSourceHarness<T> {
  /** The source, as another process would make it. */
  connect(): StreamSource<T>;
  readonly splitCount: number;
  /** Makes more to read, in every split several steps; gives the elements that were added, of each split in order. Called at least three times. */
  grow(): Promise<readonly (readonly T[])[]>;
  /** Milliseconds since 1970 UTC now. */
  readonly nowMs: () => number;
  dispose(): Promise<void>;
}

/** What every source promises that says "exactly-once", as tests. Run it on each implementation, also with several splits where it has them. */
export function describeStreamSourceContract<T>(name: string, makeHarness: () => Promise<StreamSourceHarness<T>>): void {
  const { afterEach, beforeEach, describe, expect, it } = jestGlobals();
  describe(`stream source contract: ${name}`, () => {
    let harness: StreamSourceHarness<T>;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(() => harness.dispose());

    const splits = (): number[] => Array.from({ length: harness.splitCount }, (_, split) => split);
    const open = (split: number, memory: Memory): Promise<SplitReader<T>> => harness.connect().open(splitOf(harness, split, memory));

    it("gives what is there, once, in ranges that follow each other", async () => {
      const first = await harness.grow();
      const runs = await Promise.all(splits().map((split) => Run.start(open, split)));
      for (const run of runs) await run.batch();
      const second = await harness.grow();
      for (const run of runs) await run.batch();
      for (const run of runs) expect(run.elements).toEqual([...(first[run.split] ?? []), ...(second[run.split] ?? [])]);
    });

    it("says that there is nothing when there is nothing new, and stays where it is", async () => {
      await harness.grow();
      const run = await Run.start(open, 0);
      await run.batch();
      expect(run.position).toBeGreaterThan(0);
      expect((await run.reader.available(run.position, { stepsMax: 1_000 })).end).toBe(run.position);
    });

    it("gives the same for a recorded range, however often it is read and by whom, also when there is more by now", async () => {
      await harness.grow();
      const run = await Run.start(open, 0);
      await run.batch();
      const [range] = run.ranges;
      if (range === undefined) throw new Error("the harness must have something to read");
      await harness.grow();
      expect(await elementsOf(run.reader, range)).toEqual(run.elements);
      const other = await open(0, new Memory());
      expect(await elementsOf(other, range)).toEqual(run.elements);
      await other.close();
    });

    it("goes on where a recorded range ends, with the memory of that time, in another process", async () => {
      await harness.grow();
      const run = await Run.start(open, 0);
      await run.batch();
      const checkpoint = { position: run.position, memory: run.memory.copy() };
      const second = await harness.grow();
      await run.batch(); // It is lost with its worker: nothing of it was recorded.
      const recovered = await Run.start(open, 0, checkpoint);
      await recovered.batch();
      expect(recovered.elements).toEqual(second[0]);
      await recovered.batch();
      expect(recovered.elements).toEqual(second[0]);
    });

    it("gives the rest of what was said when a batch takes only the first steps of it", async () => {
      const added = await harness.grow();
      const run = await Run.start(open, 0);
      await run.batch({ taken: 1 });
      for (let more = 0; more < 1_000 && (await run.batch()) > 0; more++);
      expect(run.elements).toEqual(added[0]);
    });

    it("says positions within the range, that do not fall", async () => {
      await harness.grow();
      const run = await Run.start(open, 0);
      await run.batch();
      expect(run.positions).toEqual([...run.positions].sort((left, right) => left - right));
      for (const position of run.positions) expect(position >= 0 && position < run.position).toBe(true);
    });
  });
}

type Open<T> = (split: number, memory: Memory) => Promise<SplitReader<T>>;

/** A job that reads one split: what was recorded goes as JSON, as it does in the store. */
class Run<T> {
  readonly split: number;
  readonly reader: SplitReader<T>;
  readonly memory: Memory;
  readonly ranges: PositionRange[] = [];
  readonly elements: T[] = [];
  readonly positions: number[] = [];
  position: number;

  private constructor(split: number, reader: SplitReader<T>, from: { readonly position: number; readonly memory: Memory }) {
    this.split = split;
    this.reader = reader;
    this.memory = from.memory;
    this.position = from.position;
  }

  static async start<T>(open: Open<T>, split: number, from = { position: 0, memory: new Memory() }): Promise<Run<T>> {
    return new Run(split, await open(split, from.memory), from);
  }

  /** One batch of what there is, or of the first steps of it; how many steps it took. */
  async batch({ taken = Infinity }: { readonly taken?: number } = {}): Promise<number> {
    const available = await this.reader.available(this.position, { stepsMax: 1_000 });
    const end = Math.min(available.end, this.position + taken);
    if (end === this.position) return 0;
    const range = JSON.parse(JSON.stringify({ start: this.position, end, note: available.note })) as PositionRange;
    for await (const { elements, position } of this.reader.read(range)) {
      this.elements.push(...elements);
      this.positions.push(position);
    }
    this.reader.remember?.(range);
    this.ranges.push(range);
    this.position = end;
    return end - range.start;
  }
}

class Memory implements SourceMemory {
  readonly #texts: Set<string>;

  constructor(texts: Iterable<string> = []) {
    this.#texts = new Set(texts);
  }

  get size(): number {
    return this.#texts.size;
  }

  has(text: string): boolean {
    return this.#texts.has(text);
  }

  add(text: string): void {
    this.#texts.add(text);
  }

  delete(text: string): void {
    this.#texts.delete(text);
  }

  texts(): Iterable<string> {
    return this.#texts;
  }

  copy(): Memory {
    return new Memory(this.#texts);
  }
}

function splitOf(harness: { readonly splitCount: number; readonly nowMs: () => number }, split: number, memory: SourceMemory): SourceSplit {
  const { splitCount, nowMs } = harness;
  return { jobId: "contract", jobEpoch: 1, source: "source", split, splitCount, startedAtMs: 0, nowMs, memory };
}

async function elementsOf<T>(reader: SplitReader<T>, range: PositionRange): Promise<T[]> {
  const elements: T[] = [];
  for await (const some of reader.read(range)) elements.push(...some.elements);
  return elements;
}
