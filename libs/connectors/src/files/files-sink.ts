import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ConnectorOptions, SinkConnector, SinkOutput, SinkSlotMark, SinkSlots, SinkWriter } from "@millrace/ports";
import { assertDefined } from "@millrace/stdx";
import { errors } from "../errors.ts";
import { PARTS_BUFFER_BYTES_MAX, PARTS_PER_BATCH_MAX } from "../limits.ts";
import { Options } from "../options.ts";
import { csvHeader, type FileFormat, type LineEncoder, lineEncoder } from "./encode-element.ts";
import { PartWriter } from "./part-writer.ts";
import { SlotFolder } from "./slot-folder.ts";

/** Files under one folder: per batch, slot and partition one, which appears whole and once. */
export function filesSink(options: ConnectorOptions): SinkConnector {
  const read = new Options("files", options, ["path", "format", "columns"]);
  const format = read.oneOf<FileFormat>("format", ["json", "text", "csv"]);
  const columns = format === "csv" ? read.texts("columns") : [];
  const root = resolve(read.text("path"));
  return { open: (slots) => FilesWriter.open({ root, format, columns }, slots) };
}

interface FilesSettings {
  readonly root: string;
  readonly format: FileFormat;
  readonly columns: readonly string[];
}

const EXTENSIONS: Readonly<Record<FileFormat, string>> = { json: "jsonl", text: "txt", csv: "csv" };

class FilesWriter implements SinkWriter {
  readonly marks: ReadonlyMap<number, SinkSlotMark>;
  readonly #settings: FilesSettings;
  readonly #slots: SinkSlots;
  readonly #folders: ReadonlyMap<number, SlotFolder>;
  readonly #encode: LineEncoder;
  /** Parts of the open batch by slot, then partition. */
  #parts = new Map<number, Map<string, PartWriter>>();
  #partCount = 0;
  #bufferedBytes = 0;
  #flushing: Promise<void> | undefined;
  /** Names of hidden parts must differ between batches of one attempt. */
  #attempt = 0;

  private constructor(
    settings: FilesSettings,
    slots: SinkSlots,
    opened: { folders: ReadonlyMap<number, SlotFolder>; marks: ReadonlyMap<number, SinkSlotMark> },
  ) {
    this.#settings = settings;
    this.#slots = slots;
    this.#folders = opened.folders;
    this.marks = opened.marks;
    this.#encode = lineEncoder(settings.format, settings.columns);
  }

  static async open(settings: FilesSettings, slots: SinkSlots): Promise<FilesWriter> {
    const { jobId, incarnation, sink, jobEpoch: epoch } = slots;
    const base = join(".millrace", `${jobId}-${incarnation}`, sink);
    await mkdir(join(settings.root, base), { recursive: true });
    const folders = new Map<number, SlotFolder>();
    const marks = new Map<number, SinkSlotMark>();
    for (const slot of slots.slots) {
      const { folder, mark } = await SlotFolder.open({ root: settings.root, hidden: join(base, `slot-${slot}`), epoch });
      folders.set(slot, folder);
      if (mark !== undefined) marks.set(slot, mark);
    }
    return new FilesWriter(settings, slots, { folders, marks });
  }

  write(output: SinkOutput): void {
    const line = this.#encode(output);
    const part = this.#partOf(output);
    part.append(line);
    this.#bufferedBytes += line.length;
    if (part.isFull || this.#bufferedBytes > PARTS_BUFFER_BYTES_MAX) this.#flush(part.isFull ? [part] : this.#allParts());
  }

  ready(): Promise<void> | undefined {
    return this.#flushing;
  }

  async commit(batch: SinkSlotMark & { readonly slots: readonly number[] }): Promise<void> {
    const parts = this.#parts;
    this.#parts = new Map();
    this.#partCount = 0;
    this.#bufferedBytes = 0;
    await this.#flushing;
    // Every slot that may be replayed alone gets its mark, also one without records.
    await Promise.all(
      batch.slots.map((slot) => this.#commitSlot({ slot, batch, parts: parts.get(slot) ?? new Map<string, PartWriter>() })),
    );
  }

  async close(): Promise<void> {
    await this.#flushing?.catch(() => undefined); // of a batch that is dropped
  }

  async #commitSlot({ slot, batch, parts }: { slot: number; batch: SinkSlotMark; parts: ReadonlyMap<string, PartWriter> }): Promise<void> {
    await Promise.all([...parts.values()].map((part) => part.flush({ sync: true }))).catch((error: unknown) => {
      throw (error as { code?: unknown }).code === "ENOENT" ? errors.fenced("files", { slot }) : error;
    });
    const { jobId, incarnation, sink } = this.#slots;
    const name = `part-${jobId}-${incarnation}-${sink}-${slot}-${batch.batch}.${EXTENSIONS[this.#settings.format]}`;
    const shown = [...parts].map(([partition, part]) => ({
      hidden: part.path.slice(this.#settings.root.length + 1),
      visible: join(partition, name),
    }));
    await this.#folderOf(slot).commit({ batch: batch.batch, digest: batch.digest, parts: shown });
  }

  #partOf({ slot, partition }: SinkOutput): PartWriter {
    const ofSlot = this.#parts.get(slot) ?? new Map<string, PartWriter>();
    this.#parts.set(slot, ofSlot);
    const known = ofSlot.get(partition);
    if (known !== undefined) return known;
    checkPartition(partition);
    if (++this.#partCount > PARTS_PER_BATCH_MAX)
      throw errors.value("files", `a batch has more than ${PARTS_PER_BATCH_MAX} files: partition by something with fewer values`);
    const hidden = this.#folderOf(slot).hiddenPart(this.#attempt++, ofSlot.size);
    const part = new PartWriter(join(this.#settings.root, hidden));
    if (this.#settings.format === "csv") part.append(csvHeader(this.#settings.columns));
    ofSlot.set(partition, part);
    return part;
  }

  #folderOf(slot: number): SlotFolder {
    return assertDefined(this.#folders.get(slot), `slot ${slot}`);
  }

  #allParts(): PartWriter[] {
    return [...this.#parts.values()].flatMap((ofSlot) => [...ofSlot.values()]);
  }

  #flush(parts: readonly PartWriter[]): void {
    for (const part of parts) this.#bufferedBytes -= part.bufferedBytes;
    const flushed = Promise.all([this.#flushing, ...parts.map((part) => part.flush({ sync: false }))]).then(() => undefined);
    this.#flushing = flushed;
    flushed.then(
      () => {
        if (this.#flushing === flushed) this.#flushing = undefined;
      },
      () => undefined, // thrown where it is awaited: by ready or commit
    );
  }
}

/** A path below the folder: readers list it, so nothing in it may be hidden or lead out. */
function checkPartition(partition: string): void {
  if (partition === "") return;
  const isFine =
    partition.length <= 500 && partition.split("/").every((step) => step !== "" && !step.startsWith(".") && !step.includes("\0"));
  if (isFine) return;
  throw errors.value(
    "files",
    `a partition is a relative path whose steps are not empty and do not start with a dot, got ${JSON.stringify(partition)}`,
  );
}
