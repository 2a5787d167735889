import type { ErrorCode } from "./error-codes.ts";

/** What a kind means to the one who sees it: the part that is the same for all its codes. */
const kinds: Readonly<Record<string, { readonly why: string; readonly what: string }>> = {
  invalid: {
    why: "The request, setting or program is wrong in itself: the same request will be refused again.",
    what: "Change what the message names, then run the command again.",
  },
  "not-found": {
    why: "The thing named does not exist here, or not any more.",
    what: "Check its name and the cluster's address; list what there is with the `list` command of its kind.",
  },
  conflict: {
    why: "It exists already, is in use, or changed between reading and writing it.",
    what: "Read its present state and decide again; a name, port or folder that is taken needs another one.",
  },
  fenced: {
    why: "A newer incarnation has taken over (another coordinator, producer or attempt of a task), and the older one must not write any more.",
    what: "Nothing for a running service: the older one stops by itself. If it repeats, two processes use one id: give each its own.",
  },
  exhausted: {
    why: "A bound is reached: everything here has one, so that nothing grows until it breaks.",
    what: "Send less, or later; or raise the limit that the message names, if there is memory or disk for it.",
  },
  retry: {
    why: "Something is moving or still loading: a leader, a partition, a coordinator that just took over.",
    what: "Repeat the same request after a short wait; clients of Millrace do so by themselves within their time-out.",
  },
  unavailable: {
    why: "The other side cannot be reached, or did not answer in time.",
    what: "Check that the service runs, that the address is right and that the network lets it through; then repeat with back-off.",
  },
  corrupt: {
    why: "Bytes are not what was written: a bad disk or memory, a cut transfer, or a client that encodes wrongly. Corrupt bytes are never served.",
    what: "Keep the file for inspection, check the disk's health, and let the data come back from a replica or its source.",
  },
  internal: { why: "A bug in Millrace.", what: "Please report it with the whole message, its cause and the log around it." },
};

/** A page for a code nobody has written about yet, from what the source says. Better words are welcome: pages are never overwritten. */
export function errorPage({ code, kind, message, path }: ErrorCode): string {
  const known = kinds[kind ?? "invalid"] ?? kinds.invalid;
  const said = (message ?? code.replaceAll("-", " "))
    .replace(/\$\{([^}]*)\}/g, (_, name: string) => `<${/(\w+)\W*$/.exec(name)?.[1] ?? "value"}>`)
    .replaceAll('\\"', '"');
  const area = path.split("/").slice(0, 2).join("/");
  return [
    `# ${code}`,
    "",
    `Kind \`${kind ?? "invalid"}\`, raised in \`${area}\`.`,
    "",
    "## What happened",
    "",
    `> ${said}`,
    "",
    "The values after the message (`name=value`) say where.",
    "",
    "## Why",
    "",
    known?.why ?? "",
    "",
    "## What to do",
    "",
    known?.what ?? "",
    "",
  ].join("\n");
}
