import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import type { CheckpointFile, CheckpointPlace } from "@millrace/ports";
import { BucketFile } from "./bucket-file.ts";
import { checkpointFileMissing, checkpointPathUnusable, kindOf, translate } from "./errors.ts";
import { CONNECT_TIMEOUT_MS, LIST_PAGES_MAX, REQUEST_ATTEMPTS_MAX, REQUEST_TIMEOUT_MS } from "./limits.ts";

/** An upload that was begun and not ended: a listing has it under its file's name with this behind, and it is removed by that. */
const UNFINISHED_SUFFIX = ".unfinished";

export interface BucketLocation {
  readonly url: string;
  readonly bucket: string;
  /** Without a slash at its end; empty: the bucket itself. */
  readonly prefix: string;
}

/** The bucket must be there, and answer. */
export async function openBucket(location: BucketLocation, env: Readonly<Record<string, string | undefined>>): Promise<CheckpointPlace> {
  const client = new S3Client({
    // Buckets as names of hosts need a DNS of the server's own: others than Amazon's take them in the path.
    forcePathStyle: (env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"]) !== undefined,
    maxAttempts: REQUEST_ATTEMPTS_MAX,
    requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS },
    // A part has its own checksum in the manifest, and older servers refuse the one that would be added.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  try {
    await client.send(new HeadBucketCommand({ Bucket: location.bucket }));
  } catch (error) {
    // The answer to HEAD has no body, so no name of the error.
    if (kindOf(error).status === 404)
      throw checkpointPathUnusable(location.url, "there is no such bucket; create it, or correct checkpointPath", error);
    throw translate(error, location.url);
  }
  return new BucketPlace(client, location);
}

/** Names of files are keys behind the prefix. */
export class BucketPlace implements CheckpointPlace {
  readonly #client: Pick<S3Client, "send">;
  readonly #location: BucketLocation;

  constructor(client: Pick<S3Client, "send">, location: BucketLocation) {
    this.#client = client;
    this.#location = location;
  }

  create(name: string): Promise<CheckpointFile> {
    return Promise.resolve(new BucketFile(this.#client, { ...this.#target(name), url: this.#location.url }));
  }

  async *read(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const { url } = this.#location;
    try {
      const { Body: body } = await this.#client.send(new GetObjectCommand(this.#target(name)));
      for await (const piece of body as AsyncIterable<Uint8Array>) yield piece;
    } catch (error) {
      throw kindOf(error).name === "NoSuchKey" ? checkpointFileMissing(url, name, error) : translate(error, url);
    }
  }

  async list(folder: string): Promise<readonly string[]> {
    const { bucket, url } = this.#location;
    const prefix = this.#keyOf(`${folder}/`);
    const names: string[] = [];
    try {
      let from: string | undefined;
      for (let page = 0; page < LIST_PAGES_MAX; page++) {
        const answer = await this.#client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: from }));
        for (const { Key: key } of answer.Contents ?? []) if (key !== undefined) names.push(key.slice(prefix.length));
        from = answer.NextContinuationToken;
        if (from === undefined) break;
      }
      const uploads = await this.#uploads(prefix);
      return [...names, ...new Set(uploads.map(({ key }) => key.slice(prefix.length) + UNFINISHED_SUFFIX))].sort();
    } catch (error) {
      throw translate(error, url);
    }
  }

  async remove(name: string): Promise<void> {
    try {
      if (name.endsWith(UNFINISHED_SUFFIX)) await this.#abortUploads(this.#keyOf(name.slice(0, -UNFINISHED_SUFFIX.length)));
      else await this.#client.send(new DeleteObjectCommand(this.#target(name)));
    } catch (error) {
      throw translate(error, this.#location.url);
    }
  }

  async #abortUploads(key: string): Promise<void> {
    for (const upload of await this.#uploads(key)) {
      if (upload.key !== key) continue;
      const target = { Bucket: this.#location.bucket, Key: key, UploadId: upload.id };
      await this.#client.send(new AbortMultipartUploadCommand(target));
    }
  }

  /** The first page, a thousand: what is left behind comes with the next checkpoint. A server without this listing has to end uploads that nobody ends by a rule of its own. */
  async #uploads(prefix: string): Promise<readonly { readonly key: string; readonly id: string }[]> {
    try {
      const { Uploads: uploads } = await this.#client.send(
        new ListMultipartUploadsCommand({ Bucket: this.#location.bucket, Prefix: prefix }),
      );
      return (uploads ?? []).flatMap(({ Key: key, UploadId: id }) => (key === undefined || id === undefined ? [] : [{ key, id }]));
    } catch (error) {
      if (kindOf(error).status === 501) return [];
      throw error;
    }
  }

  #target(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#location.bucket, Key: this.#keyOf(name) };
  }

  #keyOf(name: string): string {
    const { prefix } = this.#location;
    return prefix === "" ? name : `${prefix}/${name}`;
  }
}
