import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeCheckpointPlaceContract } from "@millrace/testkit";
import { type S3Server, startS3Server } from "../test/s3-server.ts";
import { createCheckpointBuckets } from "./checkpoint-buckets.ts";
import { UPLOAD_PART_BYTES } from "./limits.ts";

const directory = mkdtempSync(join(tmpdir(), "millrace-s3-"));
const before = { ...process.env };
let server: S3Server;
let places = 0;

beforeAll(async () => {
  server = await startS3Server(directory, "jobs");
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}`,
    AWS_REGION: "us-east-1",
    AWS_SECRET_ACCESS_KEY: "S3RVER",
  });
});
beforeEach(() => {
  process.env["AWS_ACCESS_KEY_ID"] = "S3RVER"; // The only one that this server knows.
});
afterAll(async () => {
  await server.stop();
  process.env = before;
  rmSync(directory, { recursive: true, force: true });
});

const buckets = () => createCheckpointBuckets(process.env);
const newUrl = (): string => `s3://jobs/place-${++places}/checkpoints`;

describeCheckpointPlaceContract("bucket", () => Promise.resolve({ places: buckets(), url: newUrl(), missing: "s3://nobody/checkpoints" }));

describe("createCheckpointBuckets", () => {
  it("sends a large file in parts, from pieces of any size", async () => {
    const place = await buckets().open(newUrl());
    const bytes = Uint8Array.from({ length: 2 * UPLOAD_PART_BYTES + 12_345 }, (_, index) => (index * 31) % 253);
    const file = await place.create("job/1.1.0.a");
    for (let from = 0; from < bytes.length;) {
      const to = Math.min(bytes.length, from + 1 + ((from * 7) % 3_000_000));
      await file.write(bytes.subarray(from, to));
      from = to;
    }
    expect(await place.list("job")).toEqual([]);
    await file.commit();
    const read: Uint8Array[] = [];
    for await (const piece of place.read("job/1.1.0.a")) read.push(piece);
    expect(Buffer.concat(read).equals(bytes)).toBe(true);
  });

  it("takes the bucket itself for a place", async () => {
    const place = await buckets().open("s3://jobs");
    await (await place.create("alone/1.1.0.a")).commit();
    expect(await place.list("alone")).toEqual(["1.1.0.a"]);
  });

  it("keeps places of one bucket apart", async () => {
    const [left, right] = [newUrl(), newUrl()];
    await (await (await buckets().open(left)).create("job/1.1.0.a")).commit();
    expect(await (await buckets().open(right)).list("job")).toEqual([]);
  });

  it("says which rights are missing where the server refuses", async () => {
    process.env["AWS_ACCESS_KEY_ID"] = "another";
    const refused = buckets().open(newUrl());
    await expect(refused).rejects.toMatchObject({ code: "checkpoint-path-unusable", kind: "unavailable" });
    await expect(refused).rejects.toThrow("may not use the bucket");
  });

  it("says what to look at where no server answers", async () => {
    const endpoint = process.env["AWS_ENDPOINT_URL_S3"];
    process.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:1";
    try {
      await expect(buckets().open(newUrl())).rejects.toMatchObject({ code: "checkpoint-bucket-failed", kind: "unavailable" });
    } finally {
      process.env["AWS_ENDPOINT_URL_S3"] = endpoint;
    }
  });

  it("refuses what is no bucket", async () => {
    await expect(buckets().open("file:///mnt")).rejects.toThrow("no s3://BUCKET/PREFIX URL");
  });
});
