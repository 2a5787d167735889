import { describe, expect, it } from "@jest/globals";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import { BucketPlace } from "./bucket-place.ts";

const LOCATION = { url: "s3://jobs/a", bucket: "jobs", prefix: "a" };

/** What the server of the other spec does not do: more than one page of names, and uploads that nobody ended. */
function placeOf(answer: (command: object) => object | Error): { readonly place: BucketPlace; readonly asked: object[] } {
  const asked: object[] = [];
  const send = (command: object): Promise<object> => {
    asked.push(command);
    const given = answer(command);
    return given instanceof Error ? Promise.reject(given) : Promise.resolve(given);
  };
  return { place: new BucketPlace({ send: send as S3Client["send"] }, LOCATION), asked };
}

describe("BucketPlace", () => {
  it("follows a listing from page to page", async () => {
    const pages: Record<string, object> = {
      "": { Contents: [{ Key: "a/job/1.1.0.a" }], NextContinuationToken: "2" },
      "2": { Contents: [{ Key: "a/job/1.2.0.a" }], NextContinuationToken: "3" },
      "3": { Contents: [{ Key: "a/job/1.3.0.a" }] },
    };
    const { place } = placeOf((command) =>
      command instanceof ListObjectsV2Command ? (pages[command.input.ContinuationToken ?? ""] ?? {}) : {},
    );
    expect(await place.list("job")).toEqual(["1.1.0.a", "1.2.0.a", "1.3.0.a"]);
  });

  it("lists an upload that nobody ended, and ends all of that file's, and no other's, when it is removed", async () => {
    const uploads = [
      { Key: "a/job/1.1.0.a", UploadId: "first" },
      { Key: "a/job/1.1.0.a", UploadId: "second" },
      { Key: "a/job/1.1.0.ab", UploadId: "another" },
    ];
    const { place, asked } = placeOf((command) => (command instanceof ListMultipartUploadsCommand ? { Uploads: uploads } : {}));
    expect(await place.list("job")).toEqual(["1.1.0.a.unfinished", "1.1.0.ab.unfinished"]);
    await place.remove("job/1.1.0.a.unfinished");
    const ended = asked.flatMap((command) => (command instanceof AbortMultipartUploadCommand ? [command.input.UploadId] : []));
    expect(ended).toEqual(["first", "second"]);
    expect(asked.some((command) => command instanceof DeleteObjectCommand)).toBe(false);
  });

  it("does without the listing of uploads where a server has none, but for no other reason", async () => {
    const refusal = (status: number) => Object.assign(new Error("no"), { name: "E", $metadata: { httpStatusCode: status } });
    const listing = (status: number) => placeOf((command) => (command instanceof ListMultipartUploadsCommand ? refusal(status) : {})).place;
    expect(await listing(501).list("job")).toEqual([]);
    await expect(listing(500).list("job")).rejects.toMatchObject({ code: "checkpoint-bucket-failed" });
  });
});
