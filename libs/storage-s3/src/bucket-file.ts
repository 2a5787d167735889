import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { AppError } from "@millrace/model";
import type { CheckpointFile } from "@millrace/ports";
import { translate } from "./errors.ts";
import { UPLOAD_PART_BYTES, UPLOAD_PARTS_MAX } from "./limits.ts";

interface Target {
  readonly url: string;
  readonly Bucket: string;
  readonly Key: string;
}

/** One request if it is small, else an upload in parts, of which one is in memory. Either appears whole, when the server has said that it keeps it. */
export class BucketFile implements CheckpointFile {
  readonly #client: Pick<S3Client, "send">;
  readonly #url: string;
  readonly #target: { readonly Bucket: string; readonly Key: string };
  readonly #tags: string[] = [];
  #buffer = Buffer.allocUnsafe(0);
  #bytes = 0;
  #uploadId: string | undefined;

  constructor(client: Pick<S3Client, "send">, { url, ...target }: Target) {
    this.#client = client;
    this.#url = url;
    this.#target = target;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      this.#reserve(bytes.length - from);
      const taken = Math.min(bytes.length - from, this.#buffer.length - this.#bytes);
      this.#buffer.set(bytes.subarray(from, from + taken), this.#bytes);
      this.#bytes += taken;
      from += taken;
      if (this.#bytes === UPLOAD_PART_BYTES) await this.#sendPart();
    }
  }

  async commit(): Promise<void> {
    if (this.#uploadId === undefined) {
      await this.#asked(() => this.#client.send(new PutObjectCommand({ ...this.#target, Body: this.#held() })));
      return;
    }
    if (this.#bytes > 0) await this.#sendPart();
    const parts = this.#tags.map((tag, index) => ({ ETag: tag, PartNumber: index + 1 }));
    const whole = { ...this.#target, UploadId: this.#uploadId, MultipartUpload: { Parts: parts } };
    await this.#asked(() => this.#client.send(new CompleteMultipartUploadCommand(whole)));
  }

  async abandon(): Promise<void> {
    if (this.#uploadId === undefined) return;
    // Whoever trims the folder ends what this cannot.
    await this.#client.send(new AbortMultipartUploadCommand({ ...this.#target, UploadId: this.#uploadId })).catch(() => undefined);
  }

  async #sendPart(): Promise<void> {
    if (this.#tags.length === UPLOAD_PARTS_MAX) throw tooLarge(this.#url, this.#target.Key);
    await this.#asked(async () => {
      this.#uploadId ??= (await this.#client.send(new CreateMultipartUploadCommand(this.#target))).UploadId;
      const part = { ...this.#target, UploadId: this.#uploadId, PartNumber: this.#tags.length + 1, Body: this.#held() };
      this.#tags.push((await this.#client.send(new UploadPartCommand(part))).ETag ?? "");
    });
    this.#bytes = 0;
  }

  async #asked(ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask();
    } catch (error) {
      throw translate(error, this.#url);
    }
  }

  #held(): Uint8Array {
    return this.#buffer.subarray(0, this.#bytes);
  }

  /** Room for so many more bytes, up to a whole part; small files stay small. */
  #reserve(bytes: number): void {
    const wanted = Math.min(this.#bytes + bytes, UPLOAD_PART_BYTES);
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(UPLOAD_PART_BYTES, Math.max(wanted, 2 * this.#buffer.length)));
    larger.set(this.#held());
    this.#buffer = larger;
  }
}

function tooLarge(path: string, file: string): AppError {
  const message = `a part of the job's state is beyond ${UPLOAD_PARTS_MAX} pieces of ${UPLOAD_PART_BYTES} bytes: give the job more slots, so that each keeps less`;
  return new AppError({ kind: "exhausted", code: "checkpoint-part-too-large", message, context: { path, file } });
}
