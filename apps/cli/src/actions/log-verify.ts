import { inspectLog, type InspectedLog } from "@millrace/log-engine";
import { AppError } from "@millrace/model";
import type { GlobalOptions } from "../options.ts";
import { formatBytes, formatCount } from "../output/format.ts";
import { jsonLine } from "../output/json.ts";
import type { CliWorld } from "../world.ts";
import { findLogFolders } from "./log-folders.ts";

/** `log verify`: a line per partition and one per finding; fails if something is damaged. */
export async function verifyLogs(path: string, options: GlobalOptions, world: CliWorld): Promise<void> {
  const { ports, folders } = findLogFolders(path, world);
  let damaged = 0;
  for (const [index, folder] of folders.entries()) {
    world.progress(`${index + 1} of ${folders.length} partitions`);
    const log = inspectLog(folder, ports);
    if (log.findings.some(({ kind }) => kind === "damage")) damaged++;
    await world.write(options.json === true ? jsonLine(log) : linesOf(log));
  }
  world.progress("");
  if (damaged === 0) return;
  throw new AppError({
    kind: "corrupt",
    code: "log-damaged",
    message: "logs are damaged: restore their folders from another copy, or delete the topic if its data may go",
    context: { damaged, looked: folders.length },
  });
}

function linesOf({ folder, identity, segments, findings }: InspectedLog): string {
  const state = findings.some(({ kind }) => kind === "damage") ? "DAMAGED" : findings.length > 0 ? "ok, but" : "ok     ";
  const name = identity === undefined ? folder : `${identity.topic}-${identity.partition}`;
  const count = (of: "records" | "sizeBytes"): number => segments.reduce((sum, segment) => sum + segment[of], 0);
  const ends = `${segments[0]?.baseOffset ?? 0} to ${segments.at(-1)?.endOffset ?? 0}`;
  const head = `${state}  ${name}: ${formatCount(count("records"))} records, offsets ${ends}, ${segments.length} segments, ${formatBytes(count("sizeBytes"))}\n`;
  const lines = findings.map(({ kind, file, problem, position, offset }) => {
    const where = position === undefined ? "" : ` at byte ${position}${offset === undefined ? "" : `, offset ${offset}`}`;
    return `         ${WORDS[kind]} ${file}${where}: ${problem}\n`;
  });
  return head + lines.join("");
}

const WORDS = {
  damage: "damage in",
  "torn-tail": "torn tail, cut at the next start, in",
  derived: "built again when needed:",
} as const;
