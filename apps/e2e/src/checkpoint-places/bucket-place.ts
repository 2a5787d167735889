import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { freePort } from "../system/free-port.ts";
import { ManagedProcess } from "../system/managed-process.ts";
import type { SharedFile, SharedPlace } from "./shared-place.ts";

const BUCKET = "jobs";
const PREFIX = "a/b";

/** A bucket of a server that speaks S3; away nobody listens there. */
export class BucketPlace implements SharedPlace {
  readonly url = `s3://${BUCKET}/${PREFIX}`;
  readonly awayCodes = ["checkpoint-path-unusable", "checkpoint-bucket-failed"];
  readonly env: Readonly<Record<string, string>>;
  readonly #server: ManagedProcess;
  readonly #client: S3Client;

  private constructor(server: ManagedProcess, endpoint: string) {
    this.#server = server;
    const keys = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" }; // Those that the server knows.
    this.env = { AWS_ENDPOINT_URL_S3: endpoint, AWS_REGION: "us-east-1", ...keys };
    const credentials = { accessKeyId: keys.AWS_ACCESS_KEY_ID, secretAccessKey: keys.AWS_SECRET_ACCESS_KEY };
    this.#client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  }

  static async start(folder: string): Promise<BucketPlace> {
    const [port, directory] = [await freePort(), join(folder, "s3")];
    mkdirSync(directory);
    const endpoint = `http://127.0.0.1:${port}`;
    const program = join(dirname(createRequire(import.meta.url).resolve("s3rver/package.json")), "bin", "s3rver.js");
    const args = [program, "--address", "127.0.0.1", "--port", String(port), "--directory", directory];
    const isReady = () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      );
    const server = new ManagedProcess({ name: "s3", program: process.execPath, args, logFile: join(folder, "s3.log"), isReady });
    await server.start();
    return new BucketPlace(server, endpoint);
  }

  async create(): Promise<void> {
    await this.#client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  }

  async takeAway(): Promise<void> {
    await this.#server.kill();
  }

  async bringBack(): Promise<void> {
    await this.#server.start();
  }

  async files(jobId: string): Promise<readonly SharedFile[]> {
    const prefix = `${PREFIX}/${jobId}/`;
    const { Contents: files } = await this.#client.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: prefix }));
    return (files ?? []).map(({ Key: key = "", Size: bytes = 0 }) => ({ name: key.slice(prefix.length), bytes }));
  }

  async stop(): Promise<void> {
    this.#client.destroy();
    await this.#server.kill();
  }
}
