import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SourcePartitionOwner, SourceQuestion, SourceRange, SourceRangeSchema } from "@millrace/contracts";
import type { WorkerRuntime } from "@millrace/dataflow";
import { type ConnectorSourceDescriptor, CUSTOM_CONNECTOR, type JobDefinition } from "@millrace/model";
import type { Connectors, PositionRange, SourceElements, SourceSplit, SplitReader, StreamSource } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { SOURCE_NOTE_BYTES_MAX } from "../limits.ts";

interface OpenSplits {
  readonly definition: JobDefinition;
  readonly runtime: WorkerRuntime;
  readonly connectors: Connectors;
  /** Source partitions of this worker, those of topics too. */
  readonly partitions: readonly SourcePartitionOwner[];
  readonly who: Pick<SourceSplit, "jobId" | "jobEpoch" | "startedAtMs" | "nowMs">;
}

interface OpenSplit {
  readonly source: string;
  readonly reader: SplitReader;
}

type Range = Pick<SourceRange, "source" | "index" | "startOffset" | "endOffset" | "note">;

/** The splits of sources that are no topics that this worker reads, from the opening of its tasks to its end. What their code throws names the operator. */
export class StreamSources {
  readonly #splits = new Map<string, OpenSplit>();

  /** State must be loaded: it is what splits remember. One after the other, so that the error of one is not beside half-open others. */
  static async open({ definition, runtime, connectors, partitions, who }: OpenSplits): Promise<StreamSources> {
    const opened = new StreamSources();
    for (const [operator, own] of Map.groupBy(partitions, ({ source }) => source)) {
      const descriptor = descriptorOf(definition, operator);
      if (descriptor === undefined) continue;
      const source = sourceOf(definition, { operator, descriptor }, connectors);
      for (const { index } of own) {
        const memory = runtime.sourceMemory(operator, index);
        if (memory === undefined) continue; // It leads to no output: nobody reads it.
        const split = { ...who, source: operator, split: index, splitCount: descriptor.splits, memory };
        const reader = await source.open(split).catch((cause: unknown) => {
          throw errors.sourceFailed(operator, cause);
        });
        opened.#splits.set(`${operator}/${index}`, { source: operator, reader });
      }
    }
    return opened;
  }

  /** What there is to read, question by question. */
  list(questions: readonly SourceQuestion[]): Promise<MessageInitShape<typeof SourceRangeSchema>[]> {
    return Promise.all(questions.map((question) => this.#list(question)));
  }

  /** Whether the range is one of these sources'. */
  owns({ source, index }: Pick<Range, "source" | "index">): boolean {
    return this.#splits.has(`${source}/${index}`);
  }

  /** The elements of a recorded range; when they are all read, the split remembers what it must. */
  async *read(range: Range): AsyncGenerator<SourceElements<unknown>, void, undefined> {
    const { source, reader } = assertDefined(this.#splits.get(`${range.source}/${range.index}`), "open split");
    const recorded = positionsOf(range);
    try {
      for await (const some of reader.read(recorded)) {
        if (some.position < recorded.start || some.position >= recorded.end)
          throw errors.sourceBroken(
            source,
            `it gave elements of position ${some.position} for the range ${recorded.start} to ${recorded.end}`,
          );
        yield some;
      }
      reader.remember?.(recorded);
    } catch (cause) {
      throw errors.sourceFailed(source, cause);
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#splits.values(), ({ reader }) => reader.close()));
  }

  async #list({ source, index, position, stepsMax }: SourceQuestion): Promise<MessageInitShape<typeof SourceRangeSchema>> {
    const split = this.#splits.get(`${source}/${index}`);
    const at = { source, index, startOffset: position };
    if (split === undefined) return { ...at, endOffset: position };
    const start = Number(position);
    const { end, note } = await split.reader
      .available(start, { stepsMax: stepsMax === 0n ? Infinity : Number(stepsMax) })
      .catch((cause: unknown) => {
        throw errors.sourceFailed(source, cause);
      });
    if (!Number.isSafeInteger(end) || end < start) throw errors.sourceBroken(source, `from position ${start} it came to ${end}`);
    if (note === undefined || end === start) return { ...at, endOffset: BigInt(end) };
    const text = JSON.stringify(note);
    if (text.length > SOURCE_NOTE_BYTES_MAX)
      throw errors.sourceBroken(source, `its note is longer than ${SOURCE_NOTE_BYTES_MAX} characters`);
    return { ...at, endOffset: BigInt(end), note: text };
  }
}

function positionsOf({ startOffset, endOffset, note }: Range): PositionRange {
  const range = { start: Number(startOffset), end: Number(endOffset) };
  return note === undefined ? range : { ...range, note: JSON.parse(note) as unknown };
}

function descriptorOf({ graph }: JobDefinition, id: string): ConnectorSourceDescriptor | undefined {
  const operator = graph.operators.find((candidate) => candidate.id === id);
  return operator?.kind === "source" && operator.source.type === "connector" ? operator.source : undefined;
}

function sourceOf(
  { functions }: JobDefinition,
  { operator, descriptor }: { readonly operator: string; readonly descriptor: ConnectorSourceDescriptor },
  connectors: Connectors,
): StreamSource {
  const { connector, options } = descriptor;
  const make = functions.get(operator)?.source;
  const found = connector === CUSTOM_CONNECTOR ? make?.() : connectors.source(connector, options);
  if (found === undefined) throw errors.unknownConnector(operator, connector);
  return found as StreamSource; // the signature of streams' `customSource` has checked it
}
