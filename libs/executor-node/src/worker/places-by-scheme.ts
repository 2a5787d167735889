import { AppError } from "@millrace/model";
import type { CheckpointPlaces } from "@millrace/ports";

/** Places of several kinds as one: what stands before the first colon of a URL says which is asked. */
export function placesByScheme(places: Readonly<Record<string, CheckpointPlaces>>): CheckpointPlaces {
  const bySchemes = new Map(Object.entries(places));
  return {
    open: (url) => {
      const scheme = url.slice(0, Math.max(0, url.indexOf(":")));
      const chosen = bySchemes.get(scheme);
      if (chosen !== undefined) return chosen.open(url);
      const known = [...bySchemes.keys()].map((name) => `${name}:`).join(" and ");
      const message = `the checkpoint path cannot be used: this version knows ${known}; start the version that the job was submitted with`;
      return Promise.reject(new AppError({ kind: "unavailable", code: "checkpoint-path-unusable", message, context: { path: url } }));
    },
  };
}
