import { createHash } from "node:crypto";

/** A Lua script with its digest: sent by digest, in full only when the server does not know it yet. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha1: string;
}

/**
 * One atomic command. The source is a string in a module and not a .lua file, because a bundle is one file: it could not find others
 * beside it, and a missing script would show only when it is first called.
 */
export function script(name: string, lua: string): Script {
  return { name, lua, sha1: createHash("sha1").update(lua).digest("hex") };
}
