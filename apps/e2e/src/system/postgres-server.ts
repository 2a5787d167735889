import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";

export interface PostgresServer {
  readonly url: string;
  readonly process: ManagedProcess;
}

/** A PostgreSQL of our own in `folder`, not yet started. It refuses to run as root, so then it runs as the user postgres. */
export async function createPostgresServer(folder: string): Promise<PostgresServer> {
  const programs = programsFolder();
  const home = join(folder, "postgres");
  mkdirSync(home, { recursive: true });
  chmodSync(folder, 0o755);
  const asUser = process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  if (asUser.length > 0) chownSync(home, idOf("-u"), idOf("-g"));
  const data = join(home, "data");
  const [program, ...args] = [...asUser, join(programs, "initdb"), "-D", data, "-U", "millrace", "-A", "trust", "--no-sync"];
  const init = spawnSync(program, args, { encoding: "utf8" });
  if (init.status !== 0) throw new Error(`initdb failed: ${init.stderr}`);
  const port = await freePort();
  const url = `postgres://millrace@127.0.0.1:${port}/postgres`;
  const [run = "", ...runArgs] = [
    ...[...asUser, join(programs, "postgres"), "-D", data, "-p", String(port)],
    ...["-c", "listen_addresses=127.0.0.1", "-k", home],
  ];
  const server = new ManagedProcess({
    name: "postgres",
    program: run,
    args: runArgs,
    logFile: join(folder, "postgres.log"),
    isReady: () => answers(url),
  });
  return { url, process: server };
}

/** Debian keeps PostgreSQL's programs out of the PATH. */
function programsFolder(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(debian, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  return found;
}

function idOf(flag: string): number {
  return Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout.trim());
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
