import type { FileLocation } from "@millrace/contracts";
import type { JobGraph } from "@millrace/model";
import type { CheckpointFile, CheckpointPlace, CheckpointPlaces } from "@millrace/ports";
import type { Crc32c } from "@millrace/records";
import { PART_FILE_OPERATOR_CHARS_MAX } from "../limits.ts";
import { concat } from "./concat.ts";
import type { PartLocation, PartWriter } from "./part-writer.ts";

/** The job's checkpoint path, open. */
export interface OpenPlace {
  readonly url: string;
  readonly place: CheckpointPlace;
}

/** Before the first batch: a path that is not there stops the job at once, not at its first checkpoint. */
export async function openPlaceOf(
  { settings: { checkpointPath: url } }: JobGraph,
  places: CheckpointPlaces,
): Promise<OpenPlace | undefined> {
  return url === undefined ? undefined : { url, place: await places.open(url) };
}

interface PartName {
  readonly jobId: string;
  /** Of the writer: what a cut-off worker of an older epoch still writes is another file. */
  readonly jobEpoch: number;
  readonly batch: number;
  readonly taskIndex: number;
  readonly operatorId: string;
}

/** A part as a file of the job's checkpoint path. */
export class FilePartWriter implements PartWriter {
  readonly #location: { readonly place: string; readonly name: string };
  readonly #file: CheckpointFile;

  private constructor(location: { readonly place: string; readonly name: string }, file: CheckpointFile) {
    this.#location = location;
    this.#file = file;
  }

  static async open(part: PartName, { url, place }: OpenPlace, crc32c: Crc32c): Promise<FilePartWriter> {
    const name = fileNameOf(part, crc32c);
    return new FilePartWriter({ place: url, name }, await place.create(name));
  }

  write(pieces: readonly Uint8Array[]): Promise<void> {
    return this.#file.write(concat(pieces));
  }

  async close(): Promise<PartLocation> {
    await this.#file.commit();
    return { case: "file", value: this.#location };
  }

  abandon(): Promise<void> {
    return this.#file.abandon();
  }
}

export async function* readFilePart({ place, name }: FileLocation, places: CheckpointPlaces): AsyncGenerator<Uint8Array, void, undefined> {
  yield* (await places.open(place)).read(name);
}

/** Epoch and batch come first, for whoever trims the folder; the rest makes it the only one, and readable. */
function fileNameOf({ jobId, jobEpoch, batch, taskIndex, operatorId }: PartName, crc32c: Crc32c): string {
  const letters = operatorId.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  const isExact = letters === operatorId && letters.length <= PART_FILE_OPERATOR_CHARS_MAX;
  const sum = crc32c(new TextEncoder().encode(operatorId)).toString(16);
  const operator = isExact ? operatorId : `${letters.slice(0, PART_FILE_OPERATOR_CHARS_MAX)}~${sum}`;
  return `${jobId}/${jobEpoch}.${batch}.${taskIndex}.${operator}`;
}

/** Epoch and batch of a part's file, also of one that was not finished; undefined: it is none of ours. */
export function readFileName(name: string): { readonly jobEpoch: number; readonly batch: number } | undefined {
  const [, jobEpoch, batch] = /^(\d{1,15})\.(\d{1,15})\.\d+\./.exec(name) ?? [];
  return jobEpoch === undefined || batch === undefined ? undefined : { jobEpoch: Number(jobEpoch), batch: Number(batch) };
}
