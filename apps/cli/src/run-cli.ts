import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import type { CliWorld } from "./world.ts";

const USAGE_EXIT_CODE = 2;

/** Runs one command line (without the names of node and script) and returns the exit code. Errors are one line on standard error. */
export async function runCli(args: readonly string[], world: CliWorld): Promise<number> {
  const program = createProgram(world);
  for (const command of [program, ...allCommands(program)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void world.write(text),
      writeErr: (text) => {
        world.note(text.trimEnd());
      },
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
    const { reportError } = await import("./report-error.ts"); // loaded when there is one
    return reportError(error, { world, asJson: args.includes("--json") });
  }
}

function allCommands(parent: ReturnType<typeof createProgram>): ReturnType<typeof createProgram>[] {
  return parent.commands.flatMap((command) => [command, ...allCommands(command)]);
}
