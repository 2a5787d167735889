import { check } from "../scenario.ts";
import { runCli } from "./run-cli.ts";

/** Submits a job's module as a user does, unchecked by the compiler; returns the job's id. */
export async function submitJob(path: string, address: string): Promise<string> {
  const { exit, stdout, stderr } = await runCli(["job", "submit", path, "--no-check", "--json", "--address", address]);
  check(exit === 0, `job submit ended with ${exit}: ${stderr}`);
  return (JSON.parse(stdout) as { readonly jobId: string }).jobId;
}
