import { join } from "node:path";
import type {
  AvailableSteps,
  ConnectorOptions,
  PositionRange,
  SourceElements,
  SourceMemory,
  SourceSplit,
  SplitReader,
  StreamSource,
} from "@millrace/ports";
import { errors } from "../errors.ts";
import { FILE_FORMATS, type FileFormat, readFileAs } from "../file-source/file-source.ts";
import { FOLDER_NOTE_LENGTH_MAX } from "../limits.ts";
import { Options } from "../options.ts";
import { listFolder, lookAt, type SeenFile, statIfThere } from "./list-folder.ts";

/** What is recorded with a batch: the files of its steps, and names that are no longer in the folder. */
interface FolderNote {
  readonly files: readonly SeenFile[];
  readonly gone: readonly string[];
}

/**
 * Files that appear in a folder, each read once and whole. A step is a file: a batch's files are recorded with it, by name, size and time of change, so that a replay reads the same, or
 * says that it cannot. The names that were read are what the split remembers; one that is no longer in the folder is forgotten, so that the memory is as small as the folder.
 */
export function folderSource(options: ConnectorOptions): StreamSource {
  const read = new Options("folder", options, ["path", "format", "quietMs"]);
  const path = read.text("path");
  const format = read.oneOf("format", FILE_FORMATS);
  const quietMs = read.whole("quietMs", 0);
  return { open: (split) => Promise.resolve(new FolderReader({ path, format, quietMs }, split)) };
}

class FolderReader implements SplitReader {
  readonly #folder: { readonly path: string; readonly format: FileFormat; readonly quietMs: number };
  readonly #memory: SourceMemory;
  readonly #nowMs: () => number;

  constructor(folder: { readonly path: string; readonly format: FileFormat; readonly quietMs: number }, split: SourceSplit) {
    this.#folder = folder;
    this.#memory = split.memory;
    this.#nowMs = split.nowMs;
  }

  /** New files, oldest change first. Names that are gone are said beside new ones only: without a batch nothing could be forgotten. */
  async available(position: number, { stepsMax }: { readonly stepsMax: number }): Promise<AvailableSteps> {
    const { path, quietMs } = this.#folder;
    const names = await listFolder(path);
    const unread = names.filter((name) => !this.#memory.has(name));
    const changedUntilMs = quietMs === 0 ? Infinity : this.#nowMs() - quietMs;
    const fresh = (await lookAt(path, unread)).filter(({ changedMs }) => changedMs <= changedUntilMs);
    if (fresh.length === 0) return { end: position };
    fresh.sort((left, right) => left.changedMs - right.changedMs || (left.name < right.name ? -1 : 1));
    const gone = this.#memory.size > names.length - unread.length ? without(this.#memory, new Set(names)) : [];
    const note = fitting({ files: fresh.slice(0, stepsMax), gone });
    return { end: position + note.files.length, note };
  }

  async *read(range: PositionRange): AsyncGenerator<SourceElements<unknown>, void, undefined> {
    const { path, format } = this.#folder;
    for (const [step, file] of filesOf(range).entries()) {
      const at = join(path, file.name);
      await assertUnchanged(at, file);
      for await (const elements of readFileAs(format, at)) yield { position: range.start + step, elements };
      await assertUnchanged(at, file); // What was read is what was recorded only if it has not changed meanwhile.
    }
  }

  remember(range: PositionRange): void {
    for (const name of noteOf(range).gone) this.#memory.delete(name);
    for (const { name } of filesOf(range)) this.#memory.add(name);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function without(memory: SourceMemory, names: ReadonlySet<string>): string[] {
  return [...memory.texts()].filter((name) => !names.has(name));
}

function noteOf({ note }: PositionRange): FolderNote {
  return note as FolderNote; // as `available` made it
}

/** A batch may have taken only the first of the files that were noted. */
function filesOf(range: PositionRange): readonly SeenFile[] {
  return noteOf(range).files.slice(0, range.end - range.start);
}

async function assertUnchanged(path: string, { size, changedMs }: SeenFile): Promise<void> {
  const found = await statIfThere(path);
  if (found === undefined) throw errors.sourceFileGone(path);
  if (found.size !== size || Math.floor(found.mtimeMs) !== changedMs) throw errors.sourceFileChanged(path, { size, sizeNow: found.size });
}

/** As many files, and then as many names that are gone, as a note has room for: the others are for the next batch. */
function fitting({ files, gone }: FolderNote): FolderNote {
  let length = 0;
  const fits = (item: unknown): boolean => (length += JSON.stringify(item).length + 1) <= FOLDER_NOTE_LENGTH_MAX;
  const some = files.slice(0, Math.max(1, countWhile(files, fits)));
  return { files: some, gone: some.length < files.length ? [] : gone.slice(0, countWhile(gone, fits)) };
}

function countWhile<T>(items: readonly T[], holds: (item: T) => boolean): number {
  const end = items.findIndex((item) => !holds(item));
  return end === -1 ? items.length : end;
}
