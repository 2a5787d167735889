import type { Command } from "commander";
import type { GlobalOptions } from "../options.ts";

/** Runs `run` with the arguments and options of a command, its own and the global ones. The one place where commander's untyped values get types. */
export function onRun<O extends object, A extends readonly unknown[] = readonly string[]>(
  command: Command,
  run: (args: A, options: O & GlobalOptions) => Promise<void>,
): Command {
  return command.action(async () => run(command.processedArgs as unknown as A, command.optsWithGlobals<O & GlobalOptions>()));
}

/** Examples under the help of a command. */
export function examples(command: Command, lines: readonly string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}
