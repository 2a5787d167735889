import { describe, expect, it } from "@jest/globals";
import { MemoryCheckpointPlaces } from "@millrace/testkit";
import { placesByScheme } from "./places-by-scheme.ts";

describe("placesByScheme", () => {
  const folders = new MemoryCheckpointPlaces(["file:///a"]);
  const buckets = new MemoryCheckpointPlaces(["s3://a"]);
  const places = placesByScheme({ file: folders, s3: buckets });

  it("asks the one that a URL's scheme names", async () => {
    for (const [url, from] of [["file:///a", folders] as const, ["s3://a", buckets] as const]) {
      const file = await (await places.open(url)).create("job/1.1.0.a");
      await file.commit();
      expect([...(from.files.get(url)?.keys() ?? [])]).toEqual(["job/1.1.0.a"]);
    }
  });

  it.each(["gs://a", "a", ""])("names those that it knows when asked for %p", async (url) => {
    const error = { code: "checkpoint-path-unusable", context: { path: url } };
    await expect(places.open(url)).rejects.toMatchObject(error);
    await expect(places.open(url)).rejects.toThrow("knows file: and s3:");
  });
});
